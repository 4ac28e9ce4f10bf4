// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.ProgressListener;
import dev.simonides.Query;
import dev.simonides.bench.data.VectorRow;
import dev.simonides.bench.generate.ClusterShape;
import dev.simonides.bench.generate.ClusteredGenerator;
import dev.simonides.wal.Durability;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code SearchBenchmark -prof gc} shows, as a gate: a search allocates its result and nothing else. */
class SearchAllocationTest {

    private static final int DIMENSION = 16;
    private static final int COUNT = 1000;
    private static final int WARM_UP_ROUNDS_MAX = 60_000;
    private static final int ROUNDS = 300;

    // A hit is an object, its key a string; 8 to 16 bytes of the list go with each. Keys are at most 7 characters here.
    private static final int HIT_BYTES_MAX = 144;
    private static final int RESULT_BYTES_MAX = 160;

    @TempDir
    Path directory;

    @Test
    void allocatesTheResultAndNothingElse() {
        MemoryIndexOptions options = MemoryIndexOptions.ofDimension(DIMENSION)
                .durability(new Durability.None())
                .exactScanMax(0);
        ClusteredGenerator generator = ClusteredGenerator.unit(DIMENSION, new ClusterShape(20, 8, 0.5, 0.1), 31);
        try (MemoryIndex index = MemoryIndex.open(directory, options)) {
            put(index, generator);
            float[] vector = generator.next();

            long warm = bytesPerSearch(index, Query.of(vector).top(10).ef(300));
            long narrow = bytesPerSearch(index, Query.of(vector).top(10).ef(10));
            long wide = bytesPerSearch(index, Query.of(vector).top(10).ef(300));
            long one = bytesPerSearch(index, Query.of(vector).top(1).ef(300));

            assertTrue(one <= bytesMax(1), "bytes of a result with one hit: " + one);
            assertTrue(narrow <= bytesMax(10), "bytes of a result with ten hits: " + narrow);
            assertTrue(warm <= bytesMax(10), "bytes of the first searches: " + warm);
            assertEquals(narrow, wide, "bytes at ef 10 and at ef 300");
        }
    }

    private static void put(MemoryIndex index, ClusteredGenerator generator) {
        List<Memory> batch = new ArrayList<>();
        for (int row = 0; row < COUNT; row++) {
            batch.add(Memory.of(VectorRow.keyOf(row), generator.next()));
            if (batch.size() == 250) {
                var _ = index.putAll(batch);
                batch.clear();
            }
        }
        index.awaitLinked(ProgressListener.SILENT);
    }

    private static long bytesMax(int hits) {
        return RESULT_BYTES_MAX + (long) hits * HIT_BYTES_MAX;
    }

    /**
     * The smallest of many rounds: now and then the JVM allocates in the caller's name. Before them it warms up: the
     * Vector API allocates every vector until its loops are compiled.
     */
    private static long bytesPerSearch(MemoryIndex index, Query query) {
        long smallest = Long.MAX_VALUE;
        for (int round = 0; round < WARM_UP_ROUNDS_MAX && smallest > bytesMax(query.top()); round++) {
            smallest = Math.min(smallest, bytesOfOneSearch(index, query));
        }
        for (int round = 0; round < ROUNDS; round++) {
            smallest = Math.min(smallest, bytesOfOneSearch(index, query));
        }
        return smallest;
    }

    private static long bytesOfOneSearch(MemoryIndex index, Query query) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        int size = index.search(query).size();
        long after = threads.getCurrentThreadAllocatedBytes();
        assertEquals(query.top(), size);
        return after - before;
    }
}
