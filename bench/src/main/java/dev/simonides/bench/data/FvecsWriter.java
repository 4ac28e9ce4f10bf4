// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.data;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/**
 * Writes vectors of one dimension as {@code .fvecs}, plain or {@code .fvecs.gz}; an existing file is replaced.
 *
 * <p>Confined to one thread.
 */
public final class FvecsWriter implements AutoCloseable {

    private static final int BUFFER_BYTES = 1 << 16;

    private final Path file;
    private final OutputStream stream;
    private final int dimension;
    private final ByteBuffer row;
    private long count;

    private FvecsWriter(Path file, OutputStream stream, int dimension) {
        this.file = file;
        this.stream = stream;
        this.dimension = dimension;
        this.row =
                ByteBuffer.allocate(TexmexComponent.FLOAT32.rowBytes(dimension)).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Creates the file.
     *
     * @param file the file; compressed if its name ends in {@code .gz}
     * @param dimension components of every vector, 1..{@link VectorShape#DIMENSION_MAX}
     * @return the writer; closed by the caller
     * @throws VectorFileException if the file cannot be created
     */
    public static FvecsWriter create(Path file, int dimension) {
        VectorShape shape = new VectorShape(dimension, 0);
        return new FvecsWriter(file, create(file), shape.dimension());
    }

    static OutputStream create(Path file) {
        try {
            return stream(file);
        } catch (IOException e) {
            throw unwritable(file, VectorFileException.NOWHERE, e);
        }
    }

    static OutputStream stream(Path file) throws IOException {
        OutputStream raw = Files.newOutputStream(file);
        return new BufferedOutputStream(
                FileNames.compressed(file) ? new GZIPOutputStream(raw, BUFFER_BYTES) : raw, BUFFER_BYTES);
    }

    static VectorFileException unwritable(Path file, long row, IOException e) {
        return new VectorFileException(file, row, VectorFileException.NOWHERE, "cannot be written: " + e, e);
    }

    /**
     * Appends a vector.
     *
     * @param vector float32[dim]
     * @throws IllegalArgumentException if it has another dimension
     * @throws VectorFileException if it cannot be written
     */
    public void write(float[] vector) {
        if (vector.length != dimension) {
            throw new IllegalArgumentException("dimension: expected=" + dimension + ", actual=" + vector.length);
        }
        row.clear().putInt(dimension);
        row.asFloatBuffer().put(vector);
        try {
            stream.write(row.array());
        } catch (IOException e) {
            throw unwritable(file, count, e);
        }
        count++;
    }

    /**
     * The vectors written.
     *
     * @return their number
     */
    public long count() {
        return count;
    }

    @Override
    public void close() {
        try {
            stream.close();
        } catch (IOException e) {
            throw unwritable(file, count, e);
        }
    }
}
