// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportFilesTest {

    @TempDir
    Path directory;

    private VectorFile vectors;

    @BeforeEach
    void writeThreeRows() {
        Path file = directory.resolve("base.fvecs");
        try (FvecsWriter writer = FvecsWriter.create(file, 1)) {
            writer.write(new float[] {0});
            writer.write(new float[] {1});
            writer.write(new float[] {2});
        }
        vectors = VectorFile.of(file);
    }

    @Test
    void joinsTextsAndTenantsToRows() throws IOException {
        ImportFiles files = ImportFiles.of(vectors)
                .texts(LineFile.texts(write("texts.txt.gz", "Ζεύς\r\n\nlast")))
                .tenants(LineFile.tenants(write("tenants.txt", "a\nb\na\n")));

        assertEquals(new VectorShape(1, 3), files.validate(RowCheck.NONE));
        try (VectorSource rows = files.open()) {
            assertEquals(3, rows.count());
            VectorRow first = rows.next();
            assertEquals(Optional.of("Ζεύς"), first.text());
            assertEquals(Optional.of("a"), first.tenant());
            VectorRow second = rows.next();
            assertEquals(Optional.of(""), second.text());
            assertEquals(Optional.of("b"), second.tenant());
            assertEquals("row-1", second.key());
            assertEquals(Optional.of("last"), rows.next().text());
            assertFalse(rows.hasNext());
        }
    }

    @Test
    void refusesFewerLinesThanRows() throws IOException {
        Path texts = write("texts.txt", "one\ntwo\n");

        assertEquals(
                texts + ": row 2, byte 8: expected 3 lines, one for each row of " + vectors + "; the file ends after 2",
                refusal(ImportFiles.of(vectors).texts(LineFile.texts(texts))).getMessage());
    }

    @Test
    void refusesMoreLinesThanRows() throws IOException {
        Path texts = write("texts.txt", "one\ntwo\nthree\nfour\n");

        assertEquals(
                texts + ": row 3, byte 14: expected 3 lines, one for each row of " + vectors + "; more follow",
                refusal(ImportFiles.of(vectors).texts(LineFile.texts(texts))).getMessage());
    }

    @Test
    void refusesATenantThatIsTooLong() throws IOException {
        Path tenants = write("tenants.txt", "a\n" + "é".repeat(128) + "\n" + "é".repeat(128) + "x\n");

        VectorFileException refused = refusal(ImportFiles.of(vectors).tenants(LineFile.tenants(tenants)));

        assertEquals(tenants + ": row 2, byte 259: expected a line of at most 256 bytes", refused.getMessage());
    }

    @Test
    void refusesWhatIsNotUtf8() throws IOException {
        Path texts = Files.write(directory.resolve("texts.txt"), new byte[] {'a', '\n', (byte) 0xC3, '\n', 'c', '\n'});

        VectorFileException refused = refusal(ImportFiles.of(vectors).texts(LineFile.texts(texts)));

        assertEquals(1, refused.row());
        assertEquals(2, refused.offset());
        assertTrue(refused.getMessage().contains("UTF-8"), refused.getMessage());
    }

    @Test
    void checksCompleteRowsAndStopsAtTheFirstFinding() throws IOException {
        ImportFiles files = ImportFiles.of(vectors).texts(LineFile.texts(write("texts.txt", "a\nbb\nccc\n")));

        VectorFileException refused = assertThrows(
                VectorFileException.class,
                () -> files.validate(row -> {
                    if (row.text().orElseThrow().length() > 1) {
                        throw new IllegalArgumentException("text: expected=0..1, actual=2");
                    }
                }));

        assertEquals(vectors + ": row 1, byte 8: text: expected=0..1, actual=2", refused.getMessage());
    }

    @Test
    void refusesMissingTexts() {
        Path texts = directory.resolve("none.txt");

        assertEquals(
                texts + ": no such file",
                refusal(ImportFiles.of(vectors).texts(LineFile.texts(texts))).getMessage());
    }

    private static VectorFileException refusal(ImportFiles files) {
        return assertThrows(VectorFileException.class, () -> files.validate(RowCheck.NONE));
    }

    private Path write(String name, String content) throws IOException {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        return Files.write(directory.resolve(name), name.endsWith(".gz") ? Gzip.of(bytes) : bytes);
    }
}
