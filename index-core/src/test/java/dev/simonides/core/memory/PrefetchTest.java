// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import dev.simonides.Limits;
import dev.simonides.PageCache;
import dev.simonides.simd.PageAdvice;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Batches of reads of a file of which nothing is in memory. */
@Tag("measured")
class PrefetchTest {
    private static final long PAGE = PageAdvice.pageBytes();
    private static final int PAGES = 2_000;

    /** Of this size some places lie in two pages. */
    private static final int BYTES = 700;

    private static final long PATIENCE_NANOS = 20_000_000_000L;

    @TempDir
    private Path directory;

    private final Arena arena = Arena.ofShared();
    private final Prefetch prefetch = new Prefetch(arena);
    private final MemorySegment addresses = arena.allocate(8L * Limits.GATHER_MAX, 8);
    private final long state = arena.allocate(PAGES).address();
    private final Random random = new Random(5);
    private MemorySegment mapped = MemorySegment.NULL;

    @BeforeEach
    void map() throws IOException {
        assumeTrue(PageAdvice.ahead(), "nothing is asked for here");
        try (FileChannel channel = FileChannel.open(
                file(), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate((int) (PAGES * PAGE)));
            channel.force(true);
            mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, PAGES * PAGE, arena);
        }
        forget();
        assumeTrue(missing() == PAGES, "this file system keeps everything in memory");
    }

    @AfterEach
    void unmap() {
        arena.close();
    }

    private Path file() {
        return directory.resolve("file");
    }

    private void forget() throws IOException {
        PageCache.forget(file());
    }

    private int missing() {
        return PageAdvice.missing(mapped.address(), PAGES * PAGE, state);
    }

    /** Random places; returns the pages that they lie in. */
    private Set<Long> place(int count) {
        Set<Long> pages = new TreeSet<>();
        for (int i = 0; i < count; i++) {
            long place = random.nextLong(PAGES * PAGE - BYTES);
            addresses.setAtIndex(ValueLayout.JAVA_LONG, i, mapped.address() + place);
            pages.add(place / PAGE);
            pages.add((place + BYTES - 1) / PAGE);
        }
        return pages;
    }

    private void ask(int count) {
        prefetch.ask(addresses.address(), count, BYTES);
    }

    /** Lets enough pass over to have one place looked at, which is missing; then forgets it. */
    private void begin() throws IOException {
        addresses.set(ValueLayout.JAVA_LONG, 0, mapped.address());
        prefetch.ask(addresses.address(), 1, Prefetch.BYTES_PASSED_OVER);
        assertTrue(prefetch.asked() > 0);
        forget();
    }

    @Test
    void allPagesOfABatchAreAskedForAndNoOthers() throws IOException {
        begin();
        Set<Long> pages = place(Limits.GATHER_MAX);
        long before = prefetch.asked();

        ask(Limits.GATHER_MAX);

        assertEquals(pages.size(), prefetch.asked() - before);
        long end = System.nanoTime() + PATIENCE_NANOS;
        for (long page : pages) {
            while (PageAdvice.missing(mapped.address() + page * PAGE, PAGE, state) > 0) {
                assertTrue(System.nanoTime() < end, "never read: page " + page);
                LockSupport.parkNanos(100_000);
            }
        }
        assertEquals(PAGES - pages.size(), missing());
    }

    @Test
    void aStoreThatIsInMemoryIsLookedAtOncePerSoManyBytes() {
        int calls = 0;
        while (prefetch.asked() == 0) {
            place(2);
            ask(2);
            calls++;
        }

        assertEquals(Math.ceilDiv(Prefetch.BYTES_PASSED_OVER, 2 * BYTES), calls);
    }

    @Test
    void afterABatchThatWasMissingTheNextOnesAreAskedForToo() throws IOException {
        begin();
        assertEquals(0, mapped.get(ValueLayout.JAVA_BYTE, 0), "in memory now");
        long before = prefetch.asked();

        for (int batch = 0; batch < 2 * Prefetch.BATCHES; batch++) {
            ask(1);
        }

        assertEquals(Prefetch.BATCHES, prefetch.asked() - before);
    }

    @Test
    void whileOnePlaceOfEachIsMissingItGoesOn() throws IOException {
        begin();
        for (int batch = 0; batch < 4; batch++) {
            assertEquals(0, mapped.get(ValueLayout.JAVA_BYTE, 0), "in memory now");
            for (int i = 1; i < Prefetch.BATCHES; i++) {
                ask(1);
            }
            forget();
            long before = prefetch.asked();

            ask(1);

            assertEquals(1, prefetch.asked() - before, "batch " + batch);
        }
    }

    /** The least of a few measurements: now and then the JVM allocates in the caller's name. */
    @Test
    void nothingIsAllocated() throws IOException {
        ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 500 && least > 0; round++) {
            begin();
            long asked = prefetch.asked();
            place(60);
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int batch = 0; batch < Prefetch.BATCHES / 2; batch++) {
                ask(60);
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            assertTrue(prefetch.asked() > asked);
        }
        assertEquals(0, least, "bytes");
    }
}
