// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.data;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What an HDF5 file of ann-benchmarks says besides its vectors: the metric. Its vectors are read by {@link
 * VectorFile#of} (dataset {@code train}) and {@link VectorFile#ofQueries} (dataset {@code test}), its ground truth by
 * {@link NeighbourTable#read}.
 *
 * <p>Immutable.
 *
 * @param path the file
 */
public record AnnBenchmarksFile(Path path) {

    /**
     * The metric, the root's attribute {@code distance}.
     *
     * @return {@code angular}, {@code euclidean} and their like, if the file names one
     * @throws VectorFileException if the file is not a whole HDF5 file
     */
    public Optional<String> distance() {
        try (Hdf5File hdf = Hdf5File.open(path)) {
            return hdf.distance();
        }
    }
}
