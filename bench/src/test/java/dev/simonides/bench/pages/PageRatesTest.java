// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.pages;

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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageRatesTest {
    private static final int DIMENSION = 96;
    private static final int CLUSTERS = 60;

    @TempDir
    private Path directory;

    /** Tight clusters of 50, rows in no order. */
    private static float[][] vectors() {
        Random random = new Random(3);
        float[][] centres = new float[CLUSTERS][DIMENSION];
        for (float[] centre : centres) {
            for (int i = 0; i < DIMENSION; i++) {
                centre[i] = (float) random.nextGaussian();
            }
        }
        float[][] vectors = new float[50 * CLUSTERS][];
        for (int row = 0; row < vectors.length; row++) {
            vectors[row] = centres[random.nextInt(CLUSTERS)].clone();
            for (int i = 0; i < DIMENSION; i++) {
                vectors[row][i] += (float) (0.2 * random.nextGaussian());
            }
        }
        return vectors;
    }

    @Test
    void clusteredPagesAreFewerWithTheSameRecall() {
        float[][] base = vectors();
        float[][] queries = Arrays.copyOfRange(base, 100, 140);
        write("base.fvecs", base);
        write("query.fvecs", queries);
        ExactNeighbours.find(base, queries, 10, Similarity.COSINE).write(directory.resolve("truth.ivecs"));
        ByteArrayOutputStream printed = new ByteArrayOutputStream();

        PageRates.of(
                        Stream.of("base.fvecs", "query.fvecs", "truth.ivecs", "")
                                .map(name -> directory.resolve(name).toString())
                                .toList(),
                        new PrintStream(printed, true, StandardCharsets.UTF_8))
                .run();

        List<String[]> rows = printed.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("RESIDENT") || line.startsWith("MAPPED"))
                .map(line -> line.split(" +", -1))
                .toList();
        assertEquals(2 * 2 * 2 * 3 * 4, rows.size(), printed::toString);
        for (int block = 0; block < rows.size(); block += 12) {
            // At ef 80 so few vectors are scanned whole.
            for (int ef = 0; ef < 3; ef++) {
                String[] arrived = rows.get(block + ef);
                assertEquals("arrived", arrived[2]);
                assertFewerPages("checkpointed", rows.get(block + 4 + ef), arrived);
                assertFewerPages("compacted", rows.get(block + 8 + ef), arrived);
            }
        }
    }

    private static void assertFewerPages(String name, String[] row, String... arrived) {
        assertEquals(name, row[2]);
        assertEquals(arrived[3], row[3]);
        assertEquals(Double.parseDouble(arrived[4]), Double.parseDouble(row[4]), 0.05, name);
        assertTrue(
                Double.parseDouble(row[7]) <= 0.75 * Double.parseDouble(arrived[7]),
                () -> name + ": pages touched: " + arrived[7] + " became " + row[7]);
        assertTrue(
                Double.parseDouble(row[8]) <= 0.4 * Double.parseDouble(arrived[8]),
                () -> name + ": pages of the pool: " + arrived[8] + " became " + row[8]);
    }

    @Test
    void generatedVectorsAreFoundByTheirTruth() {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();

        PageRates.generated(1_500, directory, new PrintStream(printed, true, StandardCharsets.UTF_8))
                .run();

        List<String> rows = printed.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("RESIDENT"))
                .toList();
        assertEquals(2 * 2 * 3 * 4, rows.size(), printed::toString);
        assertTrue(Double.parseDouble(rows.getFirst().split(" +", -1)[4]) > 0.9, printed::toString);
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
                assertThrows(IllegalArgumentException.class, () -> PageRates.of(List.of("base"), out));

        assertEquals(
                "arguments: expected=base queries truth directory, or --generated directory, actual=base",
                refusal.getMessage());
    }
}
