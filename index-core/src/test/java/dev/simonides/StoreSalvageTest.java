// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.core.store.LogReading;
import dev.simonides.core.store.Salvage;
import dev.simonides.wal.LogFrame;
import dev.simonides.wal.NotAStoreException;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StorageIoException;
import dev.simonides.wal.StoreLockedException;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
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
    private SimulatedDirectory salvaged = SimulatedDirectory.empty();

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
        assertTrue(report.losses().getFirst().what().contains("LSN 4..4"), report::toString);
        assertEquals(1, report.losses().size(), "the log was closed behind it");
        try (MemoryIndex after = MemoryIndex.open(target)) {
            assertTrue(after.get("t", "key-3").isEmpty());
            assertEquals("only", after.get("t", "key-9").orElseThrow().text());
        }
    }

    @Test
    void saysThatTheEndOfTheLogIsNotKnown() {
        SimulatedDirectory disk = written();
        SimulatedDirectory damaged = withoutRecord(disk, 17);

        SalvageReport report = salvage(damaged);
        assertEquals(13, report.memories());
        assertEquals(16, report.lastLsn());
        assertEquals(
                List.of("whatever the log held behind LSN 16"),
                report.losses().stream().map(SalvageLoss::what).toList());
    }

    @Test
    void doesWithoutFramesThatACheckpointCovers() {
        SimulatedDirectory disk = written();
        // Between the two checkpoints: a put, an update, a deletion, each in a frame of its own.
        for (long lsn = 11; lsn <= 15; lsn++) {
            SalvageReport report = salvage(withoutRecord(disk, lsn));

            assertEquals(List.of(), report.losses(), "LSN " + lsn);
            assertEquals(1, report.damages().size(), "LSN " + lsn);
            assertEquals(contents(disk), contents(salvaged));
        }
    }

    @Test
    void bringsNothingBackThatFilesKnowToBeReplaced() {
        SimulatedDirectory disk = written();
        // The log has the first put of the key, but not the second one; the files have that one, but its vector is
        // lost.
        SimulatedDirectory damaged = withoutRecord(disk, 14);
        for (String name : disk.list()) {
            if (name.startsWith("vec-")) {
                byte[] bytes = damaged.content(name);
                bytes[5000] ^= 1;
                damaged = damaged.with(name, bytes);
            }
        }
        assertEquals("updated", contents(disk).get("new-1"));

        SalvageReport report = salvage(damaged);
        Map<String, String> left = contents(salvaged);
        assertFalse(left.containsKey("new-1"), "the first put is known to be replaced");
        assertFalse(left.containsKey("new-2"), "known to be deleted");
        assertEquals(Map.of("new-0", "new", "new-3", "behind", "new-4", "behind"), left);
        List<String> lost = report.losses().stream()
                .flatMap(loss -> loss.keys().stream())
                .sorted()
                .toList();
        assertEquals(11, lost.size());
        assertTrue(lost.contains("/new-1") && lost.contains("/old-9"), lost::toString);
    }

    /** LSN 1..10 in a checkpoint; 11..13 puts, 14 an update, 15 a deletion, another checkpoint; 16 and 17 puts. */
    private static SimulatedDirectory written() {
        SimulatedDirectory disk = SimulatedDirectory.empty();
        try (MemoryIndex index = openSmall(disk)) {
            for (int i = 0; i < 10; i++) {
                put(index, "old-" + i, "old");
            }
            index.checkpoint();
            put(index, "new-0", "new");
            put(index, "new-1", "new");
            put(index, "new-2", "new");
            put(index, "new-1", "updated");
            assertTrue(index.delete("", "new-2"));
            assertEquals(15, index.checkpoint());
            put(index, "new-3", "behind");
            put(index, "new-4", "behind");
            return disk.afterKill();
        }
    }

    /** A compaction cut off between its checkpoints leaves files of two numberings. */
    private static SimulatedDirectory compactedInPart() {
        SimulatedDirectory disk = SimulatedDirectory.empty();
        AtomicInteger manifests = new AtomicInteger();
        StepDirectory.Steps steps = new StepDirectory.Steps() {
            @Override
            public void before(String step) {
                if (step.equals("rename MANIFEST") && manifests.incrementAndGet() == 3) {
                    throw new StorageIoException("MANIFEST", -1, "input/output error");
                }
            }
        };
        try (MemoryIndex index = SmallSegments.open(
                new StepDirectory(disk, steps), MemoryIndexOptions.ofDimension(4), 64 << 10, new Random(1))) {
            for (int i = 0; i < 20; i++) {
                put(index, "key-" + i, "old");
            }
            assertTrue(index.delete("", "key-0"));
            index.checkpoint();
            put(index, "key-1", "updated before");
            assertTrue(index.delete("", "key-2"));
            put(index, "new", "before");
            assertThrows(StorageIoException.class, () -> index.compact(ProgressListener.SILENT));
            put(index, "key-3", "updated behind");
            assertTrue(index.delete("", "key-4"));
            return disk.afterKill();
        }
    }

    @Test
    void whatTheFilesOfACompactionLoseThoseBeforeItHave() {
        SimulatedDirectory disk = compactedInPart();
        Map<String, String> expected = contents(disk);
        assertEquals(18, expected.size());
        assertEquals("updated behind", expected.get("key-3"));
        List<String> newest = Stream.of("vec-", "meta-", "blob-")
                .map(prefix -> disk.list().stream()
                        .filter(name -> name.startsWith(prefix))
                        .max(Comparator.naturalOrder())
                        .orElseThrow())
                .toList();
        assertTrue(disk.list().contains("MANIFEST-0000000001") && disk.list().contains("MANIFEST-0000000002"));
        for (String name : newest) {
            byte[] bytes = disk.content(name);
            bytes[4096 + 100] ^= 1;

            SalvageReport report = salvage(disk.with(name, bytes));

            assertEquals(expected, contents(salvaged), name);
            assertEquals(1, report.damages().size(), name);
            if (!name.startsWith("meta-")) {
                assertEquals(List.of(), report.losses(), name);
            }
        }
    }

    private static void put(MemoryIndex index, String key, String text) {
        index.put(Memory.of(key, new float[] {key.hashCode(), text.length(), 1, 2})
                .text(text));
    }

    private static MemoryIndex openSmall(SimulatedDirectory disk) {
        return SmallSegments.open(disk, MemoryIndexOptions.ofDimension(4), 64 << 10, new Random(1));
    }

    private SalvageReport salvage(SimulatedDirectory disk) {
        salvaged = SimulatedDirectory.empty();
        return Salvage.run(() -> disk, () -> salvaged);
    }

    private static Map<String, String> contents(SimulatedDirectory disk) {
        Map<String, String> contents = new TreeMap<>();
        try (MemoryIndex index = openSmall(disk.afterKill())) {
            for (Hit hit : index.search(Query.of(new float[] {1, 2, 3, 4}).top(Limits.TOP_MAX))) {
                contents.put(hit.key(), hit.text());
            }
        }
        return contents;
    }

    /** Damages the frame that holds a record. */
    private static SimulatedDirectory withoutRecord(SimulatedDirectory disk, long lsn) {
        List<LogFrame> found = new ArrayList<>();
        LogReading.read(() -> disk, entry -> {
            if (entry instanceof LogEntry.Frame frame
                    && frame.frame().firstLsn() <= lsn
                    && lsn < frame.frame().firstLsn() + frame.frame().records()) {
                found.add(frame.frame());
            }
        });
        LogFrame frame = found.getFirst();
        byte[] bytes = disk.content(frame.segment());
        bytes[(int) frame.offset() + 100] ^= 1;
        return disk.with(frame.segment(), bytes);
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
        assertEquals(1, report.generation());
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
