// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.data;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The header of a NumPy array of rank 2, versions 1 to 3: magic, version, length, and a Python dictionary of
 * {@code descr}, {@code fortran_order} and {@code shape} (numpy.lib.format).
 *
 * <p>Immutable.
 *
 * @param type the component type
 * @param rows the first extent
 * @param columns the second extent
 * @param bytes the offset of the first component
 */
record NpyHeader(NpyType type, long rows, long columns, int bytes) {

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int VERSION_OFFSET = MAGIC.length;
    private static final int LENGTH_OFFSET = VERSION_OFFSET + 2;

    // numpy itself refuses headers above 10,000 bytes unless told to trust the file.
    private static final int DICTIONARY_BYTES_MAX = 1 << 16;

    private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
    private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)\\b");
    private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([0-9,\\s]*)\\)");

    /** Reads the header and leaves the input at the first component. */
    static NpyHeader read(Path file, RowInput input) {
        requireBytes(file, input, LENGTH_OFFSET + Integer.BYTES);
        ByteBuffer window = input.window();
        for (int i = 0; i < MAGIC.length; i++) {
            if (window.get(window.position() + i) != MAGIC[i]) {
                throw header(file, 0, "expected the magic number of a NumPy array");
            }
        }
        int version = window.get(window.position() + VERSION_OFFSET);
        if (version < 1 || version > 3) {
            throw header(file, VERSION_OFFSET, "version: expected=1..3, actual=" + version);
        }
        boolean shortLength = version == 1;
        long length = shortLength
                ? window.getShort(window.position() + LENGTH_OFFSET) & 0xFFFF
                : window.getInt(window.position() + LENGTH_OFFSET) & 0xFFFF_FFFFL;
        int begin = LENGTH_OFFSET + (shortLength ? Short.BYTES : Integer.BYTES);
        if (length > DICTIONARY_BYTES_MAX) {
            throw header(
                    file, LENGTH_OFFSET, "header length: expected=0.." + DICTIONARY_BYTES_MAX + ", actual=" + length);
        }
        int bytes = begin + (int) length;
        requireBytes(file, input, bytes);
        byte[] text = new byte[(int) length];
        window.position(window.position() + begin);
        window.get(text);
        return parse(file, new String(text, version == 3 ? UTF_8 : ISO_8859_1), begin, bytes);
    }

    private static void requireBytes(Path file, RowInput input, int bytes) {
        int there = input.ensure(bytes);
        if (there < bytes) {
            throw header(
                    file, 0, "expected a header of at least " + bytes + " bytes, " + there + " are there: truncated");
        }
    }

    private static NpyHeader parse(Path file, String dictionary, int begin, int bytes) {
        Matcher order = ORDER.matcher(dictionary);
        Matcher shape = SHAPE.matcher(dictionary);
        if (!order.find() || !shape.find()) {
            throw header(file, begin, "expected 'descr', 'fortran_order' and 'shape' in the header");
        }
        if (order.group(1).equals("True")) {
            throw header(
                    file,
                    begin,
                    "fortran_order: expected=False, actual=True; save it with numpy.save(file,"
                            + " numpy.ascontiguousarray(a))");
        }
        NpyType type = type(file, dictionary, begin);
        String[] extents = shape.group(1).strip().split("\\s*,\\s*", -1);
        if (extents.length != 2 || extents[0].isEmpty() || extents[1].isEmpty()) {
            throw header(file, begin, "shape: expected=(rows, dimension), actual=(" + shape.group(1) + ")");
        }
        long rows = extent(file, extents[0], begin);
        long columns = extent(file, extents[1], begin);
        if (columns == 0 || (rows > 0 && columns > Long.MAX_VALUE / 8 / rows)) {
            throw header(file, begin, "shape: expected=(rows, dimension), actual=(" + shape.group(1) + ")");
        }
        return new NpyHeader(type, rows, columns, bytes);
    }

    private static NpyType type(Path file, String dictionary, int begin) {
        Matcher descr = DESCR.matcher(dictionary);
        String name = descr.find() ? descr.group(1) : "of a structure";
        return switch (name) {
            case "<f2" -> NpyType.F2;
            case "<f4" -> NpyType.F4;
            case "<f8" -> NpyType.F8;
            case "|i1" -> NpyType.I1;
            case "|u1" -> NpyType.U1;
            case "<i2" -> NpyType.I2;
            case "<u2" -> NpyType.U2;
            case "<i4" -> NpyType.I4;
            case "<u4" -> NpyType.U4;
            case "<i8" -> NpyType.I8;
            default ->
                throw header(
                        file, begin, "descr: expected one of <f2 <f4 <f8 |i1 |u1 <i2 <u2 <i4 <u4 <i8, actual=" + name);
        };
    }

    private static long extent(Path file, String digits, int begin) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            throw new VectorFileException(
                    file, VectorFileException.NOWHERE, begin, "shape: expected numbers, found " + digits, e);
        }
    }

    private static VectorFileException header(Path file, long offset, String finding) {
        return new VectorFileException(file, VectorFileException.NOWHERE, offset, finding);
    }

    /** Refuses a plain file that is not exactly as long as the header says. */
    void requireLength(Path file) {
        long length = RowInput.length(file);
        long rowBytes = columns * type.bytes();
        long expected = bytes + rows * rowBytes;
        if (length != expected) {
            long row = Math.min((length - bytes) / rowBytes, rows);
            throw new VectorFileException(
                    file,
                    row,
                    bytes + row * rowBytes,
                    "length: expected=" + expected + " bytes for shape (" + rows + ", " + columns + "), actual="
                            + length);
        }
    }
}
