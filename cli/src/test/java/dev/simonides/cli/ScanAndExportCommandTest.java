// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import static dev.simonides.cli.Refusals.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ScanAndExportCommandTest {
    private static final byte[] NO_TEXT = {0, (byte) 0xff, (byte) 0xc3, 10};
    private static final List<Memory> MEMORIES = List.of(
            Memory.of("b", new float[] {0.1f, -2, 1e-7f}).text("zwei\n\"Zeilen\"\u0000 \ud83d\ude00"),
            Memory.of("a/1", new float[] {1, 2, 3}),
            Memory.of("a/2", new float[] {-1, 2.5f, 16_777_216})
                    .payload(NO_TEXT)
                    .tenant("krak\u00f3w"),
            Memory.of("a/1", new float[] {3, 3, 3}).text("another's").tenant("alice"));

    @TempDir
    private Path folder;

    private Path store;

    @BeforeEach
    void fill() {
        store = folder.resolve("s");
        fill(store, MEMORIES);
    }

    private static MemoryIndexOptions options() {
        return MemoryIndexOptions.ofDimension(3).similarity(Similarity.DOT).originals(OriginalFormat.F32);
    }

    private static void fill(Path store, List<Memory> memories) {
        try (MemoryIndex index = MemoryIndex.create(store, options())) {
            var _ = index.putAll(memories);
            var _ = index.checkpoint();
        }
    }

    private static void assertHolds(Path store, List<Memory> memories) {
        try (MemoryIndex index = MemoryIndex.open(store)) {
            assertEquals(memories.size(), index.stats().liveCount());
            for (Memory memory : memories) {
                Memory found = index.get(memory.tenant(), memory.key()).orElseThrow();
                assertArrayEquals(memory.vector(), found.vector(), memory.key());
                assertArrayEquals(memory.payload(), found.payload(), memory.key());
            }
        }
    }

    @Test
    void listsByTenantAndKey() {
        Outcome all = Outcome.of("scan", store, "--json").done();
        assertEquals(
                List.of("/a/1", "/b", "alice/a/1", "krak\u00f3w/a/2"),
                all.json().stream()
                        .map(row -> row.get("tenant") + "/" + row.get("key"))
                        .toList());
        assertEquals(MEMORIES.getFirst().text(), all.json().get(1).get("text"));

        Outcome some =
                Outcome.of("scan", store, "--tenant", "", "--prefix", "a/").done();
        assertEquals(1, some.out().size(), some::toString);
        assertTrue(some.out().getFirst().contains("a/1"), some::toString);
        assertEquals(
                List.of(),
                Outcome.of("scan", store, "--tenant", "nobody").done().out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"all.jsonl", "all.jsonl.gz"})
    void whatIsExportedIsImportedAgain(String name) throws IOException {
        Path file = folder.resolve(name);
        Map<String, Object> row =
                Outcome.of("export", store, file, "--json").done().object();
        assertEquals(4L, row.get("exported"));
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(2, left.count(), "the store and the file");
        }

        Path second = folder.resolve("second");
        MemoryIndex.create(second, options()).close();
        Outcome.of("import", second, file).done();

        assertHolds(second, MEMORIES);
        Path again = folder.resolve("again-" + name);
        Outcome.of("export", second, again).done();
        assertArrayEquals(Files.readAllBytes(file), Files.readAllBytes(again));
    }

    @Test
    void aTenantOrAPrefixIsExportedAlone() throws IOException {
        Path file = folder.resolve("some.jsonl");
        Outcome.of("export", store, file, "--tenant", "alice", "--prefix", "a").done();

        List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        assertEquals(
                List.of("{\"key\":\"a/1\",\"tenant\":\"alice\",\"text\":\"another's\",\"vector\":[3.0,3.0,3.0]}"),
                lines);
        Path none = folder.resolve("none.jsonl");
        Outcome.of("export", store, none, "--tenant", "nobody").done();
        assertEquals(0, Files.size(none));
    }

    /** Beside a process that writes the last checkpoint is exported. */
    @Test
    void exportsBesideAWriter() {
        try (MemoryIndex _ = MemoryIndex.open(store)) {
            Path file = folder.resolve("beside.jsonl");
            Map<String, Object> row =
                    Outcome.of("export", store, file, "--json").done().object();
            assertEquals(4L, row.get("exported"));
            assertEquals(true, row.get("checkpoint_only"));
        }
    }

    @Test
    void refusesWhatItWouldReplaceOrCouldNotReadAgain() throws IOException {
        Path there = Files.writeString(folder.resolve("there.jsonl"), "mine");
        assertRefused(Outcome.of("export", store, there), there.toString(), "already");
        assertEquals("mine", Files.readString(there));
        assertRefused(Outcome.of("export", store, folder.resolve("x.csv")), "x.csv", ".jsonl");
        Path lost = folder.resolve("missing/x.jsonl");
        assertRefused(Outcome.of("export", store, lost), lost + ": cannot be written");
        assertFalse(Files.exists(folder.resolve("missing")));
    }

    @Test
    void damagedBase64IsRefusedByRow() throws IOException {
        Path file = Samples.lines(
                folder.resolve("bad.jsonl"), List.of("{\"vector\":[1,2,3]}", "{\"vector\":[1,2,3],\"payload\":\"?\"}"));
        assertRefused(Outcome.of("import", store, file), "row 1", "payload", "Base64");
        assertHolds(store, MEMORIES);
    }

    @Test
    void infoTellsOfEachTenant() {
        List<Map<String, Object>> rows =
                Outcome.of("info", store, "--tenants", "--json").done().json();
        assertEquals(4, rows.size());
        assertEquals(
                List.of("", "alice", "krak\u00f3w"),
                rows.stream().skip(1).map(row -> row.get("tenant")).toList());
        assertEquals(2L, rows.get(1).get("live"));
        assertEquals(false, rows.get(1).get("graph"));
        Outcome said = Outcome.of("info", store, "--tenants").done();
        assertTrue(said.out().stream().anyMatch(line -> line.contains("alice: 1 live (1 vector")), said::toString);
    }
}
