// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.wal.Durability;
import dev.simonides.wal.NotAStoreException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each operation does, one store at a time. */
class MemoryIndexTest {
    private static final int DIMENSION = 16;
    private static final MemoryIndexOptions OPTIONS =
            MemoryIndexOptions.ofDimension(DIMENSION).durability(new Durability.None());

    @TempDir
    private Path directory;

    private MemoryIndex index;

    @BeforeEach
    void open() {
        index = MemoryIndex.open(directory, OPTIONS);
    }

    @AfterEach
    void close() {
        index.close();
    }

    private void reopen(MemoryIndexOptions options) {
        index.close();
        index = MemoryIndex.open(directory, options);
    }

    private static float[] vector(long seed) {
        return Vectors.gaussian(seed, DIMENSION);
    }

    private static List<Memory> memories(int from, int to) {
        List<Memory> memories = new ArrayList<>();
        for (int i = from; i < to; i++) {
            memories.add(Memory.of("key-" + i, vector(i)).text("text " + i));
        }
        return memories;
    }

    @Test
    void aContinuationMayCallTheIndex() throws Exception {
        var second = index.submit(Memory.of("a", vector(1))).thenApply(lsn -> index.put(Memory.of("b", vector(2))));

        long lsn = second.get(10, TimeUnit.SECONDS);

        assertEquals(2, lsn);
    }

    @Test
    void updateStormsDoNotHideTheLiving() {
        reopen(OPTIONS.exactScanMax(50));
        for (int round = 0; round < 40; round++) {
            index.putAll(memories(0, 200));
        }
        index.awaitLinked(ProgressListener.SILENT);

        for (int i = 0; i < 50; i++) {
            Query query = Query.of(vector(1_000 + i));
            List<String> found =
                    index.search(query).hits().stream().map(Hit::key).toList();
            List<String> expected =
                    index.exact().search(query).hits().stream().map(Hit::key).toList();
            assertEquals(expected, found, "query " + i);
        }
    }

    @Test
    void creatingOverAStoreSaysSo() {
        NotAStoreException refusal =
                assertThrows(NotAStoreException.class, () -> MemoryIndex.create(directory, OPTIONS));

        assertTrue(String.valueOf(refusal.getMessage()).contains("there is a store here already"), refusal::getMessage);
    }

    @Test
    void getReturnsWhatWasPut() {
        byte[] payload = {0, -1, 7, 0};
        index.put(Memory.of("a", vector(1)).payload(payload).tenant("t"));

        Memory found = index.get("t", "a").orElseThrow();

        assertEquals("a", found.key());
        assertEquals("t", found.tenant());
        assertArrayEquals(payload, found.payload());
        assertEquals(1, Vectors.score(Similarity.COSINE, vector(1), found.vector()), 1e-6);
        assertEquals(1, Vectors.dot(found.vector(), found.vector()), 1e-3, "under cosine of unit length");
    }

    @Test
    void getOfAnUnknownKeyOrTenantIsEmpty() {
        index.put(Memory.of("a", vector(1)));

        assertTrue(index.get("b").isEmpty());
        assertTrue(index.get("t", "a").isEmpty());
    }

    @Test
    void anEmptyPayloadAndATextOfManyBytesComeBack() {
        String text = "ż𝄞".repeat(100_000);
        index.putAll(List.of(
                Memory.of("none", vector(1)), Memory.of("long", vector(2)).text(text)));

        assertEquals("", index.get("none").orElseThrow().text());
        assertEquals(0, index.get("none").orElseThrow().payload().length);
        assertEquals(text, index.get("long").orElseThrow().text());
        assertEquals(text, index.search(Query.of(vector(2)).top(1)).get(0).text());
    }

    @Test
    void keysAreComparedByTheirBytes() {
        String composed = "\u00e9";
        String decomposed = "e\u0301";
        index.put(Memory.of(composed, vector(1)).text("one"));
        index.put(Memory.of(decomposed, vector(2)).text("two"));
        index.put(Memory.of("../\0/..", vector(3)).text("three"));

        assertEquals("one", index.get(composed).orElseThrow().text());
        assertEquals("two", index.get(decomposed).orElseThrow().text());
        assertEquals("three", index.get("../\0/..").orElseThrow().text());
    }

    @Test
    void keysAndTenantsOfTheGreatestLengthAreStored() {
        String key = "ä".repeat(Limits.KEY_BYTES_MAX / 2);
        String tenant = "x".repeat(Limits.TENANT_BYTES_MAX);
        index.put(Memory.of(key, vector(1)).tenant(tenant));

        reopen(OPTIONS);

        assertEquals(
                key, index.search(Query.of(vector(1)).tenant(tenant)).get(0).key());
        assertTrue(index.get(tenant, key).isPresent());
    }

