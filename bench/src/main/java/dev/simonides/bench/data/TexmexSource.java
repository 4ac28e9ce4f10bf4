// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.data;

import java.nio.file.Path;
import java.util.NoSuchElementException;

/**
 * Rows of a {@code .fvecs} or {@code .bvecs} file. A plain file is valid if and only if (1) the dimension of its first
 * row is in 1..4096; (2) its length is a multiple of that row's length, and not 0; (3) every row says the same
 * dimension. Of a compressed file the length is known only at its end.
 */
final class TexmexSource implements VectorSource {

    private final Path file;
    private final RowInput input;
    private final TexmexComponent component;
    private final int dimension;
    private final long count;
    private long number;

    private TexmexSource(Path file, RowInput input, TexmexComponent component) {
        this.file = file;
        this.input = input;
        this.component = component;
        this.dimension = firstDimension(file, input);
        this.count = FileNames.compressed(file) ? COUNT_UNKNOWN : countOfPlain();
    }

    static TexmexSource open(Path file, TexmexComponent component) {
        RowInput input = RowInput.open(file);
        try {
            return new TexmexSource(file, input, component);
        } catch (RuntimeException | Error e) {
            input.close();
            throw e;
        }
    }

    private static int firstDimension(Path file, RowInput input) {
        int bytes = input.ensure(Integer.BYTES);
        if (bytes == 0) {
            throw new VectorFileException(file, 0, 0, "expected at least one row, the file is empty");
        }
        if (bytes < Integer.BYTES) {
            throw new VectorFileException(
                    file, 0, 0, "expected a dimension of 4 bytes, " + bytes + " are there: truncated");
        }
        int dimension = input.window().getInt(input.window().position());
        if (dimension < 1 || dimension > VectorShape.DIMENSION_MAX) {
            throw new VectorFileException(
                    file, 0, 0, "dimension: expected=1.." + VectorShape.DIMENSION_MAX + ", actual=" + dimension);
        }
        return dimension;
    }

    private long countOfPlain() {
        int rowBytes = component.rowBytes(dimension);
        long length = RowInput.length(file);
        long rest = length % rowBytes;
        if (rest != 0) {
            throw new VectorFileException(
                    file,
                    length / rowBytes,
                    length - rest,
                    "length: expected a multiple of " + rowBytes + " bytes (a row of dimension " + dimension
                            + "), actual=" + length + ": " + rest + " bytes are left after the last whole row");
        }
        return length / rowBytes;
    }

    @Override
    public int dimension() {
        return dimension;
    }

    @Override
    public long count() {
        return count;
    }

    @Override
    public boolean hasNext() {
        input.at(number);
        return !input.atEnd();
    }

    @Override
    public VectorRow next() {
        if (!hasNext()) {
            throw new NoSuchElementException("row " + number);
        }
        long offset = input.position();
        int rowBytes = component.rowBytes(dimension);
        int bytes = input.ensure(rowBytes);
        if (bytes >= Integer.BYTES) {
            int actual = input.window().getInt(input.window().position());
            if (actual != dimension) {
                throw new VectorFileException(
                        file, number, offset, "dimension: expected=" + dimension + " as in row 0, actual=" + actual);
            }
        }
        if (bytes < rowBytes) {
            throw new VectorFileException(
                    file,
                    number,
                    offset,
                    "expected a row of " + rowBytes + " bytes, " + bytes + " are there: truncated");
        }
        input.window().getInt();
        float[] vector = new float[dimension];
        component.read(input.window(), vector);
        return VectorRow.of(number++, offset, vector);
    }

    @Override
    public void close() {
        input.close();
    }
}
