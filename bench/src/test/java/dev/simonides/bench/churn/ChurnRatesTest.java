// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.churn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.bench.data.FvecsWriter;
import dev.simonides.bench.generate.ExactNeighbours;
import dev.simonides.quantization.Similarity;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ChurnRatesTest {
    @TempDir
    private Path directory;

    private static float[][] vectors(int count) {
        Random random = new Random(3);
        float[][] vectors = new float[count][8];
        for (float[] vector : vectors) {
            for (int i = 0; i < vector.length; i++) {
                vector[i] = (float) random.nextGaussian();
            }
        }
        return vectors;
    }

    @ParameterizedTest
    @EnumSource(ReplacementOrder.class)
    void anOrderHasEveryRowOnce(ReplacementOrder order) {
        int[] rows = order.of(vectors(500), new Random(1));

        Arrays.sort(rows);
        assertArrayEquals(IntStream.range(0, 500).toArray(), rows);
    }

    @Test
    void clusteredRowsAreNearerToTheNextThanRandomOnes() {
        float[][] vectors = vectors(2_000);

        assertTrue(meanScore(vectors, ReplacementOrder.CLUSTERED.of(vectors, new Random(1)))
                > 2 + meanScore(vectors, ReplacementOrder.RANDOM.of(vectors, new Random(1))));
    }

    private static double meanScore(float[][] vectors, int[] rows) {
        double sum = 0;
        for (int i = 1; i < rows.length; i++) {
            for (int d = 0; d < vectors[0].length; d++) {
                sum += vectors[rows[i]][d] * vectors[rows[i - 1]][d];
            }
        }
        return sum / rows.length;
    }

    /** Also that each store holds the new vectors under their keys: else nothing would be found. */
    @Test
    void aTableSetsEachChurnedGraphBesideANewOne() {
        float[][] base = vectors(2_500);
        float[][] queries = Arrays.copyOfRange(base, 100, 120);
        write("base.fvecs", base);
        write("query.fvecs", queries);
        ExactNeighbours.find(base, queries, 10, Similarity.COSINE).write(directory.resolve("truth.ivecs"));
        ByteArrayOutputStream printed = new ByteArrayOutputStream();

        ChurnRates.of(
                        Stream.of("base.fvecs", "query.fvecs", "truth.ivecs", "")
                                .map(name -> directory.resolve(name).toString())
                                .toList(),
                        new PrintStream(printed, true, StandardCharsets.UTF_8))
                .run();

        List<String> lines = printed.toString(StandardCharsets.UTF_8).lines().toList();
        assertEquals(3 + 4 * 2 + 2 + 2 * (1 + 2 * 2 * 4), lines.size(), printed::toString);
        for (String line : lines.subList(3, lines.size())) {
            assertTrue(
                    line.matches("(file|random|clustered) +(new|churned|compact) +(40|80) +(0\\.9|1\\.0).*"
                            + "|mean of 4 new graphs at ef (40|80): recall (0\\.9|1\\.0).*|compacted in .* s"),
                    line);
        }
    }

    private void write(String name, float[][] vectors) {
        try (FvecsWriter writer = FvecsWriter.create(directory.resolve(name), vectors[0].length)) {
            for (float[] vector : vectors) {
                writer.write(vector);
            }
        }
    }

    @Test
    void wrongArgumentsAreRefusedByName() {
        PrintStream out = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);

        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> ChurnRates.of(List.of("base"), out));

        assertEquals("arguments: expected=base queries truth directory, actual=base", refusal.getMessage());
    }
}
