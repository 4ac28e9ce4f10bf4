// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.vector;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.simonides.Limits;
import java.lang.invoke.VarHandle;

/**
 * Where things stand in a page of vectors, and what a location word means. In memory only.
 *
 * <pre>
 * 0        4        8              64                      320
 * count    class    zero           ordinal[64] (int32)     code[0] | code[1] | … (pitch bytes each)
 * </pre>
 *
 * <p>Codes begin at the same offset in every class, so a page base and a slot are enough to find a code. The originals of
 * a page stand in a block of their own, by slot: traversal then touches only codes.
 */
public final class VectorPageLayout { // tidy: format, in memory only until pages are sealed into files
    /** Offset of the number of slots in use, int32, release-stored. */
    static final long COUNT_OFFSET = 0;

    /** Offset of the size of the page in bytes, int32. */
    static final long PAGE_BYTES_OFFSET = 4;

    /** Offset of the ordinals by slot, int32[64]. */
    static final long ORDINALS_OFFSET = 64;

    /** Offset of the codes. */
    static final long CODES_OFFSET = ORDINALS_OFFSET + 4L * Limits.PAGE_SLOTS_MAX;

    /** Bits of a location word that hold the slot. */
    static final int SLOT_BITS = 6;

    /** Page sizes, smallest first. */
    private static final int[] CLASS_BYTES = {4 << 10, 16 << 10, 64 << 10};

    /** A tenant begins with this many pages of the smallest class that is of use. */
    private static final int SMALL_PAGES = 4;

    static final VarHandle INT = JAVA_INT.varHandle();
    static final VarHandle LONG = JAVA_LONG.varHandle();

    private VectorPageLayout() {}

    /**
     * Returns the size of a tenant's next page.
     *
     * @param pageNumber 0-based number of the page within its tenant
     * @param codePitch bytes from one code to the next
     * @return 4, 16 or 64 KiB: small at first, then large enough for about 20 codes where a class allows it
     */
    static int pageBytes(int pageNumber, int codePitch) {
        int wanted = pageNumber < SMALL_PAGES ? 2 : 20;
        for (int bytes : CLASS_BYTES) {
            if (slots(bytes, codePitch) >= wanted) {
                return bytes;
            }
        }
        return CLASS_BYTES[CLASS_BYTES.length - 1];
    }

    /**
     * Returns how many codes a page holds.
     *
     * @param pageBytes size of the page
     * @param codePitch bytes from one code to the next
     * @return 0..64
     */
    static int slots(int pageBytes, int codePitch) {
        return (int) Math.min(Limits.PAGE_SLOTS_MAX, (pageBytes - CODES_OFFSET) / codePitch);
    }

    /**
     * Returns what a code costs in a page of the usual class, its share of the page's header and of the unused end included.
     *
     * @param codePitch bytes from one code to the next
     * @return bytes
     */
    public static long bytesPerCode(int codePitch) {
        int bytes = pageBytes(SMALL_PAGES, codePitch);
        return Math.ceilDiv(bytes, slots(bytes, codePitch));
    }

    static int location(int page, int slot) {
        return page << SLOT_BITS | slot;
    }

    static int page(int location) {
        return location >>> SLOT_BITS;
    }

    static int slot(int location) {
        return location & (Limits.PAGE_SLOTS_MAX - 1);
    }
}
