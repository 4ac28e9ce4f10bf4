// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Rows over rounds, and how they are printed. */
class RowTest {
    private static Row row(double p99, double blocked) {
        return new Row("idle", Map.of(Column.P99, p99, Column.BLOCKED, blocked));
    }

    private static List<String> printed(boolean json) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Table table = new Table(new PrintStream(bytes, true, StandardCharsets.UTF_8), json);
        table.begin("what it is about");
        table.head(EnumSet.of(Column.P99, Column.RECALL));
        table.row("1", row(12.345, 0));
        return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void roundsComeToTheirMedianAndWhatIsCountedToItsSum() {
        Row median = Row.median("idle", List.of(row(9, 0), row(1, 2), row(5, 1)));

        assertEquals(5, median.get(Column.P99));
        assertEquals(3, median.get(Column.BLOCKED));
        assertEquals(5, Row.median("idle", List.of(row(4, 0), row(6, 0))).get(Column.P99));
    }

    @Test
    void aRatioIsTakenRoundByRound() {
        List<Row> growing = List.of(row(10, 0), row(100, 0), row(30, 0));
        List<Row> idle = List.of(row(5, 0), row(10, 0), row(10, 0));

        assertEquals(3, Row.ratio("ratio", growing, idle, List.of(Column.P99)).get(Column.P99));
    }

    @Test
    void aTableHasTheMachineAHeadAndALineARow() {
        List<String> lines = printed(false);

        assertTrue(lines.get(0).startsWith("# ") && lines.get(0).contains("kernels: "), lines.get(0));
        assertEquals("# what it is about", lines.get(1));
        assertTrue(lines.get(2).matches("round +what +p99 us +recall"), lines.get(2));
        assertTrue(lines.get(3).matches("1 +idle +12\\.3 +-"), lines.get(3));
        assertEquals(lines.get(2).length(), lines.get(3).length());
    }

    @Test
    void jsonHasEveryColumnOfARow() {
        List<String> lines = printed(true);

        assertEquals(2, lines.size());
        assertEquals("{\"round\":\"1\",\"what\":\"idle\",\"p99_us\":12.3,\"blocked\":0}", lines.get(1));
    }
}
