// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

/**
 * What is asked of the system about the pages of mapped files: whether they are in memory, and to read them. Any thread; does
 * not allocate.
 *
 * <p>Where the system has no such calls (it is not Linux), or with {@code -Ddev.simonides.advice=none}, everything is as good as
 * in memory and nothing is asked for.
 */
public final class PageAdvice {
    private static final boolean GIVEN = PosixCalls.advises()
            && !System.getProperty("dev.simonides.advice", "").equals("none");
    private static final int PAGE_BYTES = GIVEN ? PosixCalls.pageBytes() : 4096;

    private PageAdvice() {}

    /**
     * Says whether advice reaches the system.
     *
     * @return false if the other methods do nothing
     */
    public static boolean given() {
        return GIVEN;
    }

    /**
     * Returns the size of the system's pages.
     *
     * @return bytes, a power of two
     */
    public static int pageBytes() {
        return PAGE_BYTES;
    }

    /**
     * Says that a mapping is read here and there: then a page that is missing is read alone, and not with megabytes around it.
     *
     * @param address where it begins, within its first page
     * @param bytes how much is mapped from there on
     */
    public static void random(long address, long bytes) {
        if (GIVEN) {
            long page = address & -PAGE_BYTES;
            PosixCalls.adviseRandom(page, address - page + bytes);
        }
    }

    /**
     * Asks the system to read whole pages, and does not wait until it has.
     *
     * @param address where a page begins
     * @param bytes from there on, all mapped
     */
    public static void willNeed(long address, long bytes) {
        if (GIVEN) {
            PosixCalls.adviseWillNeed(address, bytes);
        }
    }

    /**
     * Counts the pages that would have to be read. A moment later it may be wrong.
     *
     * @param address where a page begins
     * @param bytes from there on, all mapped
     * @param state scratch, native address of a byte a page
     * @return pages, 0 or more; 0 where the system does not say
     */
    public static int missing(long address, long bytes, long state) {
        if (!GIVEN || !PosixCalls.inMemory(address, bytes, state)) {
            return 0;
        }
        int missing = 0;
        long pages = Math.ceilDiv(bytes, (long) PAGE_BYTES);
        for (long page = 0; page < pages; page++) {
            missing += 1 - (OffHeap.everything().get(JAVA_BYTE, state + page) & 1);
        }
        return missing;
    }
}
