// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.generate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.simonides.bench.data.NeighbourTable;
import dev.simonides.quantization.Similarity;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ExactNeighboursTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(Similarity.class)
    void agreesWithSortingEverything(Similarity similarity) {
        int width = 20;
        ClusterShape shape = new ClusterShape(6, 5, 0.4, 0.1);
        ClusteredGenerator generator = ClusteredGenerator.of(13, shape, 11);
        float[][] base = generator.next(300);
        float[][] queries = generator.next(25);
        base[7] = base[200].clone(); // equal scores: the lower row comes first

        NeighbourTable found = ExactNeighbours.find(base, queries, width, similarity);

        assertEquals(queries.length, found.queries());
        assertEquals(width, found.width());
        for (int query = 0; query < queries.length; query++) {
            int[] expected = sorted(base, queries[query], similarity);
            for (int rank = 0; rank < width; rank++) {
                assertEquals(expected[rank], found.row(query, rank), "query " + query + ", rank " + rank);
            }
        }
    }

    private static int[] sorted(float[][] base, float[] query, Similarity similarity) {
        double[] distances = new double[base.length];
        for (int row = 0; row < base.length; row++) {
            double dot = 0;
            double baseNorm = 0;
            double squared = 0;
            for (int d = 0; d < query.length; d++) {
                dot += (double) base[row][d] * query[d];
                baseNorm += (double) base[row][d] * base[row][d];
                squared += Math.pow((double) base[row][d] - query[d], 2);
            }
            distances[row] = switch (similarity) {
                case COSINE -> -dot / Math.sqrt(baseNorm);
                case DOT -> -dot;
                case EUCLIDEAN -> squared;
            };
        }
        return IntStream.range(0, base.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer row) -> distances[row])
                        .thenComparing(Comparator.naturalOrder()))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    @Test
    void findsAVectorNearestToItself() {
        float[][] base = UniformGenerator.sphere(24, 3).next(500);

        NeighbourTable found = ExactNeighbours.find(base, base, 1, Similarity.EUCLIDEAN);

        for (int row = 0; row < base.length; row++) {
            assertEquals(row, found.row(row, 0));
        }
    }

    @Test
    void survivesAFile() {
        float[][] base = UniformGenerator.cube(4, 5).next(64);
        NeighbourTable found = ExactNeighbours.find(base, Arrays.copyOf(base, 5), 64, Similarity.DOT);
        Path file = directory.resolve("truth.ivecs");

        found.write(file);
        NeighbourTable read = NeighbourTable.read(file);

        for (int query = 0; query < 5; query++) {
            for (int rank = 0; rank < 64; rank++) {
                assertEquals(found.row(query, rank), read.row(query, rank));
            }
        }
    }

    @Test
    void ranksAZeroVectorByTheScoreZeroUnderCosine() {
        float[][] base = {{-1, 0}, {0, 0}, {1, 0}};

        NeighbourTable found = ExactNeighbours.find(base, new float[][] {{2, 0}}, 3, Similarity.COSINE);

        assertEquals(2, found.row(0, 0));
        assertEquals(1, found.row(0, 1));
        assertEquals(0, found.row(0, 2));
    }

    @Test
    void refusesWhatHasNoAnswer() {
        float[][] base = {{1, 0}, {0, 1}};

        assertThrows(IllegalArgumentException.class, () -> ExactNeighbours.find(base, base, 3, Similarity.DOT));
        assertThrows(IllegalArgumentException.class, () -> ExactNeighbours.find(base, base, 0, Similarity.DOT));
        assertThrows(
                IllegalArgumentException.class,
                () -> ExactNeighbours.find(base, new float[][] {{1}}, 1, Similarity.DOT));
        assertThrows(
                IllegalArgumentException.class,
                () -> ExactNeighbours.find(base, new float[][] {{1, Float.NaN}}, 1, Similarity.DOT));
    }
}
