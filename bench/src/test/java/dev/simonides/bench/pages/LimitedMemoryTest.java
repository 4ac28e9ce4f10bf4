// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.pages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.simonides.Navigation;
import dev.simonides.bench.data.FvecsWriter;
import dev.simonides.bench.generate.ClusterShape;
import dev.simonides.bench.generate.ClusteredGenerator;
import dev.simonides.bench.generate.ExactNeighbours;
import dev.simonides.quantization.Similarity;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LimitedMemoryTest {
    private static final int DIMENSION = 512;
    private static final int COUNT = 6_000;

    @TempDir
    private Path directory;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

    private void write(String name, float[][] vectors) {
        try (FvecsWriter writer = FvecsWriter.create(directory.resolve(name), DIMENSION)) {
            for (float[] vector : vectors) {
                writer.write(vector);
            }
        }
    }

    @Test
    void aStoreWithoutMemoryForItsVectorsIsReadAndFindsThem() throws Exception {
        try (MemoryLimit limit = MemoryLimit.make()) {
            limit.set(1L << 40);
        } catch (IOException e) {
            assumeTrue(false, "memory cannot be limited here: " + e.getMessage());
        }
        ClusteredGenerator generator = ClusteredGenerator.unit(DIMENSION, new ClusterShape(300, 16, 0.5, 0.1), 7);
        float[][] base = generator.next(COUNT);
        float[][] queries = generator.next(100);
        write("base.fvecs", base);
        write("query.fvecs", queries);
        ExactNeighbours.find(base, queries, 10, Similarity.COSINE).write(directory.resolve("truth.ivecs"));
        LimitedMemory measuring = LimitedMemory.parse(
                List.of(
                        directory.resolve("base.fvecs").toString(),
                        directory.resolve("query.fvecs").toString(),
                        directory.resolve("truth.ivecs").toString(),
                        directory.toString(),
                        "--share",
                        "0.9",
                        "--seconds",
                        "60"),
                out);
        measuring.fill("arrived");
        LimitedMemory.Case limited =
                new LimitedMemory.Case("arrived", Navigation.ONE_BIT, true, LimitedMemory.Advice.ALL);

        Map<String, Double> measured = measuring.measure(limited);

        measuring.print(limited, measured);
        assertTrue(measured.get(LimitedProbe.RECALL) > 0.9, measured::toString);
        assertTrue(measured.get(LimitedProbe.READ_BYTES) > 4096, measured::toString);
        assertTrue(
                printed.toString(StandardCharsets.UTF_8).matches("arrived +ONE_BIT +limited +all( +[0-9.]+){6}\\R"),
                printed::toString);
    }

    @Test
    void wrongArgumentsAreRefusedByName() {
        assertEquals(
                "arguments: expected=base queries truth directory, actual=base",
                assertThrows(IllegalArgumentException.class, () -> LimitedMemory.parse(List.of("base"), out))
                        .getMessage());
        assertEquals(
                "not an option: --speed",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> LimitedMemory.parse(List.of("b", "q", "t", "d", "--speed", "3"), out))
                        .getMessage());
        assertEquals(
                "a number above 0 is missing: --ef",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> LimitedMemory.parse(List.of("b", "q", "t", "d", "--ef"), out))
                        .getMessage());
    }
}
