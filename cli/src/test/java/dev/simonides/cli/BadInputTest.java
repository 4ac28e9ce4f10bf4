// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that must be refused whole: the damage is in the last row, and yet nothing of the first rows is stored. */
final class BadInputTest {
    private static final int COUNT = 40;
    private static final int ROW_BYTES = 4 + 4 * Samples.DIMENSION;

    @TempDir
    private Path folder;

    private Path store;

    @BeforeEach
    void createStore() {
        store = folder.resolve("s");
        Outcome.of("create", store, "--dim", Samples.DIMENSION).done();
    }

    @Test
    void refusesAnotherDimension() {
        Path file = Samples.fvecs(
                folder.resolve("wide.fvecs"), new float[Samples.DIMENSION + 1], new float[Samples.DIMENSION + 1]);

        assertRefused(Outcome.of("import", store, file), file, "24", "25");
    }

    @Test
    void refusesNaN() {
        assertRefusedWithLast(component(Float.NaN), "39", "NaN");
    }

    @Test
    void saysOfNaNInJsonWhatItIs() throws IOException {
        Path file = Samples.lines(folder.resolve("nan.jsonl"), List.of("{\"key\":\"a\",\"vector\":[1,NaN]}"));
        Outcome outcome = Outcome.of("import", store, file);

        assertRefused(outcome, file, "NaN");
        assertFalse(outcome.toString().contains("enable"), outcome::toString);
        assertFalse(outcome.toString().contains("JsonReadFeature"), outcome::toString);
    }

    @Test
    void refusesInfinity() {
        assertRefusedWithLast(component(Float.NEGATIVE_INFINITY), "39", "Infinity");
    }

    @Test
    void refusesAZeroVectorUnderCosine() {
        assertRefusedWithLast(new float[Samples.DIMENSION], "39", "zero");
    }

    @Test
    void takesAZeroVectorUnderEuclidean() {
        Path other = folder.resolve("e");
        Outcome.of("create", other, "--dim", Samples.DIMENSION, "--similarity", "euclidean")
                .done();
        Path file = Samples.fvecs(folder.resolve("zero.fvecs"), new float[Samples.DIMENSION]);

        Outcome.of("import", other, file).done();
    }

    @Test
    void refusesAKeyOf513Bytes() throws IOException {
        Path file = jsonLines("k".repeat(513));

        assertRefused(Outcome.of("import", store, file), file, "key", "513", "512");
    }

    @Test
    void countsTheBytesOfAKeyAndNotItsLetters() throws IOException {
        Path file = jsonLines("ł".repeat(257));

        assertRefused(Outcome.of("import", store, file), file, "key", "514", "512");
    }

    @Test
    void takesAKeyOf512Bytes() throws IOException {
        Outcome.of("import", store, jsonLines("k".repeat(512))).done();
    }

    @Test
    void refusesATenantOf257Bytes() {
        Path file = Samples.fvecs(folder.resolve("base.fvecs"), Samples.vectors(2));

        assertRefused(Outcome.of("import", store, file, "--tenant", "t".repeat(257)), file, "tenant", "257", "256");
    }

