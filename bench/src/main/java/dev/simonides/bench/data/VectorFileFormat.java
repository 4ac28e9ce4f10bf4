// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.data;

import java.nio.file.Path;

/** The formats vectors are read from, each plain or behind {@code .gz}. */
public enum VectorFileFormat {
    /** TEXMEX float vectors: rows of a little-endian int32 dimension and that many float32. */
    FVECS,
    /** TEXMEX byte vectors: rows of a little-endian int32 dimension and that many unsigned bytes. */
    BVECS,
    /** A NumPy array of rank 2. */
    NPY,
    /** The HDF5 files of ann-benchmarks, with the datasets train, test, neighbors and distances. */
    HDF5,
    /** One JSON object a line. */
    JSONL;

    /**
     * The format that a file's name tells.
     *
     * @param file the file; it need not exist
     * @return the format
     * @throws VectorFileException if no format goes by that name
     */
    public static VectorFileFormat of(Path file) {
        return switch (FileNames.suffix(file)) {
            case "fvecs" -> FVECS;
            case "bvecs" -> BVECS;
            case "npy" -> NPY;
            case "hdf5", "h5" -> HDF5;
            case "jsonl" -> JSONL;
            case "ivecs" -> throw RowInput.finding(file, "expected vectors; .ivecs holds row numbers (a ground truth)");
            default ->
                throw RowInput.finding(
                        file,
                        "expected a name that ends in .fvecs, .bvecs, .npy, .hdf5 or .jsonl, or one of these and .gz");
        };
    }
}
