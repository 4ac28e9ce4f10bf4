// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.vector;

import java.util.Arrays;

/**
 * On which of its two sides each page of a tenant stands. Immutable: who scans by one finds every vector once, whatever is
 * rearranged meanwhile (P5).
 *
 * <p>A side of a page is a place, by whose number its address is found and which a location names: {@code 2 · page} for the
 * first side, where a page is written, and {@code 2 · page + 1} for the second, where its vectors may be put in another order,
 * and from where they may go back to the first in yet another one.
 */
public final class PageSides {
    /** Every page as it was written. */
    static final PageSides FIRST = new PageSides(new long[0]);

    /** By page a bit: whether it stands on its second side. Pages behind the end stand on the first. */
    private final long[] second;

    private PageSides(long[] second) {
        this.second = second;
    }

    /**
     * Returns where a page stands.
     *
     * @param page 0-based number within the tenant
     * @return its place
     */
    public int place(int page) {
        int word = page >>> 6;
        return 2 * page + (word < second.length ? (int) (second[word] >>> page) & 1 : 0);
    }

    /** The same, but for some pages that stand on their other side. */
    PageSides turned(int first, int end) {
        long[] bits = Arrays.copyOf(second, Math.max(second.length, (end + 63) >>> 6));
        for (int page = first; page < end; page++) {
            bits[page >>> 6] ^= 1L << page;
        }
        return new PageSides(bits);
    }
}
