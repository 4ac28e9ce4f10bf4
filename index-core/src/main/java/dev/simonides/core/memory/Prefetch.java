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
 * <p>To ask for 62 places that are in memory takes 43 us, half as long as a search of them. So while nothing is missing only one
 * place in {@value #BYTES_PASSED_OVER} bytes is looked at, which takes 1.1 us. If it is missing, its batch is asked for and the
 * {@value #BATCHES} behind it, of each of which one place is looked at too, and again as many when that is missing. (AMD EPYC
 * 25/1/1, Linux 6.18, 2026-11-27, the least of 15,000.)
 */
public final class Prefetch {
    private static final MemorySegment MEMORY = OffHeap.everything();

    /** More than a walk by INT8 codes has: each begins where everybody's do, and finds the first of them in memory. */
    static final int BATCHES = 64;

    /** To score as many bytes takes a hundred times as long as a look. */
    static final int BYTES_PASSED_OVER = 512 << 10;

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
        this.state = memory.allocate(Long.BYTES, Long.BYTES).address();
    }

    /**
     * Asks for a batch, if it seems to be worth it.
     *
     * @param addresses native address of int64[count], the places that will be read
     * @param count 1..{@link Limits#GATHER_MAX}
     * @param bytes that will be read at each place
     */
    public void ask(long addresses, int count, int bytes) {
        if (!PageAdvice.ahead()) {
            return;
        }
        if (batchesLeft == 0) {
            passedOver += count * bytes;
            if (passedOver < BYTES_PASSED_OVER) {
                return;
            }
            passedOver = 0;
        }
        long last = MEMORY.get(JAVA_LONG, addresses + 8L * (count - 1));
        if (PageAdvice.missing(last & pageMask, 1, state) > 0) {
            batchesLeft = BATCHES;
        } else if (batchesLeft == 0) {
            return;
        } else {
            batchesLeft--;
        }
        for (int i = 0; i < count; i++) {
            places[i] = MEMORY.get(JAVA_LONG, addresses + 8L * i);
        }
        Arrays.sort(places, 0, count);
        askForPlaces(count, bytes);
    }

    /** Asks for the sorted places, for those in the same page or in adjacent ones together. */
    private void askForPlaces(int count, int bytes) {
        long from = places[0] & pageMask;
        long end = pageEnd(places[0] + bytes);
        for (int i = 1; i < count; i++) {
            if (places[i] >= end + PageAdvice.pageBytes()) {
                askForRun(from, end);
                from = places[i] & pageMask;
            }
            end = pageEnd(places[i] + bytes);
        }
        askForRun(from, end);
    }

    private void askForRun(long from, long end) {
        PageAdvice.willNeed(from, end - from);
        asked += (end - from) / PageAdvice.pageBytes();
    }

    private long pageEnd(long address) {
        return (address - 1 & pageMask) + PageAdvice.pageBytes();
    }

    /**
     * Returns how many pages were asked for since it was made, whether they were missing or not.
     *
     * @return pages of the system's
     */
    public long asked() {
        return asked;
    }
}
