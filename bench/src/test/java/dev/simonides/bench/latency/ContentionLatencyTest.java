// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContentionLatencyTest {
    @TempDir
    private Path directory;

    /** Also that fifteen readers never wait for each other, for a writer or for a checkpoint. */
    @Test
    void everyRoundSetsReadersBesideAWriterAndSearchesBesideTheKernel() {
        List<String> arguments =
                BaseFiles.arguments(directory, "--rounds", "1", "--seconds", "0.15", "--ef", "20", "--json");
        ByteArrayOutputStream printed = new ByteArrayOutputStream();

        new ContentionLatency(LatencyArguments.parse(arguments), new PrintStream(printed, true, StandardCharsets.UTF_8))
                .run();

        List<JsonRow> rows =
                JsonRow.of(printed.toString(StandardCharsets.UTF_8).lines().toList());
        assertEquals(9 + 4 + 3, rows.size(), rows::toString);
        for (JsonRow row : rows.subList(3, 9)) {
            assertTrue(row.get(Column.SEARCHES) >= 15, row::toString);
            assertTrue(row.get(Column.CORE_P50) <= row.get(Column.CORE_P99), row::toString);
            assertTrue(row.get(Column.ON_CORE) <= 101, row::toString);
            assertEquals(0, row.get(Column.BLOCKED) + row.get(Column.PARKED), row::toString);
            assertEquals(row.what().contains("writer"), row.get(Column.PUT_RATE) > 0, row::toString);
        }
        assertEquals("15 readers, 1 writer", rows.get(5).what());
        assertTrue(rows.get(5).get(Column.VECTORS) > BaseFiles.COUNT / 2, rows.get(5)::toString);
        for (JsonRow row : rows.subList(9, 15)) {
            assertTrue(row.what().startsWith("search") || row.what().startsWith("kernel, "), row::toString);
            assertRatio(row.get(Column.TWO) / row.get(Column.ONE), row);
        }
        assertTrue(rows.get(13).get(Column.RECALL) > 0.9, rows.get(13)::toString);
        assertEquals("search / kernel", rows.get(15).what());
        assertRatio(rows.get(13).get(Column.SCALE) / rows.get(14).get(Column.SCALE), rows.get(15));
    }

    /** Of rounded figures. */
    private static void assertRatio(double ratio, JsonRow row) {
        assertEquals(ratio, row.get(Column.SCALE), 0.01 + ratio / 50, row::toString);
    }
}
