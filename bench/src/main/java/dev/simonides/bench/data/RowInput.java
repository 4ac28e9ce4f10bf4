// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.data;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * A file, plain or gzip, read forwards through one window that knows at which uncompressed byte it stands.
 *
 * <p>Confined to one thread. I/O failures and damaged gzip streams become {@link VectorFileException}.
 */
final class RowInput implements AutoCloseable {

    // Above the longest fvecs row (16,388 bytes) with room for read-ahead; larger reads bought nothing.
    private static final int WINDOW_BYTES = 1 << 18;
    private static final int INFLATE_BYTES = 1 << 16;

    private final Path file;
    private final InputStream stream;
    private final ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private long filledBytes;
    private long row = VectorFileException.NOWHERE;
    private boolean drained;

    private RowInput(Path file, InputStream stream) {
        this.file = file;
        this.stream = stream;
        window.limit(0);
    }

    static RowInput open(Path file) {
        requireRegular(file);
        try {
            InputStream raw = Files.newInputStream(file);
            return new RowInput(file, FileNames.compressed(file) ? inflating(file, raw) : raw);
        } catch (IOException e) {
            throw unreadable(file, VectorFileException.NOWHERE, VectorFileException.NOWHERE, e);
        }
    }

    private static InputStream inflating(Path file, InputStream raw) throws IOException {
        try {
            return new GZIPInputStream(raw, INFLATE_BYTES);
        } catch (IOException e) {
            raw.close();
            throw unreadable(file, VectorFileException.NOWHERE, 0, e);
        }
    }

    /** The length of a plain file, in bytes. */
    static long length(Path file) {
        requireRegular(file);
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw unreadable(file, VectorFileException.NOWHERE, VectorFileException.NOWHERE, e);
        }
    }

    static void requireRegular(Path file) {
        if (!Files.exists(file)) {
            throw finding(file, "no such file");
        }
        if (!Files.isRegularFile(file)) {
            throw finding(file, "expected a regular file");
        }
    }

    static VectorFileException finding(Path file, String finding) {
        return new VectorFileException(file, VectorFileException.NOWHERE, VectorFileException.NOWHERE, finding);
    }

    static VectorFileException unreadable(Path file, long row, long offset, IOException e) {
        String finding = switch (e) {
            case NoSuchFileException _ -> "no such file";
            case EOFException _ -> "expected more of the gzip stream, it ends here: truncated";
            case ZipException _ -> "expected a gzip stream, found damage: " + e.getMessage();
            default -> "cannot be read: " + e;
        };
        return new VectorFileException(file, row, offset, finding, e);
    }

    /** Names the row that is being read, for the message of a failure below. */
    void at(long row) {
        this.row = row;
    }

    /** The uncompressed byte that is read next. */
    long position() {
        return filledBytes - window.remaining();
    }

    boolean atEnd() {
        return ensure(1) == 0;
    }

    /**
     * Brings bytes into the window.
     *
     * @param bytes wanted, up to the window's size
     * @return the bytes that can be read from {@link #window}: what was wanted, or less at the end of the file
     */
    int ensure(int bytes) {
        while (window.remaining() < bytes && !drained) {
            window.compact();
            try {
                int count = stream.read(window.array(), window.position(), window.remaining());
                drained = count < 0;
                if (count > 0) {
                    window.position(window.position() + count);
                    filledBytes += count;
                }
            } catch (IOException e) {
                throw unreadable(file, row, filledBytes, e);
            } finally {
                window.flip();
            }
        }
        return Math.min(bytes, window.remaining());
    }

    /** The window, little-endian, standing at {@link #position}. */
    ByteBuffer window() {
        return window;
    }

    /**
     * Reads a line; only called when not {@link #atEnd}.
     *
     * @param bytesMax the longest line that is accepted, without its line end
     * @return the line without its LF or CR LF
     */
    byte[] line(int bytesMax) {
        long begin = position();
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        boolean ended = false;
        while (!ended && ensure(1) > 0) {
            int from = window.position();
            int to = from;
            int limit = window.limit();
            byte[] bytes = window.array();
            while (to < limit && bytes[to] != '\n') {
                to++;
            }
            ended = to < limit;
            line.write(bytes, from, to - from);
            window.position(ended ? to + 1 : to);
            if (line.size() > bytesMax + 1L) {
                throw tooLong(begin, bytesMax);
            }
        }
        byte[] bytes = line.toByteArray();
        int length = bytes.length > 0 && bytes[bytes.length - 1] == '\r' ? bytes.length - 1 : bytes.length;
        if (length > bytesMax) {
            throw tooLong(begin, bytesMax);
        }
        return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    }

    private VectorFileException tooLong(long begin, int bytesMax) {
        return new VectorFileException(file, row, begin, "expected a line of at most " + bytesMax + " bytes");
    }

    @Override
    public void close() {
        try {
            stream.close();
        } catch (IOException e) {
            throw unreadable(file, row, position(), e);
        }
    }
}
