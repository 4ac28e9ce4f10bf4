// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.navigation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.bench.data.FvecsWriter;
import dev.simonides.bench.generate.ClusterShape;
import dev.simonides.bench.generate.ClusteredGenerator;
import dev.simonides.bench.recall.RecallRow;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NavigationRatesTest {
    private static final int DIMENSION = 96;
    private static final ClusterShape SHAPE = new ClusterShape(60, 24, 0.4, 0.05);

    @TempDir
    private Path directory;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

    private static RecallRow row(int ef, double recall, double micros) {
        return new RecallRow(ef, 10, recall, micros, 0, 0, 0, 0, 0, 0);
    }

    private String write(String name, float[]... vectors) {
        Path file = directory.resolve(name);
        try (FvecsWriter writer = FvecsWriter.create(file, DIMENSION)) {
            for (float[] vector : vectors) {
                writer.write(vector);
            }
        }
        return file.toString();
    }

    /** By 1-bit codes fewer pages are read, at each dimension by itself, and as much is found. */
    @Test
    void everyDimensionIsMeasuredByBoth() {
        ClusteredGenerator generator = ClusteredGenerator.unit(DIMENSION, SHAPE, 7);
        String base = write("base.fvecs", generator.next(3_000));
        String queries = write("query.fvecs", generator.next(40));

        NavigationRates.of(List.of(base, queries, directory.toString(), "48", "96"), out)
                .run();

        List<String[]> rows = printed.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.matches(" +(48|96) .*"))
                .map(line -> line.strip().split(" +", -1))
                .toList();
        assertEquals(2 * 2 * 5, rows.size(), printed::toString);
        for (int block = 0; block < rows.size(); block += 10) {
            for (int ef = 0; ef < 3; ef++) {
                String[] int8 = rows.get(block + ef);
                String[] bits = rows.get(block + 5 + ef);
                assertEquals(block == 0 ? "48" : "96", int8[0]);
                assertEquals("INT8", int8[1]);
                assertEquals("ONE_BIT", bits[1]);
                assertEquals(Double.parseDouble(int8[3]), Double.parseDouble(bits[3]), 0.2, printed::toString);
                assertTrue(Double.parseDouble(bits[7]) < Double.parseDouble(int8[7]), printed::toString);
            }
            assertTrue(Double.parseDouble(rows.get(block + 3)[3]) > 0.9, printed::toString);
            assertTrue(Double.parseDouble(rows.get(block + 8)[3]) > 0.9, printed::toString);
        }
    }

    @Test
    void aTimeBetweenTwoRowsIsInterpolated() {
        List<RecallRow> rows = List.of(row(10, 0.8, 30), row(20, 0.9, 50), row(40, 1, 90));

        assertEquals(40, EqualRecall.micros(rows, 0.85), 1e-9);
        assertEquals(70, EqualRecall.micros(rows, 0.95), 1e-9);
        assertEquals(50, EqualRecall.micros(rows, 0.9), 1e-9);
        assertTrue(Double.isNaN(EqualRecall.micros(rows, 0.7)));
        assertTrue(Double.isNaN(EqualRecall.micros(rows.subList(0, 2), 0.95)));
    }

    @Test
    void wrongArgumentsAreRefusedByName() {
        String base = write("base.fvecs", new float[DIMENSION]);

        IllegalArgumentException few =
                assertThrows(IllegalArgumentException.class, () -> NavigationRates.of(List.of("a", "b", "c"), out));
        assertEquals("arguments: expected=base queries directory dimension..., actual=a b c", few.getMessage());
        for (String wrong : List.of("0", "97", "x", "-1")) {
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class,
                    () -> NavigationRates.of(List.of(base, base, directory.toString(), wrong), out));
            assertEquals("dimension: expected=1..96, actual=" + wrong, e.getMessage());
        }
    }
}
