// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.data;

import dev.simonides.Limits;
import io.jhdf.api.Dataset;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/**
 * A ground truth: for each query the rows of its nearest vectors, the nearest first.
 *
 * <p>Immutable.
 */
public final class NeighbourTable {

    /** The largest width; no search returns more. */
    public static final int WIDTH_MAX = Limits.TOP_MAX;

    private static final String NEIGHBORS = "neighbors";
    private static final int SLICE_ROWS = 128;

    private final int width;
    private final int queries;
    private final int[] rows;

    private NeighbourTable(int width, int queries, int[] rows) {
        this.width = width;
        this.queries = queries;
        this.rows = rows;
    }

    /**
     * A table from memory.
     *
     * @param width neighbours of each query, 1..{@link #WIDTH_MAX}
     * @param rows int32[queries × width], row-major, 0-based rows of the base; kept and not copied
     * @return the table
     * @throws IllegalArgumentException if the width is out of range or does not divide the length, or a row is negative
     */
    public static NeighbourTable of(int width, int[] rows) {
        if (width < 1 || width > WIDTH_MAX || rows.length % width != 0) {
            throw new IllegalArgumentException(
                    "width: expected=1.." + WIDTH_MAX + " and a divisor of " + rows.length + ", actual=" + width);
        }
        for (int i = 0; i < rows.length; i++) {
            if (rows[i] < 0) {
                throw new IllegalArgumentException("neighbour " + i % width + " of query " + i / width
                        + ": expected a row of at least 0, actual=" + rows[i]);
            }
        }
        return new NeighbourTable(width, rows.length / width, rows);
    }

    /**
     * Reads {@code .ivecs}, an {@code .npy} of whole numbers, or the dataset {@code neighbors} of an {@code .hdf5}, each
     * plain or {@code .gz}.
     *
     * @param file the file
     * @return the table
     * @throws VectorFileException if the file is not a whole table of row numbers
     */
    public static NeighbourTable read(Path file) {
        return switch (FileNames.suffix(file)) {
            case "ivecs" -> readIvecs(file);
            case "npy" -> readNpy(file);
            case "hdf5", "h5" -> readHdf5(file);
            default ->
                throw RowInput.finding(
                        file, "expected a name that ends in .ivecs, .npy or .hdf5, or one of these and .gz");
        };
    }

    private static NeighbourTable readIvecs(Path file) {
        try (RowInput input = RowInput.open(file)) {
            int width = 0;
            Rows rows = new Rows();
            for (int query = 0; !input.atEnd(); query++) {
                input.at(query);
                long offset = input.position();
                int there = input.ensure(Integer.BYTES);
                int actual = there < Integer.BYTES ? 0 : input.window().getInt();
                if (there < Integer.BYTES || actual < 1 || actual > WIDTH_MAX || (query > 0 && actual != width)) {
                    String expected = query > 0 ? width + " as in row 0" : "1.." + WIDTH_MAX;
                    throw new VectorFileException(
                            file,
                            query,
                            offset,
                            there < Integer.BYTES
                                    ? "expected a width of 4 bytes, " + there + " are there: truncated"
                                    : "width: expected=" + expected + ", actual=" + actual);
                }
                width = actual;
                requireRow(file, input, query, width * Integer.BYTES);
                for (int rank = 0; rank < width; rank++) {
                    rows.add(file, query, offset, input.window().getInt());
                }
            }
            return rows.table(file, width);
        }
    }

    private static void requireRow(Path file, RowInput input, int query, int rowBytes) {
        int there = input.ensure(rowBytes);
        if (there < rowBytes) {
            throw new VectorFileException(
                    file,
                    query,
                    input.position(),
                    "expected " + rowBytes + " bytes of row numbers, " + there + " are there: truncated");
        }
    }

    private static NeighbourTable readNpy(Path file) {
        try (RowInput input = RowInput.open(file)) {
            NpyHeader header = NpyHeader.read(file, input);
            if (!header.type().integer() || header.columns() > WIDTH_MAX) {
                throw RowInput.finding(
                        file,
                        "expected whole numbers, 1.." + WIDTH_MAX + " of them a row, found " + header.columns() + " of "
                                + header.type());
            }
            if (!FileNames.compressed(file)) {
                header.requireLength(file);
            }
            int width = (int) header.columns();
            Rows rows = new Rows();
            for (int query = 0; query < header.rows(); query++) {
                input.at(query);
                long offset = input.position();
                requireRow(file, input, query, width * header.type().bytes());
                for (int rank = 0; rank < width; rank++) {
                    rows.add(file, query, offset, header.type().readLong(input.window()));
                }
            }
            if (!input.atEnd()) {
                throw new VectorFileException(
                        file, header.rows(), input.position(), "expected the end of the file, more follows");
            }
            return rows.table(file, width);
        }
    }

