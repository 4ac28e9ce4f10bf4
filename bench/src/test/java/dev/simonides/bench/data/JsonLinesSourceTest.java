// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonLinesSourceTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"rows.jsonl", "rows.jsonl.gz"})
    void readsEveryField(String name) throws IOException {
        Path file = write(name, """
            {"key": "k1", "vector": [1, -2.5e-1], "text": "Kraków\\n", "tenant": "alice", "extra": {"a": [1, {}]}}

            {"embedding": [3, 4], "id": 17}
            {"vector": [5, 6]}\
            """);

        try (VectorSource rows = VectorFile.of(file).open()) {
            assertEquals(2, rows.dimension());
            assertEquals(VectorSource.COUNT_UNKNOWN, rows.count());
            VectorRow first = rows.next();
            assertEquals("k1", first.key());
            assertArrayEquals(new float[] {1, -0.25f}, first.vector());
            assertEquals(Optional.of("Kraków\n"), first.text());
            assertEquals(Optional.of("alice"), first.tenant());
            VectorRow second = rows.next();
            assertEquals("17", second.key());
            assertArrayEquals(new float[] {3, 4}, second.vector());
            assertEquals(1, second.number());
            VectorRow third = rows.next();
            assertEquals("row-2", third.key());
            assertTrue(third.text().isEmpty());
            assertTrue(third.tenant().isEmpty());
            assertFalse(rows.hasNext());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"vector": [1]}                   | dimension: expected=2 as in row 0, actual=1
        {"vector": [1, 2, 3]}             | dimension: expected=2 as in row 0, actual=3
        {"vector": []}                    | dimension: expected=2 as in row 0, actual=0
        {"key": "k"}                      | expected a field vector
        {"vector": [1, "2"]}              | vector: expected numbers only
        {"vector": [1, NaN]}              | expected one JSON object a line
        {"vector": [1, null]}             | vector: expected numbers only
        {"vector": 7}                     | vector: expected an array of numbers
        {"vector": [1, 2], "text": 1.5}   | text: expected a string
        {"vector": [1, 2], "key": null}   | key: expected a string
        {"vector": [1, 2], "vector": [3]} | expected one JSON object a line: Duplicate
        {"vector": [1, 2]} 3              | expected the end of the line
        [1, 2]                            | expected a JSON object
        {"vector": [1, 2                  | expected one JSON object a line
        """)
    void refusesAnotherSecondRow(String line, String expected) throws IOException {
        Path file = write("rows.jsonl", "{\"vector\": [1, 2]}\n" + line + "\n");

        VectorFileException refused = assertThrows(
                VectorFileException.class, () -> VectorFile.of(file).validate(RowCheck.NONE));

        assertEquals(1, refused.row(), refused.getMessage());
        assertTrue(refused.offset() >= 19 && refused.offset() <= 19 + line.length(), refused.getMessage());
        assertTrue(refused.getMessage().contains(expected), refused.getMessage());
        assertEquals(1, refused.getMessage().lines().count(), refused.getMessage());
    }

    @Test
    void namesTheByteOfASyntaxError() throws IOException {
        Path file = write("rows.jsonl", "{\"vector\": [1, 2]}\n{\"vector\": [1, x]}\n");

        VectorFileException refused = assertThrows(
                VectorFileException.class, () -> VectorFile.of(file).validate(RowCheck.NONE));

        assertEquals(1, refused.row());
        assertTrue(refused.offset() >= 19 + 15 && refused.offset() <= 19 + 17, refused.getMessage());
    }

    @Test
    void refusesAFileWithoutARow() throws IOException {
        Path file = write("rows.jsonl", "\n \n");

        assertEquals(
                file + ": row 0, byte 0: expected at least one JSON object a line, the file is empty",
                assertThrows(
                                VectorFileException.class,
                                () -> VectorFile.of(file).open().close())
                        .getMessage());
    }

    @Test
    void refusesMoreComponentsThanTheLimit() throws IOException {
        Path file = write("rows.jsonl", "{\"vector\": [0" + ",0".repeat(4096) + "]}");

        VectorFileException refused = assertThrows(
                VectorFileException.class, () -> VectorFile.of(file).open().close());

        assertTrue(refused.getMessage().contains("dimension: expected=1..4096"), refused.getMessage());
    }

    private Path write(String name, String content) throws IOException {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        return Files.write(directory.resolve(name), name.endsWith(".gz") ? Gzip.of(bytes) : bytes);
    }
}
