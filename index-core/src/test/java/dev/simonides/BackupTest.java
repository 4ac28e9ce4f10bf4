// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.Durability;
import dev.simonides.wal.NotAStoreException;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.simulation.CrashCounts;
import dev.simonides.wal.simulation.CrashModel;
import dev.simonides.wal.simulation.CrashStates;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backup is a store of its own that holds what was put before. */
class BackupTest {
    private static final int DIMENSION = 8;

    private static final MemoryIndexOptions OPTIONS = MemoryIndexOptions.ofDimension(DIMENSION);

    @TempDir
    private Path folder;

    @Test
    void holdsWhatTheLogAloneHolds() {
        Path backup = folder.resolve("backup");
        try (MemoryIndex index = open(folder.resolve("store"))) {
            put(index, 0, 50);
            assertTrue(index.delete("t", "key-3"));
            assertEquals(51, index.backup(backup));
            put(index, 50, 60);
        }
        assertHolds(backup, 50);
    }

    @Test
    void holdsFilesAndTheLogBehindThem() throws IOException {
        Path store = folder.resolve("store");
        Path backup = folder.resolve("backup");
        try (MemoryIndex index = open(store)) {
            put(index, 0, 30);
            index.checkpoint();
            put(index, 30, 40);
            assertTrue(index.delete("t", "key-3"));
            index.checkpoint();
            put(index, 40, 50);
            index.backup(backup);

            // The files are shared, and outlive those of the store.
            Path shared = sealedFile(backup, "vec-");
            assertEquals(
                    Files.getAttribute(store.resolve(shared.getFileName()), "unix:ino"),
                    Files.getAttribute(shared, "unix:ino"));
            put(index, 50, 90);
            index.checkpoint();
            index.checkpoint();
        }
        assertHolds(backup, 50);
        try (MemoryIndex index = MemoryIndex.open(backup)) {
            put(index, 50, 60);
            index.checkpoint();
            index.checkpoint();
        }
        assertHolds(backup, 60);
        try (MemoryIndex index = MemoryIndex.open(store)) {
            assertTrue(index.verify((phase, done, total) -> {}).clean());
            assertEquals(89, index.stats().liveCount());
        }
    }

    @Test
    void isMadeWhileTheStoreIsWritten() throws InterruptedException {
        Path backup = folder.resolve("backup");
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger written = new AtomicInteger();
        int before;
        try (MemoryIndex index = open(folder.resolve("store"))) {
            put(index, 0, 20);
            assertTrue(index.delete("t", "key-3"));
            written.set(20);
            Thread writer = Thread.ofPlatform().start(() -> {
                while (!stop.get()) {
                    put(index, written.get(), written.get() + 1);
                    written.incrementAndGet();
                }
            });
            index.checkpoint();
            before = written.get();
            index.backup(backup);
            stop.set(true);
            writer.join();
        }
        try (MemoryIndex index = MemoryIndex.open(backup)) {
            long count = index.stats().liveCount() + 1;
            assertTrue(count >= before && count <= written.get(), before + " " + count + " " + written.get());
        }
    }

    @Test
    void refusesATargetThatIsNotEmpty() throws IOException {
        Path target = Files.createDirectory(folder.resolve("target"));
        Files.writeString(target.resolve("precious"), "x");
        try (MemoryIndex index = open(folder.resolve("store"))) {
            put(index, 0, 5);
            assertThrows(StorageException.class, () -> index.backup(target));
            assertThrows(
                    StorageException.class,
                    () -> index.backup(folder.resolve("no").resolve("parent")));
            assertEquals("x", Files.readString(target.resolve("precious")));
            index.backup(folder.resolve("empty"));
            assertThrows(StorageException.class, () -> index.backup(folder.resolve("empty")));
        }
    }

    @Test
    void leavesNothingWhereWhatIsToBeCopiedIsDamaged() throws IOException {
        Path store = folder.resolve("store");
        Path target = folder.resolve("target");
        try (MemoryIndex index = open(store)) {
            put(index, 0, 50);
            index.checkpoint();
            Path file = sealedFile(store, "vec-");
            Files.delete(file);
            assertThrows(StorageException.class, () -> index.backup(target));
            assertThrows(StorageException.class, () -> index.backup(target), "which is no obstacle to another attempt");
        }
        assertNothingLeft(target);
    }

    @Test
    void needsNoGraph() throws IOException {
        Path store = folder.resolve("store");
        for (boolean cut : new boolean[] {false, true}) {
            Path backup = folder.resolve("backup-" + cut);
            try (MemoryIndex index = MemoryIndex.open(
                    store, MemoryIndexOptions.ofDimension(DIMENSION).exactScanMax(0))) {
                put(index, 0, 50);
                boolean _ = index.delete("t", "key-3");
                index.awaitLinked(ProgressListener.SILENT);
                index.checkpoint();
                Path graph = sealedFile(store, "graph");
                byte[] bytes = Files.readAllBytes(graph);
                Files.delete(graph);
                if (cut) {
                    Files.write(graph, Arrays.copyOf(bytes, bytes.length / 2));
                }

                index.backup(backup);
            }
            try (MemoryIndex index = MemoryIndex.open(backup)) {
                assertEquals(1, index.recovery().rebuilt().size());
                assertEquals(
                        49,
                        index.search(Query.of(vector(1)).tenant("t").top(60)).size());
                put(index, 50, 51);
                index.checkpoint();
                put(index, 51, 52);
                index.checkpoint();
            }
            assertHolds(backup, 52);
        }
    }

