// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.data;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.simonides.Limits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.NoSuchElementException;

/**
 * Rows of JSON objects, one a line: {@code vector} (or {@code embedding}), an array of numbers, must be there; {@code
 * key} (or {@code id}), {@code text} and {@code tenant} may be, as strings or whole numbers, and {@code payload}, a string of
 * Base64, in place of a text; other fields are passed over. Of two names for the same thing the later one in the line counts.
 * Blank lines are no rows.
 */
final class JsonLinesSource implements VectorSource {

    /** The payload limit of the index, and room for a vector of the largest dimension beside it. */
    private static final int LINE_BYTES_MAX = Limits.PAYLOAD_BYTES_MAX + (1 << 20);

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final Path file;
    private final RowInput input;
    private final float[] components = new float[VectorShape.DIMENSION_MAX];
    private int dimension;
    private VectorRow ahead;
    private boolean exhausted;
    private long number;

    private JsonLinesSource(Path file, RowInput input) {
        this.file = file;
        this.input = input;
        this.ahead = VectorRow.of(0, 0, new float[0]);
        advance();
        if (exhausted) {
            throw new VectorFileException(file, 0, 0, "expected at least one JSON object a line, the file is empty");
        }
        this.dimension = ahead.vector().length;
    }

    static JsonLinesSource open(Path file) {
        RowInput input = RowInput.open(file);
        try {
            return new JsonLinesSource(file, input);
        } catch (RuntimeException | Error e) {
            input.close();
            throw e;
        }
    }

    @Override
    public int dimension() {
        return dimension;
    }

    @Override
    public long count() {
        return COUNT_UNKNOWN;
    }

    @Override
    public boolean hasNext() {
        return !exhausted;
    }

    @Override
    public VectorRow next() {
        if (!hasNext()) {
            throw new NoSuchElementException("row " + number);
        }
        VectorRow row = ahead;
        advance();
        return row;
    }

    private void advance() {
        input.at(number);
        while (!input.atEnd()) {
            long offset = input.position();
            byte[] line = input.line(LINE_BYTES_MAX);
            if (!blank(line)) {
                ahead = parse(line, offset);
                number++;
                return;
            }
        }
        exhausted = true;
    }

    private static boolean blank(byte[] line) {
        for (byte b : line) {
            if (b != ' ' && b != '\t' && b != '\r') {
                return false;
            }
        }
        return true;
    }

    private VectorRow parse(byte[] line, long offset) {
        try (JsonParser parser = JSON.createParser(line)) {
            return object(parser, offset);
        } catch (JacksonException e) {
            long column =
                    e.getLocation() == null ? 0 : Math.max(0, e.getLocation().getByteOffset());
            throw new VectorFileException(
                    file, number, offset + column, "expected one JSON object a line: " + finding(e), e);
        } catch (IOException e) {
            throw RowInput.unreadable(file, number, offset, e);
        }
    }

    /** What the parser found, without its advice to programmers on which of its features to enable. */
    private static String finding(JacksonException e) {
        return String.valueOf(e.getOriginalMessage()).replaceFirst(":? *\\(?enable `?JsonReadFeature.*", "");
    }

    private VectorRow object(JsonParser parser, long offset) throws IOException {
        require(parser.nextToken() == JsonToken.START_OBJECT, parser, offset, "expected a JSON object");
        int count = 0;
        VectorRow row = VectorRow.of(number, offset, components);
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            switch (field) {
                case "vector", "embedding" -> count = vector(parser, offset, field);
                case "key", "id" -> row = row.withKey(word(parser, offset, field));
                case "text" -> row = row.withText(word(parser, offset, field));
                case "payload" -> row = row.withBytes(bytes(parser, offset, field));
                case "tenant" -> row = row.withTenant(word(parser, offset, field));
                default -> parser.skipChildren();
            }
        }
        require(parser.nextToken() == null, parser, offset, "expected the end of the line after the object");
        require(count > 0, parser, offset, "expected a field vector (or embedding), an array of numbers");
        return row.withVector(Arrays.copyOf(components, count));
    }

    private int vector(JsonParser parser, long offset, String field) throws IOException {
        require(
                parser.currentToken() == JsonToken.START_ARRAY,
                parser,
                offset,
                field + ": expected an array of numbers");
        int count = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            require(parser.currentToken().isNumeric(), parser, offset, field + ": expected numbers only");
            if (count == components.length) {
                throw at(parser, offset, "dimension: expected=1.." + VectorShape.DIMENSION_MAX + ", actual is more");
            }
            components[count++] = parser.getFloatValue();
        }
        int expected = dimension == 0 ? Math.max(1, count) : dimension;
        if (count != expected) {
            throw at(parser, offset, "dimension: expected=" + expected + " as in row 0, actual=" + count);
        }
        return count;
    }

    private String word(JsonParser parser, long offset, String field) throws IOException {
        JsonToken token = parser.currentToken();
        require(
                token == JsonToken.VALUE_STRING || token == JsonToken.VALUE_NUMBER_INT,
                parser,
                offset,
                field + ": expected a string");
        return parser.getText();
    }

    private byte[] bytes(JsonParser parser, long offset, String field) throws IOException {
        require(
                parser.currentToken() == JsonToken.VALUE_STRING,
                parser,
                offset,
                field + ": expected a string of Base64");
        try {
            return Base64.getDecoder().decode(parser.getText());
        } catch (IllegalArgumentException e) {
            throw at(parser, offset, field + ": expected Base64 (RFC 4648, section 4): " + e.getMessage());
        }
    }

    private void require(boolean condition, JsonParser parser, long offset, String finding) {
        if (!condition) {
            throw at(parser, offset, finding);
        }
    }

    private VectorFileException at(JsonParser parser, long offset, String finding) {
        return new VectorFileException(
                file, number, offset + Math.max(0, parser.currentTokenLocation().getByteOffset()), finding);
    }

    @Override
    public void close() {
        input.close();
    }
}
