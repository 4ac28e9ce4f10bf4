// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.data;

import java.nio.file.Path;

/**
 * A file of vectors.
 *
 * <pre>{@code
 * VectorFile file = VectorFile.of(Path.of("base.fvecs"));
 * VectorShape shape = file.validate(RowCheck.NONE);   // throws before anything is stored
 * try (VectorSource rows = file.open()) {
 *     while (rows.hasNext()) {
 *         store(rows.next());
 *     }
 * }
 * }</pre>
 *
 * <p>Immutable.
 */
public final class VectorFile {

    private static final String TRAIN = "train";

    private final Path path;
    private final VectorFileFormat format;
    private final String dataset;

    private VectorFile(Path path, VectorFileFormat format, String dataset) {
        this.path = path;
        this.format = format;
        this.dataset = dataset;
    }

    /**
     * The file at a path; of an HDF5 file the dataset {@code train}.
     *
     * @param path the file; it is not opened yet
     * @return the file
     * @throws VectorFileException if its name tells no known format
     */
    public static VectorFile of(Path path) {
        return new VectorFile(path, VectorFileFormat.of(path), TRAIN);
    }

    /**
     * The queries at a path: of an HDF5 file the dataset {@code test}, of every other format all rows.
     *
     * @param path the file; it is not opened yet
     * @return the file
     * @throws VectorFileException if its name tells no known format
     */
    public static VectorFile ofQueries(Path path) {
        return new VectorFile(path, VectorFileFormat.of(path), "test");
    }

    /**
     * Where the file is.
     *
     * @return the path as given
     */
    public Path path() {
        return path;
    }

    /**
     * The format.
     *
     * @return what the name told
     */
    public VectorFileFormat format() {
        return format;
    }

    /**
     * Opens the file before its first row. What can be known without reading the rows is checked here: the header,
     * and whether the file is exactly as long as it says.
     *
     * @return the rows; closed by the caller
     * @throws VectorFileException if the file is missing, empty, or not what its header says
     */
    public VectorSource open() {
        return switch (format) {
            case FVECS -> TexmexSource.open(path, TexmexComponent.FLOAT32);
            case BVECS -> TexmexSource.open(path, TexmexComponent.UINT8);
            case NPY -> NpySource.open(path);
            case HDF5 -> Hdf5Source.open(path, dataset);
            case JSONL -> JsonLinesSource.open(path);
        };
    }

    /**
     * Reads the whole file once and stores nothing: after it, {@link #open} will not meet damage that was there.
     *
     * @param check what the caller demands of each row besides
     * @return the shape that was found
     * @throws VectorFileException at the first finding
     */
    public VectorShape validate(RowCheck check) {
        try (VectorSource rows = open()) {
            return validate(path, rows, check);
        }
    }

    static VectorShape validate(Path path, VectorSource rows, RowCheck check) {
        long count = 0;
        while (rows.hasNext()) {
            VectorRow row = rows.next();
            try {
                check.check(row);
            } catch (IllegalArgumentException e) {
                throw new VectorFileException(path, row.number(), row.offset(), String.valueOf(e.getMessage()), e);
            }
            count++;
        }
        return new VectorShape(rows.dimension(), count);
    }

    /**
     * Reads one row.
     *
     * @param number the 0-based row
     * @return the row
     * @throws VectorFileException if the file has no such row, or is damaged before it
     */
    public VectorRow row(long number) {
        if (number < 0) {
            throw new VectorFileException(path, number, VectorFileException.NOWHERE, "expected a row of at least 0");
        }
        try (VectorSource rows = open()) {
            long count = 0;
            while (rows.hasNext()) {
                VectorRow row = rows.next();
                if (row.number() == number) {
                    return row;
                }
                count++;
            }
            throw new VectorFileException(
                    path, number, VectorFileException.NOWHERE, "no such row, the file has " + count);
        }
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
