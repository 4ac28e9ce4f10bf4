// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.vector;

import static dev.simonides.core.vector.VectorPageLayout.COUNT_OFFSET;
import static dev.simonides.core.vector.VectorPageLayout.INT;
import static dev.simonides.core.vector.VectorPageLayout.LONG;
import static dev.simonides.core.vector.VectorPageLayout.ORDINALS_OFFSET;
import static dev.simonides.core.vector.VectorPageLayout.PAGE_BYTES_OFFSET;
import static dev.simonides.core.vector.VectorPageLayout.RESERVED_OFFSET;

import dev.simonides.core.memory.OrdinalColumn;
import dev.simonides.core.memory.Slabs;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.OffHeap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The vectors of one tenant: pages of codes, their originals beside them, and the two tables that find them.
 *
 * <p>{@code codeAddress(ordinal) = pageBase[location[ordinal].page] + slot · pitch(page)}. Writer thread only for {@link #reserve}
 * and {@link #add}; any thread for the rest, with ordinals below the tenant's published count.
 */
public final class VectorPages {
    private static final MemorySegment MEMORY = OffHeap.everything();
    private static final long PAGE_ALIGNMENT = 64;

    private final Slabs slabs;
    private final VectorCodec codec;
    private final PageGeometry geometry;
    /** Of all pages but the first few; beside the geometry, because a walk needs it at every vector. */
    private final int codePitch;

    private final int originalBytes;

    private final OrdinalColumn locations;
    private final OrdinalColumn pageBases;
    /** Null if no originals are kept. */
    private final @Nullable OrdinalColumn originalBases;

    private int reservedPages;
    private long reservedSlots;
    /** Whether a page was loaded that does not hold its ordinals in order. */
    private volatile boolean loadedArranged;

    private int usedSlots;
    private int activePage = -1;
    private int activeSlots;
    private int activeUsed;
    private volatile int pageCount;

    /**
     * Makes the plane of an empty tenant; allocates nothing yet.
     *
     * @param slabs where pages come from
     * @param geometry of the store's pages
     */
    public VectorPages(Slabs slabs, PageGeometry geometry) {
        this.slabs = slabs;
        this.geometry = geometry;
        this.codec = geometry.codec();
        this.codePitch = codec.codePitch();
        this.originalBytes = codec.originalBytes();
        this.locations = new OrdinalColumn(slabs, Integer.BYTES);
        this.pageBases = new OrdinalColumn(slabs, Long.BYTES);
        this.originalBases = originalBytes > 0 ? new OrdinalColumn(slabs, Long.BYTES) : null;
    }

    /**
     * Makes room for vectors, so that {@link #add} cannot fail. Writer thread only.
     *
     * @param count vectors the plane must be able to hold in all
     */
    public void reserve(int count) {
        locations.ensureCapacity(count);
        while (reservedSlots < count) {
            int pageBytes = geometry.pageBytes(reservedPages);
            ensurePages(reservedPages + 1);
            long page = slabs.allocate(pageBytes, PAGE_ALIGNMENT);
            INT.set(MEMORY, page + PAGE_BYTES_OFFSET, pageBytes);
            long originals =
                    originalBytes > 0 ? slabs.allocate(geometry.originalsBytes(reservedPages), PAGE_ALIGNMENT) : 0;
            place(reservedPages, page, originals);
            reservedPages++;
            reservedSlots = geometry.firstOrdinal(reservedPages);
        }
    }

    private void ensurePages(int pages) {
        pageBases.ensureCapacity(pages);
        if (originalBases != null) {
            originalBases.ensureCapacity(pages);
        }
    }

    private void place(int page, long image, long originals) {
        if (originalBases != null) {
            LONG.set(MEMORY, originalBases.address(page), originals);
        }
        LONG.set(MEMORY, pageBases.address(page), image + geometry.codesOffset(page));
    }

    /**
     * Says that a full page is somewhere else from now on, with equal bytes (P4). Readers that are inside an epoch may go on
     * at the old place until they leave. One thread at a time, beside the writer.
     *
     * @param page its number
     * @param image address of its image
     * @param originals address of its originals; any if none are kept
     */
    public void move(int page, long image, long originals) {
        if (originalBases != null) {
            // ORDER: release; pairs with VectorPages#originalsBase (acquire); else a reader could find originals that
            // were
            // not yet mapped or read.
            LONG.setRelease(MEMORY, originalBases.address(page), originals);
        }
        // ORDER: release; pairs with VectorPages#pageBase (acquire); else a reader could find a page that was not yet
        // mapped or read.
        LONG.setRelease(MEMORY, pageBases.address(page), image + geometry.codesOffset(page));
    }

    /**
     * Gives back the memory of a page that was moved, once nobody reads it there.
     *
     * @param page its number
     * @param image where its image was
     * @param originals where its originals were
     */
    public void giveBack(int page, long image, long originals) {
        slabs.giveBack(image, geometry.pageBytes(page));
        if (originalBytes > 0) {
            slabs.giveBack(originals, geometry.originalsBytes(page));
        }
    }

    /**
     * Makes room in an empty plane for vectors that are read from files: pages in one run, their images still missing. One
     * thread, before anybody else sees the tenant.
     *
     * @param count vectors that will be read
     * @param elsewhere pages at the beginning that get no room: {@link #move} says where they are
     */
    public void beginLoad(int count, int elsewhere) {
        assert reservedPages == 0 : "P1";
        int pages = geometry.pages(count);
        locations.ensureCapacity(count);
        ensurePages(pages);
        long image = elsewhere < pages ? slabs.allocate(geometry.codesBytes(elsewhere, pages), PAGE_ALIGNMENT) : 0;
        long originals = elsewhere < pages && originalBytes > 0
                ? slabs.allocate(geometry.originalsBytes(elsewhere, pages), PAGE_ALIGNMENT)
                : 0;
        for (int page = elsewhere; page < pages; page++) {
            place(page, image, originals);
            image += geometry.pageBytes(page);
            originals += geometry.originalsBytes(page);
        }
        reservedPages = pages;
        reservedSlots = geometry.firstOrdinal(pages);
    }

    /**
     * Takes over a page whose image and originals were read to where {@link #imageAddress} and {@link #originalsBase} say,
     * unless it is not what a writer leaves. One thread a page. Behind the last of them {@link #misplaced} is asked.
     *
     * @param page its number
     * @param used slots that must be in use
     * @param first the first ordinal that it may hold, if it is full: compaction arranges full pages ({@link #arrange})
     * @param end the one behind the last
     * @return what is wrong with its header, or nothing
     */
    public Optional<String> acceptPage(int page, int used, int first, int end) {
        long image = imageAddress(page);
        int count = (int) INT.get(MEMORY, image + COUNT_OFFSET);
        int pageBytes = (int) INT.get(MEMORY, image + PAGE_BYTES_OFFSET);
        if (count != used || pageBytes != geometry.pageBytes(page)) {
            return Optional.of("page " + page + ": count=" + count + ", expected=" + used + "; pageBytes=" + pageBytes
                    + ", expected=" + geometry.pageBytes(page));
        }
        for (long at = RESERVED_OFFSET; at < ORDINALS_OFFSET; at += Long.BYTES) {
            if ((long) LONG.get(MEMORY, image + at) != 0) {
                return Optional.of("page " + page + ": reserved bytes are not zero");
            }
        }
        boolean arrangeable = geometry.format() == PageFormat.PACKED && used == geometry.slots(page);
        int inOrder = (int) geometry.firstOrdinal(page);
        for (int slot = 0; slot < used; slot++, inOrder++) {
            int ordinal = ordinalAt(page, slot);
            if (ordinal != inOrder && !(arrangeable && ordinal >= first && ordinal < end)) {
                return Optional.of(
                        "page " + page + ": slot " + slot + " holds ordinal " + ordinal + ", expected " + inOrder);
            }
            if (ordinal != inOrder) {
                loadedArranged = true;
            }
            INT.set(MEMORY, locations.address(ordinal), VectorPageLayout.location(page, slot));
        }
        int codes = geometry.codesOffset(page);
        for (long at = ORDINALS_OFFSET + (long) used * Integer.BYTES; at < codes; at += Integer.BYTES) {
            if ((int) INT.get(MEMORY, image + at) != 0) {
                return Optional.of("page " + page + ": what is behind the ordinals in use is not zero");
            }
        }
        return Optional.empty();
    }

    /**
     * Looks for an ordinal that is in none of the pages that were accepted.
     *
     * @param first ordinal to look at
     * @param end the one behind the last
     * @return what is wrong, or nothing
     */
    public Optional<String> misplaced(int first, int end) {
        if (!loadedArranged) {
            return Optional.empty();
        }
        for (int ordinal = first; ordinal < end; ordinal++) {
            if (ordinalAt(pageOf(ordinal), slotOf(ordinal)) != ordinal) {
                return Optional.of("no page holds ordinal " + ordinal);
            }
        }
        return Optional.empty();
    }

    /**
     * Ends loading: the next vector goes behind the loaded ones.
     *
     * @param count vectors that were read, as {@link #beginLoad} was told
     */
    public void endLoad(int count) {
        usedSlots = count;
        activePage = reservedPages - 1;
        activeUsed = count - (int) geometry.firstOrdinal(activePage);
        activeSlots = geometry.slots(activePage);
        pageCount = reservedPages;
    }

    /**
     * Copies a vector into the tenant's active page. Writer thread only; {@link #reserve} was called for it.
     *
     * @param ordinal the vector's ordinal, not yet published
     * @param stored code record, then original, as the codec wrote them
     * @param offset where the code record begins in {@code stored}, in bytes
     */
    public void add(int ordinal, MemorySegment stored, long offset) {
        add(ordinal, stored, offset, offset + codec.codeBytes());
    }

    /**
     * Copies a vector that stands in memory, its parts in different places. As {@link #add(int, MemorySegment, long)}.
     *
     * @param ordinal the vector's ordinal, not yet published
     * @param code native address of its code record
     * @param original native address of its original; any if none are kept
     */
    public void add(int ordinal, long code, long original) {
        add(ordinal, MEMORY, code, original);
    }

    private void add(int ordinal, MemorySegment code, long codeOffset, long originalOffset) {
        if (activePage < 0 || activeUsed == activeSlots) {
            activePage++;
            activeUsed = 0;
            activeSlots = geometry.slots(activePage);
            pageCount = activePage + 1;
        }
        int slot = activeUsed++;
        int location = VectorPageLayout.location(activePage, slot);
        MemorySegment.copy(code, codeOffset, MEMORY, codeAt(location), codec.codeBytes());
        if (originalBytes > 0) {
            MemorySegment.copy(code, originalOffset, MEMORY, originalAt(location), originalBytes);
        }
        long page = imageAddress(activePage);
        INT.set(MEMORY, page + ORDINALS_OFFSET + 4L * slot, ordinal);
        INT.set(MEMORY, locations.address(ordinal), location);
        // ORDER: release; pairs with VectorPages#slotsUsed (acquire); else a scan could score a slot before its bytes.
        INT.setRelease(MEMORY, page + COUNT_OFFSET, slot + 1);
        usedSlots++;
    }

    /**
     * Puts the vectors of full pages into other slots of these pages. Before anybody else knows the plane.
     *
     * @param order ordinals by their slots, those of page 0 first: each of those in the pages, once
     */
    public void arrange(int[] order) {
        assert geometry.firstOrdinal(geometry.page(order.length)) == order.length && order.length <= usedSlots : "P5";
        BitSet filled = new BitSet(order.length);
        try (Arena arena = Arena.ofConfined()) {
            long spareCode = arena.allocate(codec.codeBytes(), Long.BYTES).address();
            long spareOriginal =
                    arena.allocate(Math.max(1, originalBytes), Long.BYTES).address();
            for (int start = 0; start < order.length; start = filled.nextClearBit(start)) {
                // Along the cycle: each slot is filled from the next one, and the last from what stood in the first.
                copy(codeAt(inOrder(start)), originalAt(inOrder(start)), spareCode, spareOriginal);
                int slot = start;
                for (; order[slot] != start; slot = order[slot]) {
                    int from = inOrder(order[slot]);
                    copy(codeAt(from), originalAt(from), codeAt(inOrder(slot)), originalAt(inOrder(slot)));
                    hold(inOrder(slot), order[slot]);
                    filled.set(slot);
                }
                copy(spareCode, spareOriginal, codeAt(inOrder(slot)), originalAt(inOrder(slot)));
                hold(inOrder(slot), start);
                filled.set(slot);
            }
        }
    }

    /** Where an ordinal stands that was not arranged, and the slot of that number. */
    private int inOrder(int ordinal) {
        int page = geometry.page(ordinal);
        return VectorPageLayout.location(page, (int) (ordinal - geometry.firstOrdinal(page)));
    }

    private void copy(long code, long original, long toCode, long toOriginal) {
        MemorySegment.copy(MEMORY, code, MEMORY, toCode, codec.codeBytes());
        if (originalBytes > 0) {
            MemorySegment.copy(MEMORY, original, MEMORY, toOriginal, originalBytes);
        }
    }

    private void hold(int location, int ordinal) {
        long page = imageAddress(VectorPageLayout.page(location));
        INT.set(MEMORY, page + ORDINALS_OFFSET + 4L * VectorPageLayout.slot(location), ordinal);
        INT.set(MEMORY, locations.address(ordinal), location);
    }

    /**
     * Returns where a vector's code record stands. Any thread.
     *
     * @param ordinal below the published count
     * @return native address of {@code codec.codeBytes()} bytes
     */
    public long codeAddress(int ordinal) {
        return codeAt(location(ordinal));
    }

    /**
     * Returns where a vector's original stands. Any thread.
     *
     * @param ordinal below the published count
     * @return native address of {@code codec.originalBytes()} bytes; meaningless if the store keeps none
     */
    public long originalAddress(int ordinal) {
        return originalAt(location(ordinal));
    }

    /**
     * Returns the page of a vector, to count distinct pages.
     *
     * @param ordinal below the published count
     * @return 0-based page number within the tenant
     */
    public int pageOf(int ordinal) {
        return VectorPageLayout.page(location(ordinal));
    }

    /**
     * Returns the slot of a vector within its page.
     *
     * @param ordinal below the published count
     * @return 0..63
     */
    public int slotOf(int ordinal) {
        return VectorPageLayout.slot(location(ordinal));
    }

    /**
     * Returns the number of pages that hold vectors. Any thread.
     *
     * @return pages, 0 or more
     */
    public int pageCount() {
        return pageCount;
    }

    /**
     * Returns the number of vectors in a page. Any thread.
     *
     * @param page below {@link #pageCount()}
     * @return slots in use, 0..64
     */
    public int slotsUsed(int page) {
        // ORDER: acquire; pairs with VectorPages#add (release); else the bytes of the last slot could be old.
        return (int) INT.getAcquire(MEMORY, imageAddress(page) + COUNT_OFFSET);
    }

    /**
     * Returns the ordinal in a slot. Any thread.
     *
     * @param page below {@link #pageCount()}
     * @param slot below {@link #slotsUsed}
     * @return the ordinal, perhaps not yet published
     */
    public int ordinalAt(int page, int slot) {
        return (int) INT.get(MEMORY, imageAddress(page) + ORDINALS_OFFSET + 4L * slot);
    }

    /**
     * Returns where the codes of a page begin; they follow each other at {@code geometry().pitch(page)} bytes.
     *
     * @param page below {@link #pageCount()}
     * @return native address
     */
    public long pageBase(int page) {
        // ORDER: acquire; pairs with VectorPages#move (release); else its bytes could be older than its base.
        return (long) LONG.getAcquire(MEMORY, pageBases.address(page));
    }

    /**
     * Returns where the image of a page begins: its header, then the codes.
     *
     * @param page placed
     * @return native address of {@code geometry().pageBytes(page)} bytes
     */
    public long imageAddress(int page) {
        return pageBase(page) - geometry.codesOffset(page);
    }

    /**
     * Returns how large pages are and which ordinals they hold.
     *
     * @return the geometry
     */
    public PageGeometry geometry() {
        return geometry;
    }

    /**
     * Returns where the originals of a page begin; they follow each other without gaps.
     *
     * @param page below {@link #pageCount()}
     * @return native address, 0 if no originals are kept
     */
    public long originalsBase(int page) {
        if (originalBases == null) {
            return 0;
        }
        // ORDER: acquire; pairs with VectorPages#move (release); else its bytes could be older than its base.
        return (long) LONG.getAcquire(MEMORY, originalBases.address(page));
    }

    /**
     * Returns the vectors added so far. Writer thread only.
     *
     * @return vectors, dead ones included
     */
    public int size() {
        return usedSlots;
    }

    private int location(int ordinal) {
        // ORDER: acquire; pairs with the release store of a vector that moves; else a new page could be read too early.
        return (int) INT.getAcquire(MEMORY, locations.address(ordinal));
    }

    private long codeAt(int location) {
        int page = VectorPageLayout.page(location);
        int pitch = page < PageGeometry.SMALL_PAGES ? geometry.pitch(page) : codePitch;
        return pageBase(page) + (long) VectorPageLayout.slot(location) * pitch;
    }

    private long originalAt(int location) {
        return originalsBase(VectorPageLayout.page(location)) + (long) VectorPageLayout.slot(location) * originalBytes;
    }
}
