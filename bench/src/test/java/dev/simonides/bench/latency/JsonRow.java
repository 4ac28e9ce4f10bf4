// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.latency;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A row as it was printed.
 *
 * @param round its number, or "median"
 * @param what was measured
 * @param values by the names of columns
 */
record JsonRow(String round, String what, Map<String, Double> values) {

    /** The rows of what a program printed, behind the machine. */
    static List<JsonRow> of(List<String> lines) {
        return lines.stream().skip(1).map(JsonRow::of).toList();
    }

    private static JsonRow of(String line) {
        Map<String, String> names = new HashMap<>();
        Map<String, Double> values = new HashMap<>();
        try (JsonParser json = new JsonFactory().createParser(line)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                if (json.nextToken() == JsonToken.VALUE_STRING) {
                    names.put(name, json.getText());
                } else {
                    values.put(name, json.getDoubleValue());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(line, e);
        }
        return new JsonRow(names.getOrDefault("round", ""), names.getOrDefault("what", ""), values);
    }

    double get(Column column) {
        Double value = values.get(column.label());
        if (value == null) {
            throw new AssertionError("no " + column.label() + " in " + this);
        }
        return value;
    }
}
