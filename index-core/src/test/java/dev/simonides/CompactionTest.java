// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.BudgetExceededException;
import dev.simonides.wal.LogOptions;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StorageIoException;
import dev.simonides.wal.StoreFullException;
import dev.simonides.wal.simulation.CrashModel;
import dev.simonides.wal.simulation.CrashStates;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What compaction gives back, what it leaves as it is, and what is found when it is cut off. */
class CompactionTest {
    private static final int DIMENSION = 8;
    private static final MemoryIndexOptions OPTIONS =
            MemoryIndexOptions.ofDimension(DIMENSION).exactScanMax(100).checkpointOnClose(false);

    private final SimulatedDirectory disk = SimulatedDirectory.empty();

    private static LogOptions smallLog(LogOptions log) {
        return log.segmentBytes(64 << 10).salts(new Random(3));
    }

    private static MemoryIndex open(SimulatedDirectory directory) {
        return open(directory, OPTIONS);
    }

    private static MemoryIndex open(SimulatedDirectory directory, MemoryIndexOptions options) {
        return MemoryIndex.open(directory, options, CompactionTest::smallLog);
    }

    private static Memory memory(int key, int version) {
        return Memory.of("key-" + key, Vectors.gaussian(1_000L * key + version, DIMENSION))
                .text("text " + key + "." + version)
                .tenant("tenant-" + key % 2);
    }

    /** Puts keys, replaces some and deletes others: what is left, by key. */
    private static Map<String, String> write(MemoryIndex index, int keys) {
        Map<String, String> expected = new TreeMap<>();
        for (int version = 0; version < 3; version++) {
            for (int key = 0; key < keys; key++) {
                if (version == 0 || key % 3 == 0) {
                    index.put(memory(key, version));
                    expected.put("key-" + key, "text " + key + "." + version);
                }
            }
        }
        for (int key = 0; key < keys; key += 5) {
            assertTrue(index.delete("tenant-" + key % 2, "key-" + key));
            expected.remove("key-" + key);
        }
        return expected;
    }

