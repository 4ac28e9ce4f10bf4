// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One JSON object on one line, its members in the order in which they were added.
 *
 * <p>Confined to one thread.
 */
public final class JsonRow {
    private static final JsonFactory JSON = new JsonFactory();

    private final Map<String, Object> members = new LinkedHashMap<>();

    private JsonRow() {}

    /**
     * An empty object.
     *
     * @return the object
     */
    public static JsonRow create() {
        return new JsonRow();
    }

    /**
     * Adds a member.
     *
     * @param name its name
     * @param value a String, Boolean, Integer, Long, Float, Double, or a List of such
     * @return this object
     */
    public JsonRow with(String name, Object value) {
        members.put(name, value);
        return this;
    }

    /** The object as JSON, without a line end. */
    @Override
    public String toString() {
        StringWriter line = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(line)) {
            json.writeStartObject();
            for (Map.Entry<String, Object> member : members.entrySet()) {
                json.writeFieldName(member.getKey());
                write(json, member.getValue());
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("a StringWriter does not fail", e);
        }
        return line.toString();
    }

    private static void write(JsonGenerator json, Object value) throws IOException {
        switch (value) {
            case String text -> json.writeString(text);
            case Boolean truth -> json.writeBoolean(truth);
            case Integer number -> json.writeNumber(number);
            case Long number -> json.writeNumber(number);
            case Float number -> json.writeNumber(number);
            case Double number -> json.writeNumber(number);
            case List<?> values -> {
                json.writeStartArray();
                for (Object each : values) {
                    write(json, each);
                }
                json.writeEndArray();
            }
            default -> throw new IllegalArgumentException("no JSON for " + value.getClass());
        }
    }
}