    @Test
    void lsnsCountRecordsFromOne() {
        assertEquals(1, index.put(Memory.of("a", vector(1))));
        assertEquals(4, index.putAll(memories(0, 3)));
        assertTrue(index.delete("", "a"));
        assertFalse(index.delete("", "a"), "deletes nothing, logs nothing");
        assertEquals(6, index.put(Memory.of("b", vector(9))));
        assertEquals(6, index.stats().lastLsn());
        assertEquals(6, index.search(Query.of(vector(9)).top(1)).get(0).lsn());
    }

    @Test
    void aPutReplacesTheMemoryOfItsKey() {
        index.put(Memory.of("a", vector(1)).text("old"));
        index.put(Memory.of("a", vector(2)).text("new"));

        SearchResult found = index.search(Query.of(vector(1)));

        assertEquals("new", index.get("a").orElseThrow().text());
        assertEquals(1, found.size());
        assertEquals("new", found.get(0).text());
        assertEquals(1, index.stats().liveCount());
        assertEquals(2, index.stats().ordinalCount());
    }

    @Test
    void theLastOfEqualKeysInABatchWins() {
        index.putAll(List.of(
                Memory.of("a", vector(1)).text("first"),
                Memory.of("b", vector(2)),
                Memory.of("a", vector(3)).text("second")));

        assertEquals("second", index.get("a").orElseThrow().text());
        assertEquals(2, index.search(Query.of(vector(1))).size());
    }

    @Test
    void aDeletedKeyIsGoneAndCanBePutAgain() {
        index.put(Memory.of("a", vector(1)).text("old"));

        assertTrue(index.delete("", "a"));
        assertTrue(index.get("a").isEmpty());
        assertEquals(0, index.search(Query.of(vector(1))).size());
        assertEquals(0, index.exact().search(Query.of(vector(1))).size());

        index.put(Memory.of("a", vector(1)).text("new"));
        assertEquals("new", index.get("a").orElseThrow().text());
    }

    @Test
    void deleteSeesWritesQueuedBeforeIt() {
        List<CompletableFuture<Long>> puts = new ArrayList<>();
        for (Memory memory : memories(0, 50)) {
            puts.add(index.submit(memory));
        }

        assertTrue(index.delete("", "key-49"));

        puts.forEach(CompletableFuture::join);
        assertEquals(49, index.stats().liveCount());
    }

    @Test
    void deleteOfAnUnknownTenantIsFalse() {
        assertFalse(index.delete("nobody", "a"));
        assertEquals(0, index.stats().tenantCount());
    }

    @Test
    void tenantsAreIsolated() {
        for (int tenant = 0; tenant < 5; tenant++) {
            for (int i = 0; i < 10; i++) {
                index.put(Memory.of("key-" + i, vector(i)).text("of " + tenant).tenant("tenant-" + tenant));
            }
        }
        index.delete("tenant-2", "key-3");

        for (int tenant = 0; tenant < 5; tenant++) {
            SearchResult found =
                    index.search(Query.of(vector(3)).tenant("tenant-" + tenant).top(100));
            assertEquals(tenant == 2 ? 9 : 10, found.size());
            for (Hit hit : found) {
                assertEquals("of " + tenant, hit.text());
                assertEquals("tenant-" + tenant, hit.tenant());
            }
        }
        assertEquals(0, index.search(Query.of(vector(3)).tenant("tenant-5")).size());
        assertEquals(5, index.stats().tenantCount());
    }

