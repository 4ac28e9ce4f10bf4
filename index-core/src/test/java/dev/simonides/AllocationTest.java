// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import dev.simonides.wal.Durability;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** After warm-up a search allocates its result and nothing else, however much it looks at. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("measured")
class AllocationTest {
    private static final int DIMENSION = 32;
    private static final int WARM_UP = 12_000;
    private static final int SEARCHES = 500;

    /** Ten hits with key strings and lists around them take about 1.6 kB. */
    private static final long RESULT_BYTES_MAX = 2_500;

    private MemoryIndex index;
    private ThreadMXBean threads;

    @BeforeAll
    void fill() {
        threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
        assumeTrue(threads.isThreadAllocatedMemorySupported(), "this JVM does not count allocated bytes");
        // Mapped, because then a search does all that it does in memory, and looks for pages besides.
        MemoryIndexOptions options = MemoryIndexOptions.ofDimension(DIMENSION)
                .exactScanMax(0)
                .residency(Residency.MAPPED)
                .durability(new Durability.None());
        index = MemoryIndex.open(SimulatedDirectory.empty(), options, log -> log.segmentBytes(1 << 20));
        List<Memory> memories = new ArrayList<>();
        for (int i = 0; i < 512; i++) {
            memories.add(Memory.of("key-" + i, Vectors.gaussian(i, DIMENSION)).text("text"));
        }
        index.putAll(memories);
        index.awaitLinked(ProgressListener.SILENT);
        index.checkpoint();
        assertTrue(index.stats().mappedBytes() > 0, "mapped");
    }

    @AfterAll
    void close() {
        index.close();
    }

    private long bytesPerSearch(Query query, Strategy strategy, boolean exactly) {
        ExactSearch exact = index.exact();
        long checksum = 0;
        for (int i = 0; i < WARM_UP; i++) {
            checksum += (exactly ? exact.search(query) : index.search(query)).evaluations();
        }
        long thread = Thread.currentThread().threadId();
        long before = threads.getThreadAllocatedBytes(thread);
        for (int i = 0; i < SEARCHES; i++) {
            checksum += (exactly ? exact.search(query) : index.search(query)).evaluations();
        }
        long after = threads.getThreadAllocatedBytes(thread);
        assertTrue(checksum > 0, "searched");
        assertEquals(strategy, (exactly ? exact.search(query) : index.search(query)).strategy());
        return (after - before) / SEARCHES;
    }

    @Test
    void aGraphSearchAllocatesItsResult() {
        Query query = Query.of(Vectors.gaussian(-1, DIMENSION)).top(10);

        long narrow = bytesPerSearch(query.ef(10), Strategy.GRAPH, false);
        long wide = bytesPerSearch(query.ef(300), Strategy.GRAPH, false);

        System.out.println("bytes allocated a search: ef 10: " + narrow + ", ef 300: " + wide);
        assertTrue(narrow <= RESULT_BYTES_MAX, "ef 10: " + narrow);
        assertTrue(Math.abs(wide - narrow) <= 100, "ef 10: " + narrow + ", ef 300: " + wide);
    }

    @Test
    void anExactScanAllocatesItsResult() {
        Query query = Query.of(Vectors.gaussian(-1, DIMENSION)).top(10);

        long bytes = bytesPerSearch(query, Strategy.EXACT_SCAN, true);

        assertTrue(bytes <= RESULT_BYTES_MAX, "exact: " + bytes);
    }
}
