// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.vector;

import dev.simonides.Limits;
import dev.simonides.quantization.VectorCodec;

/**
 * How large the pages of a tenant are, and which ordinals they hold: a function of the shape of a vector alone. Immutable.
 *
 * <p>Ordinals fill pages in order. The first pages of a tenant are of the smallest class that is of use, so that a tenant of
 * ten vectors is small; the later ones are large enough for about 20 codes where a class allows it.
 */
public final class PageGeometry {
    /** Page sizes, smallest first. */
    private static final int[] CLASS_BYTES = {4 << 10, 16 << 10, 64 << 10};

    /** A tenant begins with this many pages of the smallest class that is of use. */
    private static final int SMALL_PAGES = 4;

    private static final int SMALL_SLOTS_MIN = 2;
    private static final int SLOTS_WANTED = 20;

    /** A block of originals ends at a multiple of this. */
    private static final int ORIGINALS_ALIGNMENT = 64;

    private final int originalBytes;
    private final int smallPageBytes;
    private final int smallSlots;
    private final int largePageBytes;
    private final int largeSlots;

    private PageGeometry(int codePitch, int originalBytes) {
        this.originalBytes = originalBytes;
        this.smallPageBytes = pageBytesFor(SMALL_SLOTS_MIN, codePitch);
        this.smallSlots = slotsOf(smallPageBytes, codePitch);
        this.largePageBytes = pageBytesFor(SLOTS_WANTED, codePitch);
        this.largeSlots = slotsOf(largePageBytes, codePitch);
    }

    /**
     * Returns the geometry of a store's pages.
     *
     * @param codec shape of a stored vector
     * @return the geometry
     */
    public static PageGeometry of(VectorCodec codec) {
        return new PageGeometry(codec.codePitch(), codec.originalBytes());
    }

    private static int pageBytesFor(int slotsWanted, int codePitch) {
        for (int bytes : CLASS_BYTES) {
            if (slotsOf(bytes, codePitch) >= slotsWanted) {
                return bytes;
            }
        }
        return CLASS_BYTES[CLASS_BYTES.length - 1];
    }

    private static int slotsOf(int pageBytes, int codePitch) {
        return (int) Math.min(Limits.PAGE_SLOTS_MAX, (pageBytes - VectorPageLayout.CODES_OFFSET) / codePitch);
    }

    /**
     * Returns the size of a page.
     *
     * @param page 0-based number within its tenant
     * @return 4, 16 or 64 KiB
     */
    public int pageBytes(int page) {
        return page < SMALL_PAGES ? smallPageBytes : largePageBytes;
    }

    /**
     * Returns how many vectors a page holds when it is full.
     *
     * @param page 0-based number within its tenant
     * @return 1..64
     */
    public int slots(int page) {
        return page < SMALL_PAGES ? smallSlots : largeSlots;
    }

    /**
     * Returns the ordinal in the first slot of a page.
     *
     * @param page 0-based number within its tenant
     * @return 0 or more
     */
    public long firstOrdinal(int page) {
        return page < SMALL_PAGES
                ? (long) page * smallSlots
                : (long) SMALL_PAGES * smallSlots + (long) (page - SMALL_PAGES) * largeSlots;
    }

    /**
     * Returns the page of an ordinal.
     *
     * @param ordinal 0 or more
     * @return 0-based number within its tenant
     */
    public int page(int ordinal) {
        int smallOrdinals = SMALL_PAGES * smallSlots;
        return ordinal < smallOrdinals ? ordinal / smallSlots : SMALL_PAGES + (ordinal - smallOrdinals) / largeSlots;
    }

    /**
     * Returns how many pages a tenant needs.
     *
     * @param count its ordinals
     * @return 0 or more
     */
    public int pages(int count) {
        return count == 0 ? 0 : page(count - 1) + 1;
    }

    /**
     * Returns the bytes of a run of pages.
     *
     * @param first the first of them
     * @param end the first behind them, at least {@code first}
     * @return the sum of their sizes
     */
    public long codesBytes(int first, int end) {
        return run(first, end, smallPageBytes, largePageBytes);
    }

    /**
     * Returns the bytes of the originals of a page, rounded up to 64.
     *
     * @param page 0-based number within its tenant
     * @return 0 if no originals are kept
     */
    public long originalsBytes(int page) {
        return originalsOf(slots(page));
    }

    /**
     * Returns the bytes of the originals of a run of pages.
     *
     * @param first the first of them
     * @param end the first behind them, at least {@code first}
     * @return the sum of their sizes
     */
    public long originalsBytes(int first, int end) {
        return run(first, end, originalsOf(smallSlots), originalsOf(largeSlots));
    }

    private long originalsOf(int slots) {
        return ((long) slots * originalBytes + ORIGINALS_ALIGNMENT - 1) & -ORIGINALS_ALIGNMENT;
    }

    private static long run(int first, int end, long smallBytes, long largeBytes) {
        int small = Math.min(SMALL_PAGES, end) - Math.min(SMALL_PAGES, first);
        return small * smallBytes + (end - first - small) * largeBytes;
    }

    /**
     * Returns what a code costs in a page of the usual class, its share of the page's header and of the unused end included.
     *
     * @return bytes
     */
    public long bytesPerCode() {
        return Math.ceilDiv(largePageBytes, largeSlots);
    }
}
