// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.search;

/** What tests of other packages look at in a scratch. */
public final class ScratchView {
    private ScratchView() {}

    /** How many scratches a pool has made. */
    public static int made(ScratchPool pool) {
        return pool.made();
    }

    /** The watermark of the last search. */
    public static long watermark(SearchScratch scratch) {
        return scratch.watermark;
    }
}
