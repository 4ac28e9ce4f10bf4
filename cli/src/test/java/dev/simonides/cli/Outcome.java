// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a command did, run inside the test's process.
 *
 * @param exitCode what it returned
 * @param out the lines on stdout
 * @param err the lines on stderr
 */
public record Outcome(int exitCode, List<String> out, List<String> err) {
    private static final JsonFactory JSON = new JsonFactory();

    public static Outcome of(Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] words = new String[arguments.length];
        for (int i = 0; i < words.length; i++) {
            words[i] = arguments[i].toString();
        }
        int exitCode = Simonides.run(new PrintWriter(out), new PrintWriter(err), words);
        return new Outcome(
                exitCode,
                out.toString().lines().toList(),
                err.toString().lines().toList());
    }

    /** The outcome, if the command is done. */
    public Outcome done() {
        if (exitCode != ExitCode.DONE) {
            throw new AssertionError("expected to be done, but " + this);
        }
        return this;
    }

    /** Every line on stdout as the object it must be. */
    public List<Map<String, Object>> json() {
        return out.stream().map(Outcome::parse).toList();
    }

    /** The only line on stdout as an object. */
    public Map<String, Object> object() {
        if (out.size() != 1) {
            throw new AssertionError("expected one line, but " + this);
        }
        return parse(out.getFirst());
    }

    private static Map<String, Object> parse(String line) {
        try (JsonParser parser = JSON.createParser(line)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new AssertionError("not an object: " + line);
            }
            Map<String, Object> object = new LinkedHashMap<>();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                object.put(name, value(parser, parser.nextToken()));
            }
            if (parser.nextToken() != null) {
                throw new AssertionError("more than an object: " + line);
            }
            return object;
        } catch (IOException e) {
            throw new UncheckedIOException("not JSON: " + line, e);
        }
    }

    private static Object value(JsonParser parser, JsonToken token) throws IOException {
        return switch (token) {
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case START_ARRAY -> {
                List<Object> values = new ArrayList<>();
                for (JsonToken each = parser.nextToken(); each != JsonToken.END_ARRAY; each = parser.nextToken()) {
                    values.add(value(parser, each));
                }
                yield values;
            }
            default -> throw new AssertionError("unexpected " + token);
        };
    }
}
