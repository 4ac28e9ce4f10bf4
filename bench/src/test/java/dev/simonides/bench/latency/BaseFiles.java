// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.latency;

import dev.simonides.bench.data.FvecsWriter;
import dev.simonides.bench.data.NeighbourTable;
import dev.simonides.bench.generate.ClusterShape;
import dev.simonides.bench.generate.ClusteredGenerator;
import dev.simonides.bench.generate.ExactNeighbours;
import dev.simonides.quantization.Similarity;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Small files of the kind that the programs read: enough vectors for a graph, and for columns that grow. */
final class BaseFiles {
    /** Half of them are a few more than are scanned exactly, all of them more than a column of 4,096. */
    static final int COUNT = 4_200;

    private static final int DIMENSION = 16;

    private BaseFiles() {}

    static float[][] vectors(int count, long seed) {
        return ClusteredGenerator.unit(DIMENSION, new ClusterShape(40, 10, 0.5, 0.1), seed)
                .next(count);
    }

    /** Writes the files, and returns them and the options as arguments. */
    static List<String> arguments(Path directory, String... options) {
        float[][] vectors = vectors(COUNT + 50, 3);
        float[][] base = Arrays.copyOf(vectors, COUNT);
        float[][] queries = Arrays.copyOfRange(vectors, COUNT, vectors.length);
        NeighbourTable truth = ExactNeighbours.find(base, queries, LatencyArguments.K, Similarity.COSINE);
        write(directory.resolve("base.fvecs"), base);
        write(directory.resolve("query.fvecs"), queries);
        truth.write(directory.resolve("truth.ivecs"));
        List<String> arguments = new ArrayList<>();
        for (String name : List.of("base.fvecs", "query.fvecs", "truth.ivecs", "")) {
            arguments.add(directory.resolve(name).toString());
        }
        arguments.addAll(List.of(options));
        return arguments;
    }

    private static void write(Path file, float[][] vectors) {
        try (FvecsWriter writer = FvecsWriter.create(file, vectors[0].length)) {
            for (float[] vector : vectors) {
                writer.write(vector);
            }
        }
    }
}
