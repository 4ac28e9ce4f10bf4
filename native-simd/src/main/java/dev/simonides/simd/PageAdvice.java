// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

/**
 * What is asked of the system about the pages of mapped files: whether they are in memory, and to read them. Any thread; does
 * not allocate.
 *
 * <p>Where the system has no such calls (it is not Linux), or with {@code -Ddev.simonides.advice=none}, everything is as good as
 * in memory and nothing is asked for. With {@code -Ddev.simonides.advice=random} mappings are said to be read here and there, and
 * nothing is asked for ahead: what asking is worth is measured beside that.
 */
public final class PageAdvice {
    private static final String WANTED = System.getProperty("dev.simonides.advice", "");
    private static final boolean RANDOM = PosixCalls.advises() && !WANTED.equals("none");
    private static final boolean AHEAD = RANDOM && !WANTED.equals("random");
    private static final int PAGE_BYTES = RANDOM ? PosixCalls.pageBytes() : 4096;

    private PageAdvice() {}

    /**
     * Says whether the system is asked for pages ahead of their use.
     *
     * @return false if {@link #willNeed} does nothing, and nothing is said to be missing
     */
    public static boolean ahead() {
        return AHEAD;
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
        if (RANDOM) {
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
        if (AHEAD) {
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
        if (!AHEAD || !PosixCalls.inMemory(address, bytes, state)) {
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
