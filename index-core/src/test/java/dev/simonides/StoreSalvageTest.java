// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.NotAStoreException;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StoreLockedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be read of a damaged store goes into a new one, and what cannot is named. */
class StoreSalvageTest {
    @TempDir
    private Path folder;

    private Path store;
    private Path target;

    @BeforeEach
    void name() {
        store = folder.resolve("store");
        target = folder.resolve("target");
    }

    @Test
    void keepsEverythingOfAStoreThatIsSound() {
        try (MemoryIndex index = open()) {
            put(index, 0, 20, "old");
            index.checkpoint();
            put(index, 10, 30, "new");
            index.delete("t", "key-3");
            index.delete("t", "key-25");
        }

        SalvageReport report = StoreSalvage.run(store, target);
        assertEquals(28, report.memories());
        assertEquals(1, report.generation());
        assertEquals(42, report.lastLsn());
        assertEquals(List.of(), report.damages());
        assertEquals(List.of(), report.losses());
        try (MemoryIndex before = MemoryIndex.open(store);
                MemoryIndex after = MemoryIndex.open(target)) {
            assertEquals(28, after.stats().liveCount());
            assertTrue(after.verify((phase, done, total) -> {}).clean());
            for (int i = 0; i < 30; i++) {
                String key = "key-" + i;
                assertEquals(
                        before.get("t", key).map(Memory::text),
                        after.get("t", key).map(Memory::text),
                        key);
            }
            float[] question = {1, 2, 3, 4};
            Query query = Query.of(question).tenant("t").top(28);
            assertEquals(
                    before.exact().search(query).hits().stream().map(Hit::score).toList(),
                    after.exact().search(query).hits().stream().map(Hit::score).toList());
        }
    }

    @Test
    void namesTheRecordsThatADamagedFrameHeld() throws IOException {
        try (MemoryIndex index = open()) {
            put(index, 0, 10, "only");
        }
        damage(store.resolve("wal-0000000001"), 4096 * 4 + 100);
        assertThrows(StorageException.class, () -> MemoryIndex.open(store).close());

        SalvageReport report = StoreSalvage.run(store, target);
        assertEquals(9, report.memories());
        assertEquals(1, report.damages().size(), report::toString);
        assertTrue(report.damages().getFirst().contains("wal-0000000001"), report::toString);
        assertTrue(report.losses().getFirst().contains("LSN 4..4"), report::toString);
        try (MemoryIndex after = MemoryIndex.open(target)) {
            assertTrue(after.get("t", "key-3").isEmpty());
            assertEquals("only", after.get("t", "key-9").orElseThrow().text());
        }
    }

    @Test
    void takesWhatTheStoreIsFromAManifest() throws IOException {
        try (MemoryIndex index = open()) {
            put(index, 0, 10, "a");
            index.checkpoint();
            put(index, 10, 15, "b");
        }
        damage(store.resolve("STORE"), 60);

        SalvageReport report = StoreSalvage.run(store, target);
        assertEquals(15, report.memories());
        assertTrue(report.damages().getFirst().contains("STORE"), report::toString);
        assertEquals(List.of(), report.losses());
        try (MemoryIndex after = MemoryIndex.open(target)) {
            assertEquals(15, after.stats().liveCount());
        }
    }

    @Test
    void fallsBackOnTheLogWhereACheckpointIsDamaged() throws IOException {
        try (MemoryIndex index = open()) {
            put(index, 0, 10, "a");
            index.checkpoint();
            put(index, 10, 15, "b");
        }
        try (Stream<Path> files = Files.list(store)) {
            for (Path file : files.filter(f -> String.valueOf(f.getFileName()).startsWith("vec-"))
                    .toList()) {
                damage(file, 5000);
            }
        }

        SalvageReport report = StoreSalvage.run(store, target);
        assertEquals(1, report.damages().size(), report::toString);
        assertEquals(0, report.generation());
        assertEquals(15, report.memories(), report::toString);
        assertEquals(List.of(), report.losses());
    }

    @Test
    void refusesWhatIsInUseNoStoreOrNotEmpty() throws IOException {
        try (MemoryIndex index = open()) {
            put(index, 0, 3, "a");
            assertThrows(StoreLockedException.class, () -> StoreSalvage.run(store, target));
        }
        Path empty = Files.createDirectory(folder.resolve("empty"));
        Files.setPosixFilePermissions(empty, PosixFilePermissions.fromString("rwx------"));
        assertThrows(NotAStoreException.class, () -> StoreSalvage.run(empty, target));
        assertThrows(StorageException.class, () -> StoreSalvage.run(store, store));
        try (Stream<Path> left = Files.list(empty)) {
            assertEquals(0, left.count(), "nothing is written into what is no store");
        }
    }

    private MemoryIndex open() {
        return MemoryIndex.open(store, MemoryIndexOptions.ofDimension(4));
    }

    private static void put(MemoryIndex index, int from, int to, String text) {
        for (int i = from; i < to; i++) {
            index.put(Memory.of("key-" + i, new float[] {1, i, i * i, text.length()})
                    .tenant("t")
                    .payload(text.getBytes(StandardCharsets.UTF_8)));
        }
    }

    private static void damage(Path file, int offset) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        byte[] bytes = Files.readAllBytes(file);
        bytes[offset]++;
        Files.write(file, bytes);
    }
}
