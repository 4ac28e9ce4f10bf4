// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.Durability;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Near vectors put into the same page before a checkpoint files them. */
class PageClusteringTest {
    private static final int DIMENSION = 48;
    private static final int COUNT = 6_000;
    private static final int QUERIES = 200;

    private final float[][] vectors = Vectors.clustered(3, COUNT, DIMENSION, 100, 0.05);

    private Path store = Path.of("");

    @BeforeEach
    void in(@TempDir Path folder) {
        store = folder.resolve("store");
    }

    private static MemoryIndexOptions options() {
        return MemoryIndexOptions.ofDimension(DIMENSION)
                .durability(new Durability.None())
                .exactScanMax(0)
                .navigation(Navigation.INT8)
                .checkpointLogBytes(Long.MAX_VALUE);
    }

    private void put(MemoryIndex index, int from, int end) {
        for (int first = from; first < end; first += 500) {
            List<Memory> batch = new ArrayList<>();
            for (int i = first; i < Math.min(end, first + 500); i++) {
                batch.add(Memory.of("key-" + i, vectors[i]));
            }
            index.putAll(batch);
        }
        index.awaitLinked(ProgressListener.SILENT);
    }

    private SearchResult search(MemoryIndex index, int query) {
        return index.search(Query.of(vectors[query]).top(10).ef(40).countingPages());
    }

    private List<List<String>> found(MemoryIndex index) {
        return IntStream.range(0, QUERIES)
                .mapToObj(query -> search(index, query).hits().stream()
                        .map(hit -> hit.key() + "=" + hit.score())
                        .toList())
                .toList();
    }

    private double poolPages(MemoryIndex index) {
        return IntStream.range(0, QUERIES)
                .map(query -> search(index, query).poolPages())
                .average()
                .orElseThrow();
    }

    private static void assertSound(MemoryIndex index) {
        assertEquals(List.of(), index.verify(ProgressListener.SILENT).findings());
    }

    @ParameterizedTest
    @EnumSource(names = {"RESIDENT", "MAPPED"})
    void aCheckpointPutsNearVectorsIntoTheSamePage(Residency residency) {
        MemoryIndexOptions options = options().residency(residency);
        List<List<String>> expected;
        double arranged;
        try (MemoryIndex index = MemoryIndex.create(store, options)) {
            put(index, 0, COUNT);
            expected = found(index);
            double arrived = poolPages(index);
            long bytes = index.stats().offHeapBytes();

            var _ = index.checkpoint();

            arranged = poolPages(index);
            assertTrue(arranged < 0.4 * arrived, "pages of the pool: " + arrived + " became " + arranged);
            assertEquals(expected, found(index));
            assertTrue(index.stats().offHeapBytes() <= bytes, "the first sides were given back");
            assertSound(index);
        }
        try (MemoryIndex index = MemoryIndex.open(store, options)) {
            assertEquals(expected, found(index));
            assertEquals(arranged, poolPages(index));
            assertSound(index);
        }
    }

    @Test
    void whatFilesHoldStaysAndWhatIsNewIsArranged() {
        List<List<String>> expected;
        try (MemoryIndex index = MemoryIndex.create(store, options())) {
            put(index, 0, COUNT / 2);
            var _ = index.checkpoint();
            put(index, COUNT / 2, COUNT);
            expected = found(index);
            double before = poolPages(index);

            var _ = index.checkpoint();
            double after = poolPages(index);
            assertTrue(after < 0.7 * before, "pages of the pool: " + before + " became " + after);
            var _ = index.checkpoint();
            assertEquals(after, poolPages(index));
            assertEquals(expected, found(index));
        }
        try (MemoryIndex index = MemoryIndex.open(store, options())) {
            assertEquals(expected, found(index));
            assertSound(index);
            long _ = index.compact(ProgressListener.SILENT);
            assertSound(index);
        }
    }

    @Test
    void withoutAShareOfAProcessorTheyStayInTheOrderOfArrival() {
        try (MemoryIndex index = MemoryIndex.create(store, options().pageClusteringCpuMax(0))) {
            put(index, 0, COUNT);
            double arrived = poolPages(index);

            var _ = index.checkpoint();

            assertEquals(arrived, poolPages(index));
        }
    }

    @Test
    void whereTheBudgetHasNoRoomForASecondCopyTheyStayInTheOrderOfArrival() {
        long budget = options().estimateBytes(COUNT) + 200_000;
        try (MemoryIndex index = MemoryIndex.create(store, options().memoryBudgetBytes(budget))) {
            put(index, 0, COUNT);
            double arrived = poolPages(index);

            var _ = index.checkpoint();

            assertEquals(arrived, poolPages(index));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 1.1, Double.NaN})
    void aShareIsFromNothingToAll(double share) {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> options().pageClusteringCpuMax(share));
        assertTrue(refused.getMessage().startsWith("pageClusteringCpuMax: expected=0..1"), refused.getMessage());
    }
}