    @Test
    void everyCrashLeavesNoStoreOrAWholeOne() {
        SimulatedDirectory target = SimulatedDirectory.empty();
        int done;
        try (MemoryIndex index = openSimulated(SimulatedDirectory.empty())) {
            put(index, 0, 6);
            index.checkpoint();
            put(index, 6, 9);
            assertEquals(9, index.backup(target));
            done = target.operations();
            put(index, 9, 12);
        }
        assertEquals(done, target.operations(), "what is written afterwards is not in it");
        CrashCounts counts = CrashStates.of(target, CrashModel.weak(5).withEffort(8, 8))
                .forEach(position -> position >= done ? 1 : 0, state -> {
                    SimulatedDirectory image = state.image();
                    if (!image.exists("STORE")) {
                        assertTrue(state.position() < done, "a backup that was made is durable");
                        assertThrows(
                                NotAStoreException.class,
                                () -> MemoryIndex.openReadOnly(image, OPTIONS, log -> log)
                                        .close());
                        return;
                    }
                    try (MemoryIndex index = openSimulated(image)) {
                        assertEquals(9, index.stats().liveCount(), state::toString);
                        assertEquals(1, index.recovery().generation());
                        assertEquals(
                                "payload 7",
                                index.get("t", "key-7").orElseThrow().text());
                        assertTrue(index.verify((phase, at, total) -> {}).clean());
                    }
                });
        System.out.println("crash states, backup: " + counts);
        assertTrue(counts.distinct() > 30, counts::toString);
    }

    private static MemoryIndex openSimulated(SimulatedDirectory disk) {
        return MemoryIndex.open(disk, OPTIONS, log -> log.segmentBytes(16 << 10).salts(new Random(3)));
    }

    @Test
    void holdsWhatNothingHadMadeDurable() {
        Path backup = folder.resolve("backup");
        MemoryIndexOptions options = OPTIONS.durability(new Durability.None());
        try (MemoryIndex index = MemoryIndex.open(folder.resolve("store"), options)) {
            put(index, 0, 20);
            assertEquals(20, index.backup(backup));
        }
        try (MemoryIndex index = MemoryIndex.open(backup)) {
            assertEquals(20, index.stats().liveCount());
        }
    }

    @Test
    void leavesNothingWhereAFileIsAnother() throws IOException {
        Path store = folder.resolve("store");
        Path target = folder.resolve("target");
        try (MemoryIndex index = open(store)) {
            put(index, 0, 50);
            index.checkpoint();
            Path file = sealedFile(store, "vec-");
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length - 20] ^= 1;
            Files.delete(file);
            Files.write(file, bytes);

            StorageException refusal = assertThrows(StorageException.class, () -> index.backup(target));
            assertTrue(refusal.file().endsWith(file.getFileName().toString()), refusal::getMessage);
        }
        assertNothingLeft(target);
    }

    /** But LOCK, which is never deleted. */
    private static void assertNothingLeft(Path target) throws IOException {
        try (Stream<Path> left = Files.list(target)) {
            assertEquals(List.of(target.resolve("LOCK")), left.toList());
        }
    }

    private static void assertHolds(Path store, int end) {
        try (MemoryIndex index = MemoryIndex.open(store)) {
            assertEquals(end - 1, index.stats().liveCount());
            assertEquals(Optional.empty(), index.recovery().fallback());
            assertTrue(index.verify((phase, done, total) -> {}).clean());
            for (int i = 0; i < end; i++) {
                assertEquals(i != 3, index.get("t", "key-" + i).isPresent(), "key-" + i);
            }
            assertEquals("payload 7", index.get("t", "key-7").orElseThrow().text());
        }
    }

    private static Path sealedFile(Path store, String kind) throws IOException {
        try (Stream<Path> files = Files.list(store)) {
            return files.filter(file -> String.valueOf(file.getFileName()).startsWith(kind))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static MemoryIndex open(Path store) {
        return MemoryIndex.open(store, OPTIONS);
    }

    private static float[] vector(int i) {
        float[] vector = new float[DIMENSION];
        vector[i % DIMENSION] = 1;
        vector[(i + 1) % DIMENSION] = i;
        return vector;
    }

    private static void put(MemoryIndex index, int from, int to) {
        for (int i = from; i < to; i++) {
            index.put(Memory.of("key-" + i, vector(i))
                    .tenant("t")
                    .payload(("payload " + i).getBytes(StandardCharsets.UTF_8)));
        }
    }
}