    @Test
    void keysOfDifferentTenantsNeverRunIntoEachOther() {
        index.put(Memory.of("bc", vector(1)).text("one").tenant("a"));
        index.put(Memory.of("c", vector(2)).text("two").tenant("ab"));

        assertEquals("one", index.get("a", "bc").orElseThrow().text());
        assertTrue(index.get("ab", "bc").isEmpty());
        assertTrue(index.get("a", "c").isEmpty());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2_000})
    void moreHitsThanMemoriesAreAllOfThem(int exactScanMax) {
        reopen(OPTIONS.exactScanMax(exactScanMax));
        index.putAll(memories(0, 300));
        index.delete("", "key-7");
        index.awaitLinked(ProgressListener.SILENT);

        SearchResult found = index.search(Query.of(vector(-1)).top(Limits.TOP_MAX));

        Set<String> keys = new HashSet<>();
        found.forEach(hit -> keys.add(hit.key()));
        assertEquals(299, found.size());
        assertEquals(299, keys.size());
    }

    @Test
    void anEmptyStoreFindsNothing() {
        assertEquals(0, index.search(Query.of(vector(1))).size());
        assertEquals(0, index.exact().search(Query.of(vector(1))).size());
        assertEquals(0, index.stats().liveCount());
    }

    @ParameterizedTest
    @EnumSource(Similarity.class)
    void scoreAndDistanceAreThoseOfTheSimilarity(Similarity similarity) {
        Path elsewhere = directory.resolve("scores");
        MemoryIndexOptions options = OPTIONS.similarity(similarity).originals(OriginalFormat.F32);
        try (MemoryIndex scored = MemoryIndex.open(elsewhere, options)) {
            scored.putAll(memories(0, 20));

            for (Hit hit : scored.search(Query.of(vector(99)).top(20))) {
                double score = Vectors.score(similarity, vector(99), vector(number(hit)));
                double distance = switch (similarity) {
                    case COSINE -> 1 - score;
                    case DOT -> -score;
                    case EUCLIDEAN -> Math.sqrt(-score);
                };
                assertEquals(score, hit.score(), 1e-4);
                assertEquals(distance, hit.distance(), 1e-4);
            }
        }
    }

    private static long number(Hit hit) {
        return Long.parseLong(hit.key().substring("key-".length()));
    }

    @ParameterizedTest
    @EnumSource(OriginalFormat.class)
    void getReturnsTheVectorAsItIsStored(OriginalFormat originals) {
        Path elsewhere = directory.resolve("originals");
        MemoryIndexOptions options = OPTIONS.similarity(Similarity.DOT).originals(originals);
        try (MemoryIndex stored = MemoryIndex.open(elsewhere, options)) {
            stored.put(Memory.of("a", vector(5)));

            float[] found = stored.get("a").orElseThrow().vector();

            float greatest = 0;
            for (float component : vector(5)) {
                greatest = Math.max(greatest, Math.abs(component));
            }
            for (int i = 0; i < DIMENSION; i++) {
                float component = vector(5)[i];
                float tolerance = switch (originals) {
                    case F32 -> 0;
                    case F16 -> Math.abs(Float.float16ToFloat(Float.floatToFloat16(component)) - component);
                    // Half a step of the scale, and a rounding.
                    case NONE -> greatest / 127 * 0.501f;
                };
                assertEquals(component, found[i], tolerance);
            }
        }
    }

    @Test
    void hitsComeClosestFirstAndCountTheirWork() {
        index.putAll(memories(0, 200));

        SearchResult found = index.search(Query.of(vector(17)).top(10));

        assertEquals(10, found.size());
        assertEquals("key-17", found.get(0).key());
        for (int rank = 1; rank < 10; rank++) {
            assertTrue(found.get(rank).score() <= found.get(rank - 1).score());
        }
        assertEquals(Strategy.EXACT_SCAN, found.strategy());
        assertEquals(200, found.evaluations());
        assertEquals(0, found.hops());
        assertEquals(0, found.pendingScanned());
        assertThrows(IndexOutOfBoundsException.class, () -> found.get(10));
        assertThrows(UnsupportedOperationException.class, () -> found.hits().removeFirst());
    }

    @Test
    void aGraphSearchSaysSo() {
        reopen(OPTIONS.exactScanMax(0));
        index.putAll(memories(0, 500));
        index.awaitLinked(ProgressListener.SILENT);

        SearchResult found = index.search(Query.of(vector(17)).top(5).ef(20).countingPages());

        assertEquals(Strategy.GRAPH, found.strategy());
        assertEquals("key-17", found.get(0).key());
        assertTrue(found.hops() > 0 && found.hops() < 500, "hops " + found.hops());
        assertTrue(found.evaluations() < 500, "evaluations " + found.evaluations());
        assertTrue(found.pages() > 0, "pages " + found.pages());
        assertEquals(1, index.stats().graphTenantCount());
        assertEquals(-1, index.search(Query.of(vector(17)).ef(20)).pages(), "not counted unless asked");
    }

    @Test
    void aTenantGetsItsGraphWhenItGrowsPastTheScan() {
        reopen(OPTIONS.exactScanMax(100));
        index.putAll(memories(0, 100));
        assertEquals(0, index.stats().graphTenantCount());

        index.put(Memory.of("key-100", vector(100)));
        index.awaitLinked(ProgressListener.SILENT);

        assertEquals(1, index.stats().graphTenantCount());
        assertEquals(0, index.stats().pendingCount());
        assertEquals("key-50", index.search(Query.of(vector(50)).top(1)).get(0).key());
    }

    @Test
    void aTenantLosesItsGraphAtHalfTheScanAndNotBefore() {
        reopen(OPTIONS.exactScanMax(100));
        index.putAll(memories(0, 101));
        for (int i = 0; i < 51; i++) {
            index.delete("", "key-" + i);
        }
        assertEquals(1, index.stats().graphTenantCount(), "hysteresis: 50 live");

        index.delete("", "key-51");

        assertEquals(0, index.stats().graphTenantCount());
        assertEquals(49, index.search(Query.of(vector(80)).top(100)).size());
    }

    @Test
    void everythingIsThereAfterReopening() {
        index.putAll(memories(0, 100));
        index.put(Memory.of("key-3", vector(1003)).text("updated"));
        index.delete("", "key-4");
        index.put(Memory.of("other", vector(5)).tenant("t"));
        MemoryIndexStats before = index.stats();
        float[] stored = index.get("key-9").orElseThrow().vector();

        reopen(OPTIONS);

        MemoryIndexStats after = index.stats();
        assertEquals(before.lastLsn(), after.lastLsn());
        assertEquals(before.lastLsn(), after.durableLsn());
        assertEquals(before.liveCount(), after.liveCount());
        assertEquals(before.ordinalCount(), after.ordinalCount());
        assertEquals(before.offHeapBytes(), after.offHeapBytes());
        assertEquals(103, after.replay().records());
        assertTrue(after.replay().closed());
        assertEquals("updated", index.get("key-3").orElseThrow().text());
        assertTrue(index.get("key-4").isEmpty());
        assertTrue(index.get("t", "other").isPresent());
        assertArrayEquals(stored, index.get("key-9").orElseThrow().vector());
        assertTrue(index.verify(ProgressListener.SILENT).clean());
    }

    @Test
    void reopeningAgainAndAgainGoesOnWithTheNextLsn() {
        for (int round = 1; round <= 4; round++) {
            assertEquals(round, index.put(Memory.of("key-" + round, vector(round))));
            reopen(OPTIONS);
        }

        assertEquals(4, index.stats().liveCount());
    }

    @Test
    void flushMakesEverythingDurable() {
        index.putAll(memories(0, 10));

        index.flush();

        assertEquals(10, index.stats().durableLsn());
    }

    @Test
    void aSecondOpenIsRefusedAndHarmless() {
        index.put(Memory.of("a", vector(1)));

        assertThrows(dev.simonides.wal.StoreLockedException.class, () -> MemoryIndex.open(directory, OPTIONS));

        index.put(Memory.of("b", vector(2)));
        assertEquals(2, index.stats().liveCount());
    }

    @Test
    void progressIsReportedOnReplayLinkAndVerify() {
        reopen(OPTIONS.exactScanMax(0));
        index.putAll(memories(0, 500));
        List<Long> linked = new ArrayList<>();
        index.awaitLinked((phase, done, total) -> {
            assertEquals(ProgressListener.Phase.LINK, phase);
            assertTrue(done <= total);
            linked.add(done);
        });
        List<ProgressListener.Phase> phases = new ArrayList<>();

        reopen(OPTIONS.progress((phase, done, total) -> {
            assertTrue(done <= total);
            phases.add(phase);
        }));

        assertEquals(500, linked.getLast());
        assertTrue(phases.contains(ProgressListener.Phase.REPLAY));
    }

    @Test
    void theGreatestBatchIsStored() {
        int recordBytes = Limits.BATCH_BYTES_MAX / Limits.BATCH_RECORDS_MAX;
        // Header, key and vector of a record, so that all of them together are 1 MiB to the byte.
        int overhead = 24 + 7 + (DIMENSION + 8) + 2 * DIMENSION;
        List<Memory> batch = new ArrayList<>();
        for (int i = 0; i < Limits.BATCH_RECORDS_MAX; i++) {
            String key = String.format("key-%03d", i);
            batch.add(Memory.of(key, vector(i)).payload(new byte[recordBytes - overhead]));
        }

        assertEquals(Limits.BATCH_RECORDS_MAX, index.putAll(batch));

        batch.set(0, batch.get(0).payload(new byte[recordBytes - overhead + 1]));
        assertThrows(IllegalArgumentException.class, () -> index.putAll(batch), "one byte more");
        assertEquals(Limits.BATCH_RECORDS_MAX, index.stats().lastLsn());
    }

    @Test
    void payloadsOfAMemoryAreCopied() {
        byte[] bytes = "abc".getBytes(StandardCharsets.UTF_8);
        Memory memory = Memory.of("a", vector(1)).payload(bytes);
        bytes[0] = 'x';
        memory.payload()[1] = 'x';
        index.put(memory);

        index.get("a").orElseThrow().payload()[2] = 'x';

        assertEquals("abc", index.get("a").orElseThrow().text());
    }
}
