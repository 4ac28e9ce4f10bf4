// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.vector;

/** How codes stand in the pages of a store, which has one of these for good: docs/FORMAT.md, "Page of vectors". */
public enum PageFormat {
    /** At multiples of 64 bytes in every page, behind a header with room for 64 ordinals. Stores from before PACKED. */
    ROUNDED,
    /** Behind the ordinals of as many slots as there are; in small pages at multiples of 8. */
    PACKED
}
