// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.cli.ExitCode;
import dev.simonides.cli.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demonstration with fewer texts and a smaller dimension, its killed process included. */
final class DemoCommandTest {
    @TempDir
    private Path folder;

    @Test
    void doesTheWholeJobAndKeepsTheStoreWhereItIsTold() {
        Path store = folder.resolve("memories");

        List<Map<String, Object>> rows = Outcome.of(
                        "demo", "--dir", store, "--texts", 2_200, "--dim", 96, "--notes", 200, "--json")
                .done()
                .json();

        assertEquals(2_200L, only(rows, "import").get("texts"));
        assertEquals(15, of(rows, "search").size());
        assertEquals(
                List.of(10L, 20L, 40L, 80L),
                of(rows, "recall").stream().map(row -> row.get("ef")).toList());
        Map<String, Object> killed = only(rows, "kill");
        assertTrue((long) killed.get("acknowledged") >= 200, killed::toString);
        assertEquals(killed.get("acknowledged"), killed.get("found"));
        assertEquals(0L, killed.get("missing"));
        assertEquals("group", killed.get("durability"));
        assertTrue(((String) only(rows, "proof").get("machine")).contains("kernels"));
        assertEquals(true, only(rows, "proof").get("proven"));
        assertEquals(List.of(), only(rows, "proof").get("failures"));
        assertEquals(
                10,
                Outcome.of("search", store, "--text", "a river in Africa", "--json")
                        .done()
                        .out()
                        .size());
    }

    @Test
    void tellsPeopleWhatItMeasuredAndLeavesNothingBehind() {
        long before = temporaryStores();

        String said = String.join(
                "\n",
                Outcome.of("demo", "--texts", 300, "--dim", 64, "--notes", 100)
                        .done()
                        .out());

        assertTrue(said.contains("Who discovered penicillin?"), said);
        assertTrue(said.contains("recall@10 at ef 10"), said);
        assertTrue(said.contains("found with text and vector"), said);
        assertFalse(said.contains("FAILED"), said);
        assertEquals(before, temporaryStores());
    }

    @Test
    void leavesNothingBehindWhenItIsRefused() {
        long before = temporaryStores();

        Outcome outcome = Outcome.of("demo", "--dim", 5_000);

        assertEquals(ExitCode.USAGE, outcome.exitCode(), outcome::toString);
        assertEquals(1, outcome.err().size(), outcome::toString);
        assertEquals(before, temporaryStores());
    }

    @Test
    void endsWithALineToPaste() {
        Path store = folder.resolve("it's here");

        String last = Outcome.of("demo", "--dir", store, "--texts", 20, "--dim", 96, "--notes", 5)
                .out()
                .getLast();

        assertTrue(last.endsWith("bin/simonides search '" + folder + "/it'\\''s here' --text '...'"), last);
    }

    @Test
    void refusesToWriteIntoADirectoryThatIsInUse() throws IOException {
        Files.writeString(folder.resolve("letter.txt"), "Dear Simonides,");

        Outcome outcome = Outcome.of("demo", "--dir", folder, "--texts", 20, "--dim", 8);

        assertEquals(ExitCode.USAGE, outcome.exitCode(), outcome::toString);
        assertEquals(1, outcome.err().size(), outcome::toString);
        assertEquals(ExitCode.USAGE, Outcome.of("demo", "--texts", 9).exitCode());
        assertEquals(ExitCode.USAGE, Outcome.of("demo", "--notes", 0).exitCode());
    }

    private static long temporaryStores() {
        String[] found = Path.of(System.getProperty("java.io.tmpdir"))
                .toFile()
                .list((_, name) -> name.startsWith("simonides-demo-"));
        return found == null ? 0 : found.length;
    }

    private static List<Map<String, Object>> of(List<Map<String, Object>> rows, String step) {
        return rows.stream().filter(row -> step.equals(row.get("step"))).toList();
    }

    private static Map<String, Object> only(List<Map<String, Object>> rows, String step) {
        List<Map<String, Object>> found = of(rows, step);
        assertEquals(1, found.size(), found::toString);
        return found.getFirst();
    }
}
