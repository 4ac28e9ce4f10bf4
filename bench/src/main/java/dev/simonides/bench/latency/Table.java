// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.latency;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.simonides.bench.Machine;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Prints rows, for people or as one JSON object a line; the machine comes first. Confined to one thread. */
final class Table {
    private static final JsonFactory JSON = new JsonFactory();
    private static final String NAMES = "%-6s %-22s";
    private static final int WIDTH_MIN = 8;

    private final PrintStream out;
    private final boolean json;
    private Set<Column> columns = Set.of();

    /**
     * Makes a table.
     *
     * @param out where it is printed
     * @param json true for JSON
     */
    Table(PrintStream out, boolean json) {
        this.out = out;
        this.json = json;
    }

    /** The machine, and in a table what the rows are about. */
    void begin(String about) {
        out.println(json ? Machine.current().json() : "# " + Machine.current().line());
        if (!json) {
            out.println("# " + about);
        }
    }

    /** The columns of the rows that follow; a row may have others, which only JSON shows, and lack some. */
    void head(Set<Column> shown) {
        columns = shown;
        if (json) {
            return;
        }
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, NAMES, "round", "what"));
        for (Column column : columns) {
            append(line, column, column.label().replace('_', ' '));
        }
        out.println(line);
    }

    /**
     * One row.
     *
     * @param round its number, or what all rounds come to
     * @param row the row
     */
    void row(String round, Row row) {
        if (json) {
            out.println(json(round, row));
            return;
        }
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, NAMES, round, row.what()));
        for (Column column : columns) {
            append(line, column, row.columns().containsKey(column) ? text(row, column) : "-");
        }
        out.println(line);
    }

    private static String text(Row row, Column column) {
        return rounded(row.get(column), column.decimals()).toPlainString();
    }

    private static void append(StringBuilder line, Column column, String value) {
        int width = Math.max(WIDTH_MIN, column.label().length());
        line.append(" ".repeat(Math.max(1, width + 1 - value.length()))).append(value);
    }

    private static String json(String round, Row row) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("round", round);
            json.writeStringField("what", row.what());
            for (Map.Entry<Column, Double> value : row.columns().entrySet()) {
                Column column = value.getKey();
                json.writeNumberField(column.label(), rounded(value.getValue(), column.decimals()));
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static BigDecimal rounded(double value, int decimals) {
        return BigDecimal.valueOf(value).setScale(decimals, RoundingMode.HALF_EVEN);
    }
}
