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

            long narrow = bytesPerSearch(index, Query.of(vector).top(10).ef(10));
            long wide = bytesPerSearch(index, Query.of(vector).top(10).ef(300));
            long one = bytesPerSearch(index, Query.of(vector).top(1).ef(300));

            assertEquals(narrow, wide, "bytes at ef 10 and at ef 300");
            assertTrue((wide - one) / 9 <= HIT_BYTES_MAX, "bytes of a hit: " + (wide - one) / 9);
            assertTrue(one <= HIT_BYTES_MAX + RESULT_BYTES_MAX, "bytes of a result with one hit: " + one);
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

    /** The smallest of many rounds: while it warms up, the JVM allocates for itself in the caller's name. */
    private static long bytesPerSearch(MemoryIndex index, Query query) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long smallest = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            int size = index.search(query).size();
            long after = threads.getCurrentThreadAllocatedBytes();
            assertEquals(query.top(), size);
            smallest = Math.min(smallest, after - before);
        }
        return smallest;
    }
}