    private static NeighbourTable readHdf5(Path file) {
        try (Hdf5File hdf = Hdf5File.open(file)) {
            Dataset dataset = hdf.matrix(NEIGHBORS);
            long count = dataset.getDimensionsAsLong()[0];
            long width = dataset.getDimensionsAsLong()[1];
            if (width > WIDTH_MAX) {
                throw RowInput.finding(file, "width: expected=1.." + WIDTH_MAX + ", actual=" + width);
            }
            Rows rows = new Rows();
            for (long begin = 0; begin < count; begin += SLICE_ROWS) {
                int slice = (int) Math.min(SLICE_ROWS, count - begin);
                switch (hdf.rows(dataset, begin, slice)) {
                    case int[][] slices -> {
                        for (int i = 0; i < slice; i++) {
                            for (int rank = 0; rank < width; rank++) {
                                rows.add(file, begin + i, VectorFileException.NOWHERE, slices[i][rank]);
                            }
                        }
                    }
                    case long[][] slices -> {
                        for (int i = 0; i < slice; i++) {
                            for (int rank = 0; rank < width; rank++) {
                                rows.add(file, begin + i, VectorFileException.NOWHERE, slices[i][rank]);
                            }
                        }
                    }
                    default ->
                        throw RowInput.finding(
                                file,
                                "dataset " + NEIGHBORS + ": expected whole numbers, found " + dataset.getJavaType());
                }
            }
            return rows.table(file, (int) width);
        }
    }

    /**
     * Writes {@code .ivecs}, plain or {@code .ivecs.gz}; an existing file is replaced.
     *
     * @param file the file
     * @throws VectorFileException if it cannot be written
     */
    public void write(Path file) {
        try (OutputStream stream = FvecsWriter.create(file)) {
            ByteBuffer row = ByteBuffer.allocate(Integer.BYTES * (1 + width)).order(ByteOrder.LITTLE_ENDIAN);
            for (int query = 0; query < queries; query++) {
                row.clear().putInt(width);
                row.asIntBuffer().put(rows, query * width, width);
                stream.write(row.array());
            }
        } catch (IOException e) {
            throw FvecsWriter.unwritable(file, VectorFileException.NOWHERE, e);
        }
    }

    /**
     * How many neighbours each query has.
     *
     * @return 1..{@link #WIDTH_MAX}
     */
    public int width() {
        return width;
    }

    /**
     * How many queries there are.
     *
     * @return their number
     */
    public int queries() {
        return queries;
    }

    /**
     * One neighbour.
     *
     * @param query 0-based
     * @param rank 0-based, 0 being the nearest
     * @return the 0-based row of the base
     * @throws IndexOutOfBoundsException if there is no such query or rank
     */
    public int row(int query, int rank) {
        return rows[Objects.checkIndex(query, queries) * width + Objects.checkIndex(rank, width)];
    }

    /** Row numbers on their way into a table. */
    private static final class Rows {

        private int[] rows = new int[1 << 12];
        private int count;

        void add(Path file, long query, long offset, long row) {
            if (row < 0 || row > Integer.MAX_VALUE) {
                throw new VectorFileException(
                        file, query, offset, "neighbour: expected=0.." + Integer.MAX_VALUE + ", actual=" + row);
            }
            if (count == rows.length) {
                if (count >= 1 << 29) {
                    throw new VectorFileException(file, query, offset, "expected at most 2^29 neighbours in all");
                }
                rows = Arrays.copyOf(rows, count * 2);
            }
            rows[count++] = (int) row;
        }

        NeighbourTable table(Path file, int width) {
            if (count == 0) {
                throw new VectorFileException(file, 0, 0, "expected at least one row, the file is empty");
            }
            return new NeighbourTable(width, count / width, Arrays.copyOf(rows, count));
        }
    }
}
