// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.vector;

import dev.simonides.Limits;
import dev.simonides.quantization.VectorCodec;

/**
 * How large the pages of a tenant are, which ordinals they hold and where: a function of the shape of a vector and of the
 * format of the store's pages alone. Immutable.
 *
 * <p>Ordinals fill pages in order. The first pages of a tenant are of the smallest class that is of use, and codes stand close
 * together in them, so that a tenant of ten vectors is small; the later ones are large enough for about 20 codes where a class
 * allows it, and codes begin on cache lines.
 */
public final class PageGeometry {
    /** Page sizes, smallest first. */
    private static final int[] CLASS_BYTES = {4 << 10, 16 << 10, 64 << 10};

    /** A tenant begins with this many pages of the smallest class that is of use. */
    public static final int SMALL_PAGES = 4;

    private static final int SMALL_SLOTS_MIN = 2;
    private static final int SLOTS_WANTED = 20;

    /** In a small page codes stand at multiples of this, which keeps their factors aligned. */
    private static final int SMALL_PITCH = 8;

    /** The codes of a page begin at a multiple of this. */
    private static final int CODES_ALIGNMENT = 64;

    /** A block of originals ends at a multiple of this. */
    private static final int ORIGINALS_ALIGNMENT = 64;

    private final VectorCodec codec;
    private final PageFormat format;
    private final Shape small;
    private final Shape large;

    /**
     * A page of one class.
     *
     * @param pageBytes its size
     * @param pitch bytes from one code to the next
     * @param slots codes that fit
     * @param codesOffset where the first one stands
     */
    private record Shape(int pageBytes, int pitch, int slots, int codesOffset) {
        static Shape of(int slotsWanted, int pitch, PageFormat format) {
            for (int bytes : CLASS_BYTES) {
                Shape shape = ofClass(bytes, pitch, format);
                if (shape.slots >= slotsWanted || bytes == CLASS_BYTES[CLASS_BYTES.length - 1]) {
                    return shape;
                }
            }
            throw new IllegalStateException("no page class");
        }

        private static Shape ofClass(int pageBytes, int pitch, PageFormat format) {
            int slots = Limits.PAGE_SLOTS_MAX;
            while (codesOffset(slots, format) + slots * pitch > pageBytes) {
                slots--;
            }
            return new Shape(pageBytes, pitch, slots, codesOffset(slots, format));
        }

        private static int codesOffset(int slots, PageFormat format) {
            int ordinals = format == PageFormat.PACKED ? slots : Limits.PAGE_SLOTS_MAX;
            return alignUp((int) VectorPageLayout.ORDINALS_OFFSET + ordinals * Integer.BYTES, CODES_ALIGNMENT);
        }
    }

    private PageGeometry(VectorCodec codec, PageFormat format) {
        this.codec = codec;
        this.format = format;
        int pitch = format == PageFormat.PACKED ? alignUp(codec.codeBytes(), SMALL_PITCH) : codec.codePitch();
        this.small = Shape.of(SMALL_SLOTS_MIN, pitch, format);
        this.large = Shape.of(SLOTS_WANTED, codec.codePitch(), format);
    }

    /**
     * Returns the geometry of the pages of a store that is made now.
     *
     * @param codec shape of a stored vector
     * @return the geometry
     */
    public static PageGeometry of(VectorCodec codec) {
        return of(codec, PageFormat.PACKED);
    }

    /**
     * Returns the geometry of a store's pages.
     *
     * @param codec shape of a stored vector
     * @param format of the store's pages
     * @return the geometry
     */
    public static PageGeometry of(VectorCodec codec, PageFormat format) {
        return new PageGeometry(codec, format);
    }

    private static int alignUp(int bytes, int alignment) {
        return (bytes + alignment - 1) & -alignment;
    }

    private Shape shape(int page) {
        return page < SMALL_PAGES ? small : large;
    }

    /**
     * Returns what the pages hold.
     *
     * @return shape of a stored vector
     */
    public VectorCodec codec() {
        return codec;
    }

    /**
     * Returns how codes stand in the pages.
     *
     * @return the format
     */
    public PageFormat format() {
        return format;
    }

    /**
     * Returns the size of a page.
     *
     * @param page 0-based number within its tenant
     * @return 4, 16 or 64 KiB
     */
    public int pageBytes(int page) {
        return shape(page).pageBytes;
    }

    /**
     * Returns how far the codes of a page are apart.
     *
     * @param page 0-based number within its tenant
     * @return bytes, at least {@code codec().codeBytes()}
     */
    public int pitch(int page) {
        return shape(page).pitch;
    }

    /**
     * Returns where the codes of a page begin.
     *
     * @param page 0-based number within its tenant
     * @return bytes behind the beginning of its image, a multiple of 64
     */
    public int codesOffset(int page) {
        return shape(page).codesOffset;
    }

    /**
     * Returns how many vectors a page holds when it is full.
     *
     * @param page 0-based number within its tenant
     * @return 1..64
     */
    public int slots(int page) {
        return shape(page).slots;
    }

    /**
     * Returns the ordinal in the first slot of a page.
     *
     * @param page 0-based number within its tenant
     * @return 0 or more
     */
    public long firstOrdinal(int page) {
        return page < SMALL_PAGES
                ? (long) page * small.slots
                : (long) SMALL_PAGES * small.slots + (long) (page - SMALL_PAGES) * large.slots;
    }

    /**
     * Returns the page of an ordinal.
     *
     * @param ordinal 0 or more
     * @return 0-based number within its tenant
     */
    public int page(int ordinal) {
        int smallOrdinals = SMALL_PAGES * small.slots;
        return ordinal < smallOrdinals ? ordinal / small.slots : SMALL_PAGES + (ordinal - smallOrdinals) / large.slots;
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
        return run(first, end, small.pageBytes, large.pageBytes);
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
        return run(first, end, originalsOf(small.slots), originalsOf(large.slots));
    }

    /**
     * Returns the size of the largest part of a page: its image, or its originals. A small page may hold more codes than a large
     * one, because they stand closer together in it.
     *
     * @return bytes
     */
    public long largestPartBytes() {
        return Math.max(Math.max(small.pageBytes, large.pageBytes), originalsOf(Math.max(small.slots, large.slots)));
    }

    private long originalsOf(int slots) {
        return ((long) slots * codec.originalBytes() + ORIGINALS_ALIGNMENT - 1) & -ORIGINALS_ALIGNMENT;
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
        return Math.ceilDiv(large.pageBytes, large.slots);
    }

    /**
     * Returns what the budget is charged with for a full page in memory.
     *
     * @param page its number
     * @return bytes
     */
    public long chargedBytes(int page) {
        return slots(page) * (bytesPerCode() + codec.originalBytes());
    }
}
