// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.data;

import java.nio.file.Path;
import java.util.NoSuchElementException;

/** Rows of a NumPy array in C order. */
final class NpySource implements VectorSource {

    private final Path file;
    private final RowInput input;
    private final NpyHeader header;
    private final VectorShape shape;
    private long number;

    private NpySource(Path file, RowInput input, NpyHeader header, VectorShape shape) {
        this.file = file;
        this.input = input;
        this.header = header;
        this.shape = shape;
    }

    static NpySource open(Path file) {
        RowInput input = RowInput.open(file);
        try {
            NpyHeader header = NpyHeader.read(file, input);
            VectorShape shape = shape(file, header);
            if (!FileNames.compressed(file)) {
                header.requireLength(file);
            }
            return new NpySource(file, input, header, shape);
        } catch (RuntimeException | Error e) {
            input.close();
            throw e;
        }
    }

    private static VectorShape shape(Path file, NpyHeader header) {
        if (header.columns() > VectorShape.DIMENSION_MAX || header.rows() == 0) {
            throw new VectorFileException(
                    file,
                    VectorFileException.NOWHERE,
                    0,
                    "shape: expected=(1.., 1.." + VectorShape.DIMENSION_MAX + "), actual=(" + header.rows() + ", "
                            + header.columns() + ")");
        }
        return new VectorShape((int) header.columns(), header.rows());
    }

    @Override
    public int dimension() {
        return shape.dimension();
    }

    @Override
    public long count() {
        return shape.count();
    }

    @Override
    public boolean hasNext() {
        input.at(number);
        if (number < shape.count()) {
            return true;
        }
        if (!input.atEnd()) {
            throw new VectorFileException(
                    file,
                    number,
                    input.position(),
                    "expected the end of the file after " + number + " rows, more follows");
        }
        return false;
    }

    @Override
    public VectorRow next() {
        if (!hasNext()) {
            throw new NoSuchElementException("row " + number);
        }
        long offset = input.position();
        int rowBytes = shape.dimension() * header.type().bytes();
        int bytes = input.ensure(rowBytes);
        if (bytes < rowBytes) {
            throw new VectorFileException(
                    file,
                    number,
                    offset,
                    "expected a row of " + rowBytes + " bytes and " + shape.count() + " rows, " + bytes
                            + " bytes are there: truncated");
        }
        float[] vector = new float[shape.dimension()];
        for (int d = 0; d < vector.length; d++) {
            vector[d] = header.type().readFloat(input.window());
        }
        return VectorRow.of(number++, offset, vector);
    }

    @Override
    public void close() {
        input.close();
    }
}
