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

class GrowthLatencyTest {
    @TempDir
    private Path directory;

    /** Also that searches take no lock while columns grow and nodes are linked, and find what they should afterwards. */
    @Test
    void everyRoundSetsAGrowingStoreBesideAnIdleOne() {
        List<String> arguments =
                BaseFiles.arguments(directory, "--rounds", "1", "--seconds", "0.05", "--ef", "20", "--json");
        ByteArrayOutputStream printed = new ByteArrayOutputStream();

        new GrowthLatency(LatencyArguments.parse(arguments), new PrintStream(printed, true, StandardCharsets.UTF_8))
                .run();

        List<String> lines = printed.toString(StandardCharsets.UTF_8).lines().toList();
        assertTrue(lines.getFirst().contains("\"kernels\":"), lines.getFirst());
        List<JsonRow> rows = JsonRow.of(lines);
        assertEquals(
                List.of(
                        "0 idle",
                        "0 growing",
                        "0 grown",
                        "1 idle",
                        "1 growing",
                        "1 grown",
                        "median idle",
                        "median growing",
                        "median grown",
                        "median growing / idle"),
                rows.stream().map(row -> row.round() + " " + row.what()).toList());
        for (JsonRow row : rows.subList(3, 9)) {
            assertTrue(row.get(Column.SEARCHES) > 0, row::toString);
            assertTrue(row.get(Column.P50) <= row.get(Column.P99), row::toString);
            assertTrue(row.get(Column.P99) <= row.get(Column.OPEN_P999), row::toString);
            assertEquals(0, row.get(Column.BLOCKED) + row.get(Column.PARKED), row::toString);
            assertEquals(
                    row.what().equals("idle") ? BaseFiles.COUNT / 2 : BaseFiles.COUNT,
                    row.get(Column.VECTORS),
                    row::toString);
        }
        assertTrue(rows.get(4).get(Column.PENDING) > 0, rows.get(4)::toString);
        assertEquals(0, rows.get(5).get(Column.PENDING), rows.get(5)::toString);
        assertTrue(rows.get(5).get(Column.RECALL) > 0.9, rows.get(5)::toString);
        double ratio = rows.get(4).get(Column.P99) / rows.get(3).get(Column.P99);
        // Of rounded figures.
        assertEquals(ratio, rows.get(9).get(Column.P99), 0.06 + ratio / 50);
    }
}
