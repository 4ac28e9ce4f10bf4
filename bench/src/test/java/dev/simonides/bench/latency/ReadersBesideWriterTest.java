// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.Query;
import dev.simonides.SearchResult;
import dev.simonides.bench.data.VectorRow;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the programs measure, on a small scale: searches beside a writer are right, and wait for nothing. */
class ReadersBesideWriterTest {
    private static final int READERS = 3;
    private static final int BEFORE = 1_000;
    private static final int COUNT = 4_200;
    private static final int BATCH = 20;

    @TempDir
    private Path directory;

    private final float[][] base = BaseFiles.vectors(COUNT, 5);

    /** Rows that were acknowledged: all below. */
    private final AtomicInteger acknowledged = new AtomicInteger();

    private final AtomicInteger searches = new AtomicInteger();
    private final AtomicInteger missed = new AtomicInteger();

    /** Asks for rows that are there, half of them the youngest. */
    private Runnable reader(MemoryIndex index, int number) {
        Random random = new Random(number);
        return () -> {
            int present = acknowledged.get();
            int row = random.nextBoolean() ? present - 1 : random.nextInt(present);
            SearchResult found = index.search(Query.of(base[row]).top(3).ef(64));
            searches.incrementAndGet();
            if (!found.get(0).key().equals(VectorRow.keyOf(row))) {
                missed.incrementAndGet();
            }
            for (int rank = 0; rank < found.size(); rank++) {
                float[] vector = base[(int) VectorRow.numberOf(found.get(rank).key())];
                assertEquals(dot(vector, base[row]), found.get(rank).score(), 0.01, "score");
            }
        };
    }

    private static double dot(float[] a, float[] b) {
        return IntStream.range(0, a.length)
                .mapToDouble(d -> (double) a[d] * b[d])
                .sum();
    }

    @Test
    void searchesFindWhatWasAcknowledgedAndWaitForNothingWhileColumnsGrow() {
        MemoryIndexOptions options =
                MemoryIndexOptions.ofDimension(base[0].length).exactScanMax(0).indexerThreads(1);
        try (MemoryIndex index = MemoryIndex.create(directory.resolve("store"), options)) {
            grow(index, BEFORE);
            List<Runnable> readers = IntStream.range(0, READERS)
                    .mapToObj(number -> reader(index, number))
                    .toList();
            // Each gets its scratch, which is made under a lock, and what the JVM loads at first use.
            LoopThreads first = LoopThreads.start("reader-", readers);
            grow(index, BEFORE + 100);
            var _ = first.stop();

            LoopThreads reading = LoopThreads.start("reader-", readers);
            grow(index, COUNT / 2);
            var _ = index.checkpoint();
            grow(index, COUNT);
            ThreadWaits waits = reading.stop();

            assertEquals(0, waits.blocked(), "monitors waited for");
            assertEquals(0, waits.parked(), "locks waited for");
            assertTrue(searches.get() > READERS, "searches: " + searches);
            // The walk is an approximate one.
            assertTrue(missed.get() * 1000L <= searches.get(), missed + " missed of " + searches);
        }
    }

    private void grow(MemoryIndex index, int end) {
        while (acknowledged.get() < end) {
            int first = acknowledged.get();
            List<Memory> batch = IntStream.range(first, Math.min(end, first + BATCH))
                    .mapToObj(row -> Memory.of(VectorRow.keyOf(row), base[row]))
                    .toList();
            var _ = index.putAll(batch);
            acknowledged.addAndGet(batch.size());
        }
    }
}