    @Test
    void refusesATruncatedFile() throws IOException {
        Path whole = Samples.fvecs(folder.resolve("whole.fvecs"), Samples.vectors(COUNT));
        byte[] bytes = Files.readAllBytes(whole);
        Path file = folder.resolve("truncated.fvecs");
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 3));

        assertRefused(Outcome.of("import", store, file), file);
    }

    @Test
    void refusesATruncatedGzipFile() throws IOException {
        Path whole = Samples.fvecs(folder.resolve("whole.fvecs.gz"), Samples.vectors(COUNT));
        byte[] bytes = Files.readAllBytes(whole);
        Path file = folder.resolve("truncated.fvecs.gz");
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 50));

        assertRefused(Outcome.of("import", store, file), file, "truncated");
    }

    @Test
    void refusesARowThatLiesAboutItsDimension() throws IOException {
        Path file = Samples.fvecs(folder.resolve("lying.fvecs"), Samples.vectors(COUNT));
        overwrite(file, (COUNT - 1) * ROW_BYTES, Samples.DIMENSION - 1);

        assertRefused(Outcome.of("import", store, file), file, "39");
    }

    @Test
    void refusesAFirstRowThatClaimsMoreThanTheFileHolds() throws IOException {
        Path file = Samples.fvecs(folder.resolve("lying.fvecs"), Samples.vectors(COUNT));
        overwrite(file, 0, Integer.MAX_VALUE);

        assertRefused(Outcome.of("import", store, file), file);
    }

    @Test
    void refusesAMissingFileAndOneOfUnknownKind() throws IOException {
        Path unknown = Samples.lines(folder.resolve("vectors.csv"), List.of("1,2,3"));

        assertRefused(
                Outcome.of("import", store, folder.resolve("none.fvecs")),
                folder.resolve("none.fvecs"),
                "no such file");
        assertRefused(Outcome.of("import", store, unknown), unknown, ".fvecs");
    }

    @Test
    void refusesTextsOfAnotherNumber() throws IOException {
        Path file = Samples.fvecs(folder.resolve("base.fvecs"), Samples.vectors(3));
        Path fewer = Samples.lines(folder.resolve("fewer.txt"), List.of("one", "two"));
        Path more = Samples.lines(folder.resolve("more.txt"), List.of("one", "two", "three", "four"));

        assertRefused(Outcome.of("import", store, file, "--texts", fewer), fewer);
        assertRefused(Outcome.of("import", store, file, "--texts", more), more);
    }

    @Test
    void refusesMoreRowsThanThereIsMemoryFor() {
        ImportCommand command = new ImportCommand();

        Refusal refusal = assertThrows(Refusal.class, () -> command.requireRoom(1_001, 1_000));

        assertEquals(ExitCode.USAGE, refusal.exitCode());
        command.requireRoom(1_000, 1_000);
    }

    @Test
    void refusesADirectoryThatIsNoStore() throws IOException {
        Path directory = Files.createDirectory(folder.resolve("documents"));
        Files.writeString(directory.resolve("letter.txt"), "Dear Simonides,");
        Path file = Samples.fvecs(folder.resolve("base.fvecs"), Samples.vectors(3));

        Refusals.assertRefused(Outcome.of("import", directory, file), directory.toString());
        Refusals.assertRefused(Outcome.of("info", directory), directory.toString());
        Refusals.assertRefused(Outcome.of("info", folder.resolve("missing")), "missing", "create");
        Refusals.assertRefused(Outcome.of("info", file), file.toString(), "directory");
    }

    private static float[] component(float value) {
        float[] vector = Samples.vectors(1)[0];
        vector[7] = value;
        return vector;
    }

    /** Good rows, and a bad one at the end. */
    private void assertRefusedWithLast(float[] last, String... words) {
        float[][] vectors = Samples.vectors(COUNT);
        vectors[COUNT - 1] = last;
        Path file = Samples.fvecs(folder.resolve("bad.fvecs"), vectors);

        assertRefused(Outcome.of("import", store, file), file, words);
    }

    private void assertRefused(Outcome outcome, Path file, String... words) {
        Refusals.assertRefused(outcome, file.toString());
        Refusals.assertRefused(outcome, words);
        Refusals.assertNothingStored(store);
    }

    private Path jsonLines(String key) throws IOException {
        String vector = Arrays.toString(Samples.vectors(1)[0]);
        return Samples.lines(
                folder.resolve("keys.jsonl"),
                List.of(
                        "{\"key\":\"good\",\"vector\":" + vector + "}",
                        "{\"key\":\"" + key + "\",\"vector\":" + vector + "}"));
    }

    private static void overwrite(Path file, int offset, int value) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(offset, value);
        Files.write(file, bytes, StandardOpenOption.TRUNCATE_EXISTING);
    }
}
