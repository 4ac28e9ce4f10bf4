// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.search;

/** What tests of other packages look at in a scratch. */
public final class ScratchView {
    private ScratchView() {}

    /** The watermark of the last search. */
    public static long watermark(SearchScratch scratch) {
        return scratch.watermark;
    }
}
