// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash.regression;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.Hit;
import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.ProgressListener;
import dev.simonides.Query;
import dev.simonides.SearchResult;
import dev.simonides.wal.Durability;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.simulation.CrashModel;
import dev.simonides.wal.simulation.CrashStates;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What another memory index was seen to get wrong, each as a test.
 *
 * <p>These wait for what they need:
 * <ul>
 *   <li>a deleted item is not returned from the cache — for the semantic cache; here without it;
 *   <li>deleting the middle of a history keeps the rest readable — for traces of events; here with the memories of a tenant;
 *   <li>reading a blob with a forged handle throws — for handles of payloads; today a payload is read through its hit alone.
 * </ul>
 */
@Tag("crash")
@Timeout(120)
class RegressionListTest {
    private static final int DIMENSION = 8;
    private static final MemoryIndexOptions OPTIONS =
            MemoryIndexOptions.ofDimension(DIMENSION).m(4).efConstruction(16).durability(new Durability.None());

    private final SimulatedDirectory disk = SimulatedDirectory.empty();

    private static MemoryIndex open(SimulatedDirectory directory, MemoryIndexOptions options) {
        return MemoryIndex.open(directory, options);
    }

    private static float[] vector(long seed) {
        Random random = new Random(seed);
        float[] vector = new float[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return vector;
    }

    private static Memory memory(int number) {
        return Memory.of("key-" + number, vector(number)).text("text " + number);
    }

    private static void putMany(MemoryIndex index, int from, int to) {
        for (int first = from; first < to; first += 500) {
            List<Memory> batch = new ArrayList<>();
            for (int i = first; i < Math.min(to, first + 500); i++) {
                batch.add(memory(i));
            }
            long _ = index.putAll(batch);
        }
    }

    private static void assertFinds(MemoryIndex index, int number) {
        SearchResult found = index.search(Query.of(vector(number)).top(3).ef(100));
        assertEquals("key-" + number, found.get(0).key(), () -> found.toString());
        assertEquals("text " + number, found.get(0).text());
    }

    /** 65,537 inserts without a hint still find the first. */
    @Test
    void afterMoreInsertsThanSixteenBitsCountTheFirstIsFound() {
        try (MemoryIndex index = open(disk, OPTIONS.pendingMax(100_000))) {
            putMany(index, 0, 65_537);

            assertFinds(index, 0);
            assertFinds(index, 65_536);
            assertEquals(
                    "key-0",
                    index.exact().search(Query.of(vector(0)).top(1)).get(0).key());
            assertEquals(65_537, index.stats().liveCount());
        }
    }

    /** Compact, close, reopen the same path: everything is there; and an item is found before and after compaction. */
    @Test
    void aCompactionTakesNothingAway() {
        try (MemoryIndex index = open(disk, OPTIONS.exactScanMax(0))) {
            putMany(index, 0, 1_000);
            putMany(index, 0, 100);
            for (int i = 0; i < 1_000; i += 10) {
                assertTrue(index.delete("", "key-" + i));
            }
            assertFound(index, 1_000);

            long _ = index.compact(ProgressListener.SILENT);

            assertEquals(900, index.stats().ordinalCount(), "the dead have no ordinal any more");
            assertFound(index, 1_000);
            putMany(index, 1_000, 1_200);
            for (int i = 1_000; i < 1_200; i += 10) {
                assertTrue(index.delete("", "key-" + i));
            }
            assertFound(index, 1_200);
        }
        for (int opening = 0; opening < 2; opening++) {
            try (MemoryIndex index = open(disk, OPTIONS.exactScanMax(0))) {
                assertFound(index, 1_200);
                index.awaitLinked(ProgressListener.SILENT);
                assertFound(index, 1_200);
                assertEquals(List.of(), index.verify(ProgressListener.SILENT).findings());
                long _ = index.compact(ProgressListener.SILENT);
            }
        }
    }

    /** By key and by search, but for every tenth, which was deleted. */
    private static void assertFound(MemoryIndex index, int count) {
        for (int i = 0; i < count; i++) {
            assertEquals(
                    i % 10 == 0 ? "" : "text " + i,
                    index.get("key-" + i).map(Memory::text).orElse(""));
        }
        for (int i = 1; i < count; i += 48) {
            assertFinds(index, i);
        }
        assertGone(index, 500);
        assertEquals(count * 9L / 10, index.stats().liveCount());
    }

    /** Two indexes used alternately by one thread for 100,000 searches. */
    @Test
    void twoIndexesServeOneThreadInTurns() {
        try (MemoryIndex first = open(disk, OPTIONS);
                MemoryIndex second = open(SimulatedDirectory.empty(), OPTIONS)) {
            putMany(first, 0, 20);
            putMany(second, 100, 120);

            for (int i = 0; i < 100_000; i++) {
                MemoryIndex index = i % 2 == 0 ? first : second;
                int number = (i % 2) * 100 + i % 20;
                Hit hit = index.search(Query.of(vector(number)).top(1)).get(0);
                if (!hit.key().equals("key-" + number)) {
                    throw new AssertionError("search " + i + " found " + hit);
                }
            }
        }
    }

    /** A deleted item is never returned. */
    @Test
    void aDeletedItemIsNeverReturned() {
        for (int exactScanMax : new int[] {0, 2_000}) {
            SimulatedDirectory directory = SimulatedDirectory.empty();
            MemoryIndexOptions options = OPTIONS.exactScanMax(exactScanMax);
            try (MemoryIndex index = open(directory, options)) {
                putMany(index, 0, 300);
                index.awaitLinked(ProgressListener.SILENT);
                for (int i = 0; i < 300; i += 3) {
                    // Asked before, so that anything that remembers answers has one to remember.
                    assertFinds(index, i);
                    assertTrue(index.delete("", "key-" + i));
                    assertGone(index, i);
                }
                index.checkpoint();
                assertGone(index, 0);
            }
            try (MemoryIndex index = open(directory, options)) {
                for (int i = 0; i < 300; i += 3) {
                    assertGone(index, i);
                }
                assertEquals(200, index.stats().liveCount());
            }
        }
    }

    private static void assertGone(MemoryIndex index, int number) {
        String key = "key-" + number;
        assertTrue(index.get(key).isEmpty());
        Query query = Query.of(vector(number)).top(300);
        for (Hit hit : index.search(query)) {
            assertFalse(hit.key().equals(key), () -> "returned by search: " + hit);
        }
        for (Hit hit : index.exact().search(query)) {
            assertFalse(hit.key().equals(key), () -> "returned by exact search: " + hit);
        }
    }

    /** A 36-character key survives reopen. */
    @Test
    void aKeyOfManyCharactersSurvives() {
        String uuid = UUID.nameUUIDFromBytes(new byte[] {1, 2, 3}).toString();
        String longest = "ż".repeat(256);
        try (MemoryIndex index = open(disk, OPTIONS)) {
            long _ = index.put(Memory.of(uuid, vector(1)).text("by uuid"));
            long _ = index.put(Memory.of(longest, vector(2)).text("by 512 bytes"));
            index.checkpoint();
            long _ = index.put(Memory.of(uuid + "x", vector(3)).text("in the log"));
        }
        try (MemoryIndex index = open(disk, OPTIONS)) {
            assertEquals(36, uuid.length());
            assertEquals("by uuid", index.get(uuid).orElseThrow().text());
            assertEquals("by 512 bytes", index.get(longest).orElseThrow().text());
            assertEquals("in the log", index.get(uuid + "x").orElseThrow().text());
            assertEquals(uuid, index.search(Query.of(vector(1)).top(1)).get(0).key());
        }
    }

    /** Deleting the middle of a history keeps the rest readable. */
    @Test
    void deletingTheMiddleOfAHistoryKeepsTheRest() {
        try (MemoryIndex index = open(disk, OPTIONS)) {
            putMany(index, 0, 100);
            index.checkpoint();
            for (int i = 30; i < 70; i++) {
                assertTrue(index.delete("", "key-" + i));
            }
            index.checkpoint();
        }
        try (MemoryIndex index = open(disk, OPTIONS)) {
            for (int i = 0; i < 100; i++) {
                assertEquals(
                        i < 30 || i >= 70 ? "text " + i : "",
                        index.get("key-" + i).map(Memory::text).orElse(""));
            }
        }
    }

    /** Interleaved insertion loses nothing. */
    @Test
    void interleavedInsertionLosesNothing() {
        int tenants = 4;
        int each = 300;
        try (MemoryIndex index = open(disk, OPTIONS.exactScanMax(50))) {
            List<CompletableFuture<Long>> answers = new ArrayList<>();
            for (int i = 0; i < each * tenants; i++) {
                answers.add(index.submit(memory(i).tenant("tenant-" + i % tenants)));
            }
            answers.forEach(CompletableFuture::join);
        }
        try (MemoryIndex index = open(disk, OPTIONS.exactScanMax(50))) {
            for (int i = 0; i < each * tenants; i++) {
                String tenant = "tenant-" + i % tenants;
                assertEquals(
                        "text " + i, index.get(tenant, "key-" + i).orElseThrow().text());
            }
            for (int tenant = 0; tenant < tenants; tenant++) {
                Query all = Query.of(vector(1)).tenant("tenant-" + tenant).top(each + 1);
                assertEquals(each, index.search(all).size());
            }
        }
    }

    /** A torn log tail, then new writes, then reopen: the new writes are there. */
    @Test
    void whatIsWrittenBehindATornTailIsThere() {
        MemoryIndexOptions options = OPTIONS.durability(new Durability.Group());
        int torn = 0;
        try (MemoryIndex index = open(disk, options)) {
            long _ = index.put(memory(1));
            int synced = disk.operations();
            long _ = index.put(memory(2).payload(new byte[10_000]));
            torn = synced;
        }
        int tails = 0;
        for (int position = torn; position < disk.operations(); position++) {
            for (int seed = 0; seed < 8; seed++) {
                BitSet some = BitSet.valueOf(new long[] {new Random(seed).nextLong(), new Random(-seed).nextLong()});
                SimulatedDirectory left = CrashStates.of(disk, CrashModel.weak(seed))
                        .at(position, some)
                        .image();
                try (MemoryIndex index = open(left, options)) {
                    tails += index.stats().replay().tornBytes() > 0 ? 1 : 0;
                    putMany(index, 10, 20);
                }
                try (MemoryIndex index = open(left, options)) {
                    assertTrue(index.get("key-1").isPresent());
                    for (int i = 10; i < 20; i++) {
                        assertTrue(index.get("key-" + i).isPresent(), "written behind the tail: key-" + i);
                    }
                }
            }
        }
        assertTrue(tails > 0, "some of the tails were torn");
    }

    private static MemoryIndex openSmallLog(SimulatedDirectory directory) {
        return MemoryIndex.open(directory, OPTIONS, log -> log.segmentBytes(16 << 10));
    }

    /** A store of so many memories, each in a segment of its own. */
    private static SimulatedDirectory ofSegments(int first, int count) {
        SimulatedDirectory directory = SimulatedDirectory.empty();
        try (MemoryIndex index = openSmallLog(directory)) {
            for (int i = first; i < first + count; i++) {
                long _ = index.put(memory(i).text("text " + i + " ".repeat(6_000)));
            }
        }
        return directory;
    }

    private static List<String> segments(SimulatedDirectory directory) {
        return directory.list().stream().filter(name -> name.startsWith("wal-")).toList();
    }

    /** A store created over an old log ignores it, where its own log would be and behind that. */
    @Test
    void theLogOfAnotherStoreIsNeverReplayed() {
        for (int count = 1; count <= 4; count++) {
            SimulatedDirectory old = ofSegments(0, count);
            List<String> segments = segments(old);
            assertEquals(count, segments.size());
            // Without its store the log is nobody's: no store is made over it.
            SimulatedDirectory orphaned = old.without("STORE");
            assertThrows(StorageException.class, () -> openSmallLog(orphaned).close());
            assertEquals(segments, segments(orphaned));

            SimulatedDirectory fresh = ofSegments(100, 1);
            for (String segment : segments) {
                SimulatedDirectory mixed = fresh.with(segment, old.content(segment));
                try (MemoryIndex index = openSmallLog(mixed)) {
                    assertTrue(index.get("key-100").isPresent(), segment);
                    assertEquals(1, index.stats().liveCount(), segment);
                } catch (StorageException e) {
                    // Refused, which is as good: the file is of another store, or one between is missing.
                    assertTrue(e.file().contains("wal-"), e::getMessage);
                }
            }
        }
    }

    private static void assertServed(MemoryIndex index, int number) {
        Query itself = Query.of(vector(number)).top(1).ef(100);
        assertEquals("key-" + number, index.search(itself).get(0).key());
        assertEquals("key-" + number, index.exact().search(itself).get(0).key());
        assertTrue(index.get("key-" + number).isPresent(), "get of " + number);
    }

    /** Reads, inserts and a checkpoint at once, with every acknowledged item visible, by key and by both searches. */
    @Test
    void whatIsAcknowledgedIsVisibleWhileACheckpointRuns() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        AtomicLong acknowledged = new AtomicLong(-1);
        AtomicLong searched = new AtomicLong();
        AtomicLong checkpoints = new AtomicLong();
        ExecutorService threads = Executors.newFixedThreadPool(3);
        // Linking takes so long that as much is pending as may be.
        MemoryIndexOptions options =
                OPTIONS.exactScanMax(0).pendingMax(64).m(16).efConstruction(400).indexerThreads(1);
        try (MemoryIndex index = open(disk, options)) {
            Future<?> reader = threads.submit(() -> {
                Random random = new Random(3);
                while (!done.get()) {
                    long last = acknowledged.get();
                    if (last >= 0) {
                        // The last one is not linked yet, and found beside the graph.
                        assertServed(index, (int) last);
                        assertServed(index, (int) random.nextLong(last + 1));
                        searched.incrementAndGet();
                    }
                }
            });
            Future<?> keeper = threads.submit(() -> {
                while (!done.get()) {
                    index.checkpoint();
                    checkpoints.incrementAndGet();
                }
            });
            for (int i = 0; i < 2_000; i++) {
                long _ = index.put(memory(i));
                acknowledged.set(i);
                assertTrue(index.get("key-" + i).isPresent());
            }
            done.set(true);
            reader.get();
            keeper.get();
            assertTrue(searched.get() > 20 && checkpoints.get() > 2, searched + " looks, checkpoints: " + checkpoints);
        } finally {
            done.set(true);
            threads.shutdownNow();
        }
        try (MemoryIndex index = open(disk, OPTIONS.exactScanMax(50))) {
            assertEquals(2_000, index.stats().liveCount());
            assertDoesNotThrow(() -> assertFinds(index, 1_999));
        }
    }
}
