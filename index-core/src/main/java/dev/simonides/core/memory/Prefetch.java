// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.memory;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.simonides.Limits;
import dev.simonides.simd.OffHeap;
import dev.simonides.simd.PageAdvice;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.Arrays;

/**
 * Asks the system for all that a batch of reads of mapped files will touch, before the first of them waits: the medium then
 * works on many pages at once, and not on one after the other. Confined to one search; does not allocate.
 *
 * <p>To look into every batch would cost a search of what is in memory a fifth of its time. So while nothing is missing only one
 * place in {@value #BYTES_PASSED_OVER} bytes is looked at. If it is missing, its batch and the {@value #BATCHES} behind it are
 * looked into, and again as many whenever a batch misses two pages and more. A single one is waited for in any case.
 */
public final class Prefetch {
    private static final MemorySegment MEMORY = OffHeap.everything();

    /** Some five walks by INT8 codes: each of them begins where everybody's do, and finds the first batches in memory. */
    static final int BATCHES = 256;

    /** A look takes well under a microsecond, and to score as many bytes takes ten. */
    static final int BYTES_PASSED_OVER = 128 << 10;

    /** Longest run of pages that is asked for at once; a scan's are {@code 64 · 64 KiB}. */
    private static final int RUN_BYTES_MAX = 4 << 20;

    private final long pageMask = -PageAdvice.pageBytes();
    private final long[] places = new long[Limits.GATHER_MAX];
    private final long state;
    private int batchesLeft;
    private int passedOver;
    private long asked;

    /**
     * Makes the scratch of a search.
     *
     * @param memory where the off-heap part comes from
     */
    public Prefetch(SegmentAllocator memory) {
        this.state = memory.allocate(RUN_BYTES_MAX / PageAdvice.pageBytes(), Long.BYTES)
                .address();
    }

    /**
     * Asks for what is missing of a batch.
     *
     * @param addresses native address of int64[count], the places that will be read
     * @param count 1..{@link Limits#GATHER_MAX}
     * @param bytes that will be read at each place
     */
    public void ask(long addresses, int count, int bytes) {
        if (!PageAdvice.given() || (batchesLeft == 0 && !finds(addresses, count, bytes))) {
            return;
        }
        for (int i = 0; i < count; i++) {
            places[i] = MEMORY.get(JAVA_LONG, addresses + 8L * i);
        }
        Arrays.sort(places, 0, count);
        int missing = askForRuns(count, bytes);
        batchesLeft = missing > 1 ? BATCHES : Math.max(0, batchesLeft - 1);
    }

    /** Asks for the sorted places, those in the same page or in adjacent ones together; returns the pages that were missing. */
    private int askForRuns(int count, int bytes) {
        int missing = 0;
        long from = places[0] & pageMask;
        long end = pageEnd(places[0] + bytes);
        for (int i = 1; i < count; i++) {
            long next = pageEnd(places[i] + bytes);
            if (places[i] >= end + PageAdvice.pageBytes() || next - from > RUN_BYTES_MAX) {
                missing += askForRun(from, end);
                from = places[i] & pageMask;
            }
            end = next;
        }
        return missing + askForRun(from, end);
    }

    /** Whether the last place of a batch is missing, if its turn has come to be looked at. */
    private boolean finds(long addresses, int count, int bytes) {
        passedOver += count * bytes;
        if (passedOver < BYTES_PASSED_OVER) {
            return false;
        }
        passedOver = 0;
        long place = MEMORY.get(JAVA_LONG, addresses + 8L * (count - 1));
        return PageAdvice.missing(place & pageMask, 1, state) > 0;
    }

    private int askForRun(long from, long end) {
        int missing = PageAdvice.missing(from, end - from, state);
        if (missing > 0) {
            PageAdvice.willNeed(from, end - from);
            asked += missing;
        }
        return missing;
    }

    private long pageEnd(long address) {
        return (address - 1 & pageMask) + PageAdvice.pageBytes();
    }

    /**
     * Returns how many pages were missing and asked for, since it was made.
     *
     * @return pages of the system's
     */
    public long asked() {
        return asked;
    }
}
