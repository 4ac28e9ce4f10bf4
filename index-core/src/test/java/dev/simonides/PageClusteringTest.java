// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.quantization.OriginalFormat;
import dev.simonides.wal.Durability;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StorageIoException;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToIntFunction;
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
    private static final int COUNT = 4_000;
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
        return pages(index, SearchResult::poolPages);
    }

    private double touchedPages(MemoryIndex index) {
        return pages(index, SearchResult::pages);
    }

    private double pages(MemoryIndex index, ToIntFunction<SearchResult> counted) {
        return IntStream.range(0, QUERIES)
                .map(query -> counted.applyAsInt(search(index, query)))
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
            double touched = touchedPages(index);
            long bytes = index.stats().offHeapBytes();

            var _ = index.checkpoint();

            arranged = poolPages(index);
            assertTrue(arranged < 0.4 * arrived, "pages of the pool: " + arrived + " became " + arranged);
            double after = touchedPages(index);
            assertTrue(after < 0.8 * touched, "pages touched: " + touched + " became " + after);
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
    void aCloseDoesSoToo() {
        // So much that a close makes a checkpoint.
        MemoryIndexOptions options = options().originals(OriginalFormat.F32);
        List<List<String>> expected;
        double arrived;
        try (MemoryIndex index = MemoryIndex.create(store, options)) {
            put(index, 0, COUNT);
            expected = found(index);
            arrived = poolPages(index);
        }
        try (MemoryIndex index = MemoryIndex.open(store, options)) {
            double arranged = poolPages(index);
            assertTrue(arranged < 0.4 * arrived, "pages of the pool: " + arrived + " became " + arranged);
            assertEquals(expected, found(index));
            assertSound(index);
        }
    }

    /** As well as if they had arrived at once. */
    @ParameterizedTest
    @EnumSource(names = {"RESIDENT", "MAPPED"})
    void whatACheckpointFoldsIsArrangedTogetherWithWhatIsNew(Residency residency) {
        MemoryIndexOptions options = options().residency(residency);
        double atOnce;
        try (MemoryIndex index = MemoryIndex.create(store.resolveSibling("at-once"), options)) {
            put(index, 0, COUNT);
            var _ = index.checkpoint();
            atOnce = poolPages(index);
        }
        List<List<String>> expected;
        double arranged;
        try (MemoryIndex index = MemoryIndex.create(store, options)) {
            for (int part = 1; part <= 4; part++) {
                put(index, COUNT * (part - 1) / 4, COUNT * part / 4);
                var _ = index.checkpoint();
            }
            expected = found(index);
            arranged = poolPages(index);
            assertTrue(arranged < 1.3 * atOnce, "pages of the pool: at once " + atOnce + ", in parts " + arranged);
            assertSound(index);
        }
        try (MemoryIndex index = MemoryIndex.open(store, options)) {
            assertEquals(expected, found(index));
            assertEquals(arranged, poolPages(index));
            long _ = index.compact(ProgressListener.SILENT);
            assertSound(index);
        }
    }

    @Test
    void whatACheckpointLeavesStays() {
        try (MemoryIndex index = MemoryIndex.create(store, options())) {
            put(index, 0, COUNT - 300);
            var _ = index.checkpoint();
            put(index, COUNT - 300, COUNT);
            double before = poolPages(index);
            var _ = index.checkpoint();
            double after = poolPages(index);
            assertTrue(after < before && after > 0.6 * before, "pages of the pool: " + before + " became " + after);
            var _ = index.checkpoint();
            assertEquals(after, poolPages(index), "nothing is new");
            assertSound(index);
        }
    }

    /** Pages of which files say other things than memory are written again by the next checkpoint. */
    @ParameterizedTest
    @EnumSource(names = {"RESIDENT", "MAPPED"})
    void aCheckpointThatFailsBehindItLosesNothing(Residency residency) {
        SimulatedDirectory disk = SimulatedDirectory.empty();
        AtomicBoolean failing = new AtomicBoolean();
        StepDirectory.Steps steps = new StepDirectory.Steps() {
            @Override
            public void before(String step) {
                if (failing.get() && step.equals("create vec")) {
                    throw new StorageIoException("vec", -1, "input/output error");
                }
            }
        };
        List<List<String>> expected;
        double arranged;
        try (MemoryIndex index = open(new StepDirectory(disk, steps), residency)) {
            put(index, 0, COUNT / 2);
            var _ = index.checkpoint();
            put(index, COUNT / 2, COUNT - 100);
            failing.set(true);
            assertThrows(StorageException.class, index::checkpoint);
            assertSound(index);
            failing.set(false);
            put(index, COUNT - 100, COUNT);
            expected = found(index);
            try (MemoryIndex killed = open(disk.afterKill(), residency)) {
                killed.awaitLinked(ProgressListener.SILENT);
                assertEquals(COUNT, killed.stats().liveCount());
                assertSound(killed);
            }
            var _ = index.checkpoint();
            arranged = poolPages(index);
            assertEquals(expected, found(index));
            assertSound(index);
        }
        try (MemoryIndex index = open(disk, residency)) {
            assertEquals(0, index.recovery().replayed(), index.recovery()::describe);
            assertEquals(expected, found(index));
            assertEquals(arranged, poolPages(index));
            assertSound(index);
        }
    }

    private static MemoryIndex open(StorageDirectory directory, Residency residency) {
        return MemoryIndex.open(directory, options().residency(residency), log -> log.segmentBytes(1 << 20));
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
