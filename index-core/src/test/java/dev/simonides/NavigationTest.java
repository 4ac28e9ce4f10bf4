// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.quantization.BitCodeLayout;
import dev.simonides.quantization.Similarity;
import dev.simonides.wal.Durability;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Searches that find their way by 1-bit codes. */
class NavigationTest {
    private static final int COUNT = 3_000;
    private static final int DIMENSION = 128;
    private static final int QUERIES = 100;
    private static final int TOP = 10;
    private static final float[][] VECTORS = Vectors.clustered(20_261_127, COUNT + QUERIES, DIMENSION, 40, 1.5);

    @TempDir
    private Path directory;

    private static MemoryIndexOptions options(Similarity similarity, Navigation navigation) {
        return MemoryIndexOptions.ofDimension(DIMENSION)
                .similarity(similarity)
                .exactScanMax(0)
                .navigation(navigation)
                .durability(new Durability.None());
    }

    private static void put(MemoryIndex index, int from, int to) {
        List<Memory> batch = new ArrayList<>();
        for (int i = from; i < to; i++) {
            batch.add(Memory.of("row-" + i, VECTORS[i]));
            if (batch.size() == Limits.BATCH_RECORDS_MAX || i == to - 1) {
                index.putAll(batch);
                batch.clear();
            }
        }
        index.awaitLinked(ProgressListener.SILENT);
    }

    private static double recall(MemoryIndex index, int ef) {
        int found = 0;
        for (int i = COUNT; i < COUNT + QUERIES; i++) {
            Query query = Query.of(VECTORS[i]).top(TOP).ef(ef);
            SearchResult result = index.search(query);
            assertEquals(Strategy.GRAPH, result.strategy());
            Set<String> exact = new HashSet<>();
            index.exact().search(query).forEach(hit -> exact.add(hit.key()));
            for (Hit hit : result) {
                found += exact.contains(hit.key()) ? 1 : 0;
            }
        }
        return (double) found / (QUERIES * TOP);
    }

    /** The gate of {@link RecallTest} at the same ef; linked, with a third deleted, read from files, and grown after that. */
    @ParameterizedTest
    @EnumSource
    void findsAtTheSameEfWhatInt8CodesFind(Similarity similarity) {
        try (MemoryIndex index = MemoryIndex.open(directory, options(similarity, Navigation.ONE_BIT))) {
            put(index, 0, COUNT / 2);
            assertRecall(index, similarity, "linked");
            for (int i = 0; i < COUNT / 2; i += 3) {
                assertTrue(index.delete("", "row-" + i));
            }
            assertRecall(index, similarity, "a third deleted");
        }
        try (MemoryIndex index = MemoryIndex.open(directory, options(similarity, Navigation.ONE_BIT))) {
            assertRecall(index, similarity, "read from files");
            put(index, COUNT / 2, COUNT);
            assertRecall(index, similarity, "grown");
            VerifyReport report = index.verify(ProgressListener.SILENT);
            assertTrue(report.clean(), () -> report.findings().toString());
        }
    }

    private static void assertRecall(MemoryIndex index, Similarity similarity, String state) {
        double recall = recall(index, 40);
        System.out.printf("%s, %s: recall@10 %.4f%n", similarity, state, recall);
        assertTrue(recall >= 0.97, similarity + ", " + state + ": " + recall);
    }

    @Test
    void readsPagesOnlyOfThePool() {
        try (MemoryIndex index = MemoryIndex.open(directory, options(Similarity.COSINE, Navigation.ONE_BIT))) {
            put(index, 0, COUNT);

            SearchResult result =
                    index.search(Query.of(VECTORS[COUNT]).top(TOP).ef(10).countingPages());

            assertTrue(result.pages() <= 21, "pages=" + result.pages());
            assertTrue(result.evaluations() > 100, "evaluations=" + result.evaluations());
        }
    }

    /** A store made with the one is opened with the other, and remembers neither. */
    @Test
    void isAMatterOfTheOpening() {
        try (MemoryIndex index = MemoryIndex.open(directory, options(Similarity.COSINE, Navigation.INT8))) {
            put(index, 0, COUNT);
            index.checkpoint();
        }
        for (Navigation navigation : Navigation.values()) {
            try (MemoryIndex index = MemoryIndex.openReadOnly(directory, stored -> stored.navigation(navigation))) {
                assertTrue(recall(index, 40) >= 0.97, navigation.toString());
            }
        }
        try (MemoryIndex index = MemoryIndex.open(directory)) {
            assertEquals(Navigation.AUTO, index.options().navigation());
        }
    }

    @Test
    void codesAreChargedToTheBudget() {
        MemoryIndexOptions bits = options(Similarity.COSINE, Navigation.ONE_BIT);
        MemoryIndexOptions int8 = options(Similarity.COSINE, Navigation.INT8);
        long codes = (long) COUNT * BitCodeLayout.pitch(DIMENSION);
        assertEquals(int8.estimateBytes(COUNT) + codes, bits.estimateBytes(COUNT));
        long[] used = new long[2];
        for (MemoryIndexOptions options : List.of(int8, bits)) {
            Path store = directory.resolve(options.navigation().toString());
            try (MemoryIndex index = MemoryIndex.open(store, options)) {
                put(index, 0, COUNT);
                used[options == int8 ? 0 : 1] = index.stats().offHeapBytes();
            }
            try (MemoryIndex index = MemoryIndex.open(store, options)) {
                assertEquals(used[options == int8 ? 0 : 1], index.stats().offHeapBytes());
            }
        }
        assertEquals(used[0] + codes, used[1]);
    }

    @Test
    void autoGoesByTheDimension() {
        MemoryIndexOptions at = MemoryIndexOptions.ofDimension(Limits.BIT_NAVIGATION_DIMENSION_MIN);
        MemoryIndexOptions below = MemoryIndexOptions.ofDimension(Limits.BIT_NAVIGATION_DIMENSION_MIN - 1);
        assertTrue(at.navigatesByBits());
        assertFalse(below.navigatesByBits());
        assertFalse(at.navigation(Navigation.INT8).navigatesByBits());
        assertTrue(below.navigation(Navigation.ONE_BIT).navigatesByBits());
    }
}
