// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code wal} and {@code backup}, on stores that are sound and damaged, and on what is no store. */
final class WalAndBackupCommandTest {
    @TempDir
    private Path folder;

    private Path store;

    @BeforeEach
    void makeStore() {
        store = folder.resolve("s");
        try (MemoryIndex index = MemoryIndex.create(store, MemoryIndexOptions.ofDimension(4))) {
            for (int i = 0; i < 10; i++) {
                index.put(Memory.of("key-" + i, new float[] {1, i, 0, 0})
                        .text("five!")
                        .tenant("alice"));
            }
            index.delete("alice", "key-4");
        }
    }

    @Test
    void walPrintsFramesAndRecords() {
        List<String> lines = Outcome.of("wal", store).done().out();

        assertTrue(lines.getFirst().startsWith("wal-0000000001 @4096  LSN 1..1, 4,096 bytes"), lines::toString);
        assertTrue(
                lines.get(1).startsWith("  1  put     alice key-0  ordinal 0, 5 bytes of content, 20"),
                lines::toString);
        assertTrue(
                lines.stream().anyMatch(line -> line.startsWith("  11  delete  alice key-4  ordinal 4")),
                lines::toString);
        assertTrue(lines.stream().anyMatch(line -> line.endsWith("closed behind LSN 11")), lines::toString);
        assertEquals("12 frames, 11 records, 0 findings", lines.getLast());
    }

    @Test
    void walPrintsObjectsForPrograms() {
        List<Map<String, Object>> rows =
                Outcome.of("wal", store, "--json").done().json();

        assertEquals(23, rows.size());
        assertEquals("frame", rows.getFirst().get("type"));
        assertEquals("wal-0000000001", rows.getFirst().get("segment"));
        assertEquals(4096L, rows.getFirst().get("offset"));
        assertEquals("put", rows.get(1).get("type"));
        assertEquals("key-0", rows.get(1).get("key"));
        assertEquals(5L, rows.get(1).get("payload_bytes"));
        assertEquals(true, rows.getLast().get("closing"));
        assertEquals(
                12, Outcome.of("wal", store, "--json", "--frames").done().json().size());
    }

    @Test
    void walReadsWhatIsLeftOfADamagedLog() throws IOException {
        Path segment = store.resolve("wal-0000000001");
        byte[] bytes = Files.readAllBytes(segment);
        bytes[3 * 4096 + 100]++;
        Files.write(segment, bytes);

        Outcome outcome = Outcome.of("wal", store);
        assertEquals(ExitCode.FAILED, outcome.exitCode(), outcome::toString);
        assertTrue(
                outcome.out().stream().anyMatch(line -> line.startsWith("damaged: ") && line.contains("offset=")),
                outcome::toString);
        assertEquals("11 frames, 10 records, 1 findings", outcome.out().getLast());
        List<Map<String, Object>> rows = Outcome.of("wal", store, "--json").json();
        assertEquals("finding", rows.getLast().get("type"));
        assertEquals("wal-0000000001", rows.getLast().get("file"));
    }

    @Test
    void walReadsBesideAProcessThatHasTheStoreOpen() {
        try (MemoryIndex index = MemoryIndex.open(store)) {
            index.put(Memory.of("more", new float[] {1, 2, 3, 4}));

            assertTrue(Outcome.of("wal", store).done().out().stream().anyMatch(line -> line.contains(" more ")));
        }
    }

    @Test
    void walGoesOnBehindACheckpoint() {
        try (MemoryIndex index = MemoryIndex.open(store)) {
            index.checkpoint();
            index.put(Memory.of("second", new float[] {1, 2, 3, 4}));
            index.checkpoint();
            index.put(Memory.of("third", new float[] {1, 2, 3, 4}));
        }

        List<String> lines = Outcome.of("wal", store).done().out();
        assertTrue(lines.stream().anyMatch(line -> line.contains(" second ")), lines::toString);
        assertTrue(lines.stream().anyMatch(line -> line.contains(" third ")), lines::toString);
    }

    @Test
    void backupMakesAStore() {
        Path target = folder.resolve("copy");
        Map<String, Object> row =
                Outcome.of("backup", store, target, "--json").done().object();

        assertEquals(11L, row.get("lsn"));
        assertEquals(9L, Outcome.of("info", target, "--json").done().object().get("live"));
        Outcome.of("verify", target).done();
        Outcome.of("verify", store).done();
    }

