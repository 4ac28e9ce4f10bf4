// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.Query;
import dev.simonides.SearchResult;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SearchLoopTest {
    private static final int ROUNDS = 20_000;

    @TempDir
    private Path directory;

    private SearchResult found;

    @BeforeEach
    void search() {
        try (MemoryIndex index = MemoryIndex.open(directory, MemoryIndexOptions.ofDimension(2))) {
            index.put(Memory.of("one", new float[] {1, 0}));
            found = index.search(Query.of(new float[] {1, 0}).top(1));
        }
    }

    @Test
    void queriesTakeTurnsFromTheFirstOne() {
        List<Integer> asked = new ArrayList<>();
        SearchLoop loop = new SearchLoop(
                query -> {
                    asked.add(query);
                    return found;
                },
                3,
                2,
                1);

        for (int i = 0; i < 4; i++) {
            loop.run();
        }

        assertEquals(List.of(2, 0, 1, 2), asked);
        assertEquals(4, loop.clockNanos().getTotalCount());
        assertEquals(4L * found.evaluations(), loop.evaluations());
    }

    @Test
    void waitingIsTimeByTheClockAndNotOnACore() {
        long nanos = TimeUnit.MILLISECONDS.toNanos(20);
        SearchLoop loop = new SearchLoop(
                _ -> {
                    long end = System.nanoTime() + nanos;
                    while (System.nanoTime() < end) {
                        LockSupport.parkNanos(end - System.nanoTime());
                    }
                    return found;
                },
                1,
                0,
                1);

        loop.run();

        assertTrue(loop.clockNanos().getMinValue() >= nanos * 0.99, "by the clock");
        assertTrue(loop.coreNanos().getMaxValue() < nanos / 2, "on a core");
    }

    @Test
    void theLoopAllocatesNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        SearchLoop loop = new SearchLoop(_ -> found, 7, 0, 1);
        run(loop);
        run(loop);
        long thread = Thread.currentThread().threadId();
        threads.getThreadAllocatedBytes(thread);

        // The least of a few: the JVM allocates now and then for itself, a loop that does would in every run.
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            long before = threads.getThreadAllocatedBytes(thread);
            long again = threads.getThreadAllocatedBytes(thread);
            run(loop);
            long after = threads.getThreadAllocatedBytes(thread);
            least = Math.min(least, after - again - (again - before));
        }

        assertEquals(0, least, "bytes allocated by " + ROUNDS + " rounds");
    }

    private static void run(SearchLoop loop) {
        for (int i = 0; i < ROUNDS; i++) {
            loop.run();
        }
    }

    @Test
    void aSearchThatFindsTooLittleIsRefused() {
        SearchLoop loop = new SearchLoop(_ -> found, 1, 0, 2);

        assertEquals(
                "hits: expected=2, actual=1",
                assertThrows(IllegalStateException.class, loop::run).getMessage());
    }
}