    private static void check(MemoryIndex index, Map<String, String> expected, int keys) {
        for (int key = 0; key < keys; key++) {
            Optional<String> found =
                    index.get("tenant-" + key % 2, "key-" + key).map(Memory::text);
            assertEquals(Optional.ofNullable(expected.get("key-" + key)), found, "key-" + key);
        }
        assertEquals(expected.size(), index.stats().liveCount());
        for (int tenant = 0; tenant < 2; tenant++) {
            Query query = Query.of(Vectors.gaussian(77, DIMENSION))
                    .tenant("tenant-" + tenant)
                    .top(20);
            List<Hit> hits = index.search(query).hits();
            assertEquals(20, hits.size());
            for (Hit hit : hits) {
                assertEquals(expected.get(hit.key()), hit.text());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void leavesTheLivingAsTheyAre(Residency residency) {
        MemoryIndexOptions options = OPTIONS.residency(residency);
        Map<String, String> expected;
        try (MemoryIndex index = open(disk, options)) {
            expected = write(index, 600);
            index.checkpoint();
            long before = index.stats().ordinalCount();
            assertTrue(before > expected.size());

            assertEquals(before + 121, index.compact(ProgressListener.SILENT));

            assertEquals(expected.size(), index.stats().ordinalCount());
            check(index, expected, 600);
            index.awaitLinked(ProgressListener.SILENT);
            check(index, expected, 600);
            VerifyReport report = index.verify(ProgressListener.SILENT);
            assertEquals(List.of(), report.findings());
            assertEquals(expected.size(), report.vectorsChecked());

            index.put(memory(1, 9));
            expected.put("key-1", "text 1.9");
            assertTrue(index.delete("tenant-0", "key-2"));
            expected.remove("key-2");
            check(index, expected, 600);
        }
        try (MemoryIndex index = open(disk, options)) {
            check(index, expected, 600);
            assertEquals(List.of(), index.verify(ProgressListener.SILENT).findings());
            index.compact(ProgressListener.SILENT);
            check(index, expected, 600);
            assertEquals(expected.size(), index.stats().ordinalCount());
        }
    }

    @Test
    void givesMemoryAndFilesBack() {
        try (MemoryIndex index = open(disk)) {
            for (int version = 0; version < 10; version++) {
                for (int key = 0; key < 400; key++) {
                    index.put(memory(key, version));
                }
            }
            index.checkpoint();
            index.checkpoint();
            long used = index.stats().offHeapBytes();
            long files = bytesOf("vec-") + bytesOf("meta-") + bytesOf("blob-");

            index.compact(ProgressListener.SILENT);

            assertTrue(index.stats().offHeapBytes() < used / 8, () -> used + ", " + index.stats());
            long left = bytesOf("vec-") + bytesOf("meta-") + bytesOf("blob-");
            assertTrue(left < files / 5, files + ", " + left);
            assertEquals(
                    2,
                    disk.list().stream()
                            .filter(name -> name.startsWith("MANIFEST"))
                            .count());
        }
    }

    private long bytesOf(String prefix) {
        return disk.list().stream()
                .filter(name -> name.startsWith(prefix))
                .mapToLong(name -> disk.content(name).length)
                .sum();
    }

    @Test
    void aHitOutlivesItOrIsGone() {
        try (MemoryIndex index = open(disk)) {
            index.put(memory(0, 0));
            index.put(memory(2, 0));
            Hit hit = index.search(
                            Query.of(memory(0, 0).vector()).tenant("tenant-0").top(1))
                    .get(0);
            Hit dying = index.search(
                            Query.of(memory(2, 0).vector()).tenant("tenant-0").top(1))
                    .get(0);
            index.put(memory(2, 1));

            for (int round = 0; round < 3; round++) {
                index.compact(ProgressListener.SILENT);
                assertEquals("text 0.0", hit.text());
                assertEquals(1, hit.lsn());
                assertThrows(MemoryGoneException.class, dying::text);
                assertThrows(MemoryGoneException.class, dying::lsn);
                assertEquals("key-2", dying.key());
            }
        }
    }

    @Test
    void anEmptyStoreAndOneOfTheDeadAlone() {
        try (MemoryIndex index = open(disk)) {
            index.compact(ProgressListener.SILENT);
            index.put(memory(0, 0));
            assertTrue(index.delete("tenant-0", "key-0"));
            index.compact(ProgressListener.SILENT);
            assertEquals(0, index.stats().ordinalCount());
        }
        try (MemoryIndex index = open(disk)) {
            index.put(memory(0, 1));
            index.compact(ProgressListener.SILENT);
            assertEquals(
                    "text 0.1", index.get("tenant-0", "key-0").orElseThrow().text());
            assertEquals(List.of(), index.verify(ProgressListener.SILENT).findings());
        }
    }

    @Test
    void aTenantWithAGraphMayLoseEverything() {
        try (MemoryIndex index = open(disk, OPTIONS.exactScanMax(0))) {
            for (int key = 0; key < 300; key += 2) {
                index.put(memory(key, 0));
            }
            index.awaitLinked(ProgressListener.SILENT);
            for (int key = 0; key < 300; key += 2) {
                assertTrue(index.delete("tenant-0", "key-" + key));
            }
            index.compact(ProgressListener.SILENT);
            assertEquals(0, index.stats().ordinalCount());
            index.put(memory(0, 1));
            index.awaitLinked(ProgressListener.SILENT);
            assertEquals(
                    "text 0.1",
                    index.search(Query.of(memory(0, 1).vector()).tenant("tenant-0"))
                            .get(0)
                            .text());
        }
    }

    @Test
    void withoutMemoryForACopyNothingChanges() {
        MemoryIndexOptions options = OPTIONS.memoryBudgetBytes(450_000);
        Map<String, String> expected;
        try (MemoryIndex index = open(disk, options)) {
            expected = write(index, 600);
            long used = index.stats().offHeapBytes();
            assertTrue(used > 300_000, () -> "" + used);

            assertThrows(BudgetExceededException.class, () -> index.compact(ProgressListener.SILENT));

            assertEquals(used, index.stats().offHeapBytes());
            assertEquals(StoreState.OPEN, index.state());
            check(index, expected, 600);
        }
        try (MemoryIndex index = open(disk)) {
            check(index, expected, 600);
        }
    }

    @Test
    void withoutRoomForItsFilesNothingChanges() {
        AtomicLong usable = new AtomicLong(Long.MAX_VALUE);
        StepDirectory.Steps steps = new StepDirectory.Steps() {
            @Override
            public long usableBytes() {
                return usable.get();
            }
        };
        try (MemoryIndex index = MemoryIndex.open(new StepDirectory(disk, steps), OPTIONS, CompactionTest::smallLog)) {
            Map<String, String> expected = write(index, 600);
            long used = index.stats().offHeapBytes();
            int operations = disk.operations();
            usable.set(expected.size() * 2L * DIMENSION);

            StoreFullException refusal =
                    assertThrows(StoreFullException.class, () -> index.compact(ProgressListener.SILENT));

            assertTrue(refusal.getMessage().contains(usable + ""), refusal::getMessage);
            assertEquals(used, index.stats().offHeapBytes());
            assertEquals(operations, disk.operations());
            assertEquals(StoreState.OPEN, index.state());
            check(index, expected, 600);

            usable.set(used);
            index.compact(ProgressListener.SILENT);
            check(index, expected, 600);
        }
    }

    /** Writers, searches and hits go on while the store is compacted again and again. */
    @ParameterizedTest
    @EnumSource
    void goesOnBesideWritersAndSearches(Residency residency) throws InterruptedException {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        AtomicBoolean stopping = new AtomicBoolean();
        Map<String, String> expected;
        try (MemoryIndex index = open(disk, OPTIONS.residency(residency))) {
            expected = write(index, 600);
            AtomicInteger version = new AtomicInteger();
            Thread writer = Thread.ofPlatform().start(() -> {
                try {
                    while (!stopping.get()) {
                        int next = version.incrementAndGet();
                        for (int key = 1; key < 600; key += 7) {
                            index.put(memory(key, 10 + next));
                        }
                        assertTrue(index.delete("tenant-1", "key-1"));
                    }
                } catch (Throwable e) {
                    failure.compareAndSet(null, e);
                }
            });
            Thread searcher = Thread.ofPlatform().start(() -> {
                try {
                    Random random = new Random(5);
                    while (!stopping.get()) {
                        // No multiple of 5 is alive, and those that are not written again stay as they are.
                        int key = random.nextInt(600);
                        if (key % 5 != 0 && key % 7 != 1) {
                            String tenant = "tenant-" + key % 2;
                            Memory found = index.get(tenant, "key-" + key).orElseThrow();
                            Hit hit = index.search(Query.of(found.vector())
                                            .tenant(tenant)
                                            .top(1)
                                            .ef(100))
                                    .get(0);
                            assertEquals("key-" + key, hit.key());
                            assertEquals(found.text(), hit.text());
                        }
                    }
                } catch (Throwable e) {
                    failure.compareAndSet(null, e);
                }
            });
            for (int round = 0; round < 20 && failure.get() == null; round++) {
                index.compact(ProgressListener.SILENT);
            }
            stopping.set(true);
            writer.join();
            searcher.join();
            if (failure.get() != null) {
                throw new AssertionError(failure.get());
            }
            for (int key = 1; key < 600; key += 7) {
                expected.put("key-" + key, "text " + key + "." + (10 + version.get()));
            }
            expected.remove("key-1");
            check(index, expected, 600);
            assertEquals(List.of(), index.verify(ProgressListener.SILENT).findings());
            long once = chargedBehindACompaction(index);
            assertEquals(once, chargedBehindACompaction(index), "what is charged is given back, no less and no more");
        }
        try (MemoryIndex index = open(disk)) {
            check(index, expected, 600);
        }
    }

    /** Once nobody holds back what is to be released. */
    private static long chargedBehindACompaction(MemoryIndex index) {
        index.compact(ProgressListener.SILENT);
        index.awaitLinked(ProgressListener.SILENT);
        long charged = index.stats().offHeapBytes();
        for (int quiet = 0; quiet < 5; quiet++) {
            LockSupport.parkNanos(200_000_000);
            quiet = index.stats().offHeapBytes() == charged ? quiet : 0;
            charged = index.stats().offHeapBytes();
        }
        return charged;
    }

    /** Whatever of it is left: no memory is lost, none comes back, and the next writes go on in the numbering that is found. */
    @Test
    void everyCrashLeavesTheSameMemories() {
        Map<String, String> expected;
        int from;
        try (MemoryIndex index = open(disk)) {
            expected = write(index, 60);
            index.checkpoint();
            index.put(memory(1, 8));
            expected.put("key-1", "text 1.8");
            index.flush();
            from = disk.operations();
            index.compact(ProgressListener.SILENT);
            index.put(memory(1, 9));
            index.delete("tenant-0", "key-2");
            index.flush();
        }
        var counts = CrashStates.of(disk, CrashModel.weak(4).withEffort(4, 4))
                .from(from)
                .forEach(position -> 0, state -> {
                    boolean later;
                    SimulatedDirectory image = state.image();
                    try (MemoryIndex index = open(image)) {
                        String text =
                                index.get("tenant-1", "key-1").orElseThrow().text();
                        later = text.equals("text 1.9");
                        assertTrue(later || text.equals("text 1.8"), text);
                        boolean deleted = index.get("tenant-0", "key-2").isEmpty();
                        assertTrue(later || !deleted, "in the order of writing");
                        assertEquals(
                                expected.size() - (deleted ? 1 : 0),
                                index.stats().liveCount());
                        assertEquals(
                                List.of(), index.verify(ProgressListener.SILENT).findings(), state::toString);
                        index.put(memory(3, 7));
                        index.delete("tenant-0", "key-4");
                        index.compact(ProgressListener.SILENT);
                    }
                    try (MemoryIndex index = open(image)) {
                        assertEquals(
                                "text 3.7",
                                index.get("tenant-1", "key-3").orElseThrow().text());
                        assertFalse(index.get("tenant-0", "key-4").isPresent());
                        assertEquals(
                                "text 7.0",
                                index.get("tenant-1", "key-7").orElseThrow().text());
                        assertEquals(
                                List.of(), index.verify(ProgressListener.SILENT).findings(), state::toString);
                    }
                });
        System.out.println("crash states, compaction: " + counts);
        assertTrue(counts.distinct() > 100, counts::toString);
    }

    /** It is logged, and memory compacted; what the medium refused is made up for by the next checkpoint. */
    @Test
    void aCheckpointThatFailsBehindItLosesNothing() {
        AtomicBoolean failing = new AtomicBoolean();
        StepDirectory.Steps steps = new StepDirectory.Steps() {
            @Override
            public void before(String step) {
                if (failing.get() && step.equals("create vec")) {
                    throw new StorageIoException("vec", -1, "input/output error");
                }
            }
        };
        Map<String, String> expected;
        try (MemoryIndex index = MemoryIndex.open(new StepDirectory(disk, steps), OPTIONS, CompactionTest::smallLog)) {
            expected = write(index, 600);
            index.checkpoint();
            failing.set(true);
            assertThrows(StorageException.class, () -> index.compact(ProgressListener.SILENT));
            assertEquals(expected.size(), index.stats().ordinalCount());
            index.put(memory(1, 9));
            expected.put("key-1", "text 1.9");
            check(index, expected, 600);
            assertEquals(List.of(), index.verify(ProgressListener.SILENT).findings());
            try (MemoryIndex killed = open(disk.afterKill())) {
                check(killed, expected, 600);
                assertEquals(expected.size() + 1, killed.stats().ordinalCount(), "compacted again by the log");
                assertEquals(List.of(), killed.verify(ProgressListener.SILENT).findings());
            }
            failing.set(false);
            index.checkpoint();
        }
        try (MemoryIndex index = open(disk)) {
            assertEquals(0, index.recovery().replayed(), index.recovery()::describe);
            check(index, expected, 600);
        }
    }
}