    @Test
    void repairMakesAStoreOfWhatIsWhole() throws IOException {
        Path segment = store.resolve("wal-0000000001");
        byte[] bytes = Files.readAllBytes(segment);
        bytes[3 * 4096 + 100]++;
        Files.write(segment, bytes);
        Path target = folder.resolve("new");

        Outcome repair = Outcome.of("repair", "--salvage", store, target, "--json");
        assertEquals(ExitCode.FAILED, repair.exitCode(), "something was lost");
        List<Map<String, Object>> rows = repair.json();
        assertEquals(2, rows.size(), repair::toString);
        assertEquals("loss", rows.getFirst().get("type"));
        assertTrue(rows.getFirst().get("text").toString().contains("LSN 3..3"), repair::toString);
        assertEquals(1L, rows.getFirst().get("memories"));
        assertEquals("summary", rows.getLast().get("type"));
        assertEquals(8L, rows.getLast().get("memories"));
        assertEquals(1L, rows.getLast().get("losses"));
        Outcome.of("verify", target).done();
        assertEquals(8L, Outcome.of("info", target, "--json").done().object().get("live"));
        assertEquals(ExitCode.FAILED, Outcome.of("verify", store).exitCode());
        Outcome said = Outcome.of("repair", "--salvage", store, folder.resolve("again"));
        assertEquals(ExitCode.FAILED, said.exitCode());
        assertTrue(said.out().getFirst().startsWith("damaged: "), said::toString);
        assertTrue(said.out().get(1).startsWith("lost: the records of LSN 3..3"), said::toString);
        assertTrue(said.out().getLast().endsWith("the lines above say what was lost"), said::toString);

        Refusals.assertRefused(Outcome.of("repair", store, folder.resolve("t")), "--salvage");
        Refusals.assertRefused(Outcome.of("repair", "--salvage", store, target), "empty");
        Refusals.assertRefused(
                Outcome.of("repair", "--salvage", folder.resolve("x"), folder.resolve("t")), "no such directory");
    }

    @Test
    void repairIsDoneWhereNothingIsLost() throws IOException {
        try (MemoryIndex index = MemoryIndex.open(store)) {
            index.checkpoint();
            index.put(Memory.of("behind", new float[] {1, 2, 3, 4}).tenant("alice"));
        }
        for (String name : List.of("STORE", "MANIFEST-0000000001")) {
            Outcome.of("repair", "--salvage", store, folder.resolve("sound " + name))
                    .done();
            flip(store.resolve(name), 30);
            Path target = folder.resolve("without " + name);

            Map<String, Object> row = Outcome.of("repair", "--salvage", store, target, "--json")
                    .done()
                    .object();

            assertEquals(10L, row.get("memories"), name);
            assertEquals(0L, row.get("losses"), name);
            assertTrue(row.get("damages").toString().contains(name), row::toString);
            assertEquals(
                    10L, Outcome.of("info", target, "--json").done().object().get("live"));
            flip(store.resolve(name), 30);
        }
    }

    @Test
    void repairNamesTheKeysOfWhatIsLost() throws IOException {
        try (MemoryIndex index = MemoryIndex.open(store)) {
            for (int i = 0; i < 3; i++) {
                index.put(Memory.of("again", new float[] {1, 2, 3, i}));
                index.checkpoint();
            }
        }
        try (Stream<Path> files = Files.list(store)) {
            for (Path file : files.filter(f -> f.getFileName().toString().startsWith("vec-"))
                    .toList()) {
                flip(file, 4096 + 100);
            }
        }
        Outcome said = Outcome.of("repair", "--salvage", store, folder.resolve("new"));

        assertEquals(ExitCode.FAILED, said.exitCode(), said::toString);
        assertTrue(
                said.out().stream()
                        .anyMatch(line -> line.startsWith("lost: the vectors of ") && line.contains("alice/key-7")),
                said::toString);
    }

    private static void flip(Path file, int offset) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        byte[] bytes = Files.readAllBytes(file);
        bytes[offset] ^= 1;
        Files.write(file, bytes);
    }

    @Test
    void refusesWhatIsNoStoreAndTargetsThatAreNotEmpty() throws IOException {
        Path target = Files.createDirectory(folder.resolve("full"));
        Files.writeString(target.resolve("precious"), "x");

        Refusals.assertRefused(Outcome.of("backup", store, target), target.toString(), "empty");
        Refusals.assertRefused(Outcome.of("backup", store, store), store.toString(), "empty");
        Refusals.assertRefused(Outcome.of("backup", store, folder.resolve("a/b")), "no directory");
        Refusals.assertRefused(
                Outcome.of("backup", folder.resolve("nothing"), folder.resolve("t")), "no such directory");
        Refusals.assertRefused(Outcome.of("backup", store), "TARGET");
        Refusals.assertRefused(Outcome.of("wal", folder.resolve("nothing")), "no such directory");
        Refusals.assertRefused(Outcome.of("wal", target), "not a store");
        try (MemoryIndex index = MemoryIndex.open(store)) {
            assertEquals(9, index.stats().liveCount());
            Refusals.assertEnded(ExitCode.LOCKED, Outcome.of("backup", store, folder.resolve("t")), "open");
        }
    }
}
