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
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The vectors of one tenant: pages of codes, their originals beside them, and the two tables that find them.
 *
 * <p>{@code codeAddress(ordinal) = pageBase[location[ordinal].place] + slot · pitch(page)}. Writer thread only for {@link #reserve}
 * and {@link #add}; any thread for the rest, with ordinals below the tenant's published count.
 */
public final class VectorPages {
    private static final MemorySegment MEMORY = OffHeap.everything();
    private static final long PAGE_ALIGNMENT = 64;

    final Slabs slabs;
    private final VectorCodec codec;
    private final PageGeometry geometry;
    /** Of all pages but the first few; beside the geometry, because a walk needs it at every vector. */
    private final int codePitch;

    private final int originalBytes;

    private final OrdinalColumn locations;
    /** By place. */
    private final OrdinalColumn pageBases;
    /** By place; null if no originals are kept. */
    private final @Nullable OrdinalColumn originalBases;

    private volatile PageSides sides = PageSides.FIRST;
    /** Pages below it hold their vectors in an order that was chosen. */
    private int arrangedPages;
    /** Pages from it on may stand otherwise than in the files. Confined to the keeper. */
    private int unfiledFrom = Integer.MAX_VALUE;
    /** Arrangements whose former sides may still be read. */
    private final AtomicInteger sidesLeft = new AtomicInteger();

    private int reservedPages;
    private long reservedSlots;
    /** Whether a page was loaded that does not hold its ordinals in order. */
    private volatile boolean loadedArranged;

    /** Whether a page was ever moved into a file. */
    private volatile boolean mapped;

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
            put(2 * reservedPages, page, originals);
            reservedPages++;
            reservedSlots = geometry.firstOrdinal(reservedPages);
        }
    }

    private void ensurePages(int pages) {
        pageBases.ensureCapacity(2 * pages);
        if (originalBases != null) {
            originalBases.ensureCapacity(2 * pages);
        }
    }

    /** Says where a place is that nobody looks at yet. */
    void put(int place, long image, long originals) {
        if (originalBases != null) {
            LONG.set(MEMORY, originalBases.address(place), originals);
        }
        LONG.set(MEMORY, pageBases.address(place), image + geometry.codesOffset(place >>> 1));
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
        mapped = true;
        int place = place(page);
        if (originalBases != null) {
            // ORDER: release; pairs with VectorPages#originalsBase (acquire); else they could be read before the
            // mapping.
            LONG.setRelease(MEMORY, originalBases.address(place), originals);
        }
        // ORDER: release; pairs with VectorPages#pageBase (acquire); else a reader could find a page that was not yet
        // mapped or read.
        LONG.setRelease(MEMORY, pageBases.address(place), image + geometry.codesOffset(page));
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
            put(2 * page, image, originals);
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
     * @param first the first ordinal that it may hold, if it is full: compaction arranges full pages ({@link VectorArrangement})
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
            int ordinal = ordinalAt(2 * page, slot);
            if (ordinal != inOrder && !(arrangeable && ordinal >= first && ordinal < end)) {
                return Optional.of(
                        "page " + page + ": slot " + slot + " holds ordinal " + ordinal + ", expected " + inOrder);
            }
            if (ordinal != inOrder) {
                loadedArranged = true;
            }
            INT.set(MEMORY, locations.address(ordinal), VectorPageLayout.location(2 * page, slot));
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
            if (holder(ordinal) != ordinal) {
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
        int location = VectorPageLayout.location(2 * activePage, slot);
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

    /** Copies a vector to where nobody looks yet. */
    void copy(long code, long original, long toCode, long toOriginal) {
        MemorySegment.copy(MEMORY, code, MEMORY, toCode, codec.codeBytes());
        if (originalBytes > 0) {
            MemorySegment.copy(MEMORY, original, MEMORY, toOriginal, originalBytes);
        }
    }

    /** Writes into a slot whose vector it holds. */
    void hold(int location, int ordinal) {
        long image = image(VectorPageLayout.place(location));
        INT.set(MEMORY, image + ORDINALS_OFFSET + 4L * VectorPageLayout.slot(location), ordinal);
    }

    /** Says in which slot a vector is from now on. */
    void find(int ordinal, int location) {
        // ORDER: release; pairs with VectorPages#location (acquire); else a slot could be read before its bytes.
        INT.setRelease(MEMORY, locations.address(ordinal), location);
    }

    /** Says on which sides the pages stand from now on, and which of them were arranged just now. */
    void turn(PageSides newSides, int firstPage, int endPage) {
        arrangedPages = endPage;
        unfiledFrom = Math.min(unfiledFrom, firstPage);
        // ORDER: volatile; pairs with VectorPages#sides; else a scan could find a side before its bytes.
        sides = newSides;
    }

    /** Says that readers may be at sides that were left just now. */
    void leaveSides() {
        sidesLeft.incrementAndGet();
    }

    /** Says that no reader is at the sides that one arrangement left. */
    void freeSides() {
        sidesLeft.decrementAndGet();
    }

    /**
     * Says whether no reader is at the side of a page that it does not stand on. The keeper's thread only, which alone
     * arranges.
     *
     * @return true if pages may be arranged again
     */
    public boolean otherSidesFree() {
        return sidesLeft.get() == 0;
    }

    /**
     * Returns from which page on vectors may stand otherwise than in the files: the next checkpoint writes them again. The
     * keeper's thread only.
     *
     * @return the first such page, {@code Integer.MAX_VALUE} if there is none
     */
    public int unfiledFrom() {
        return unfiledFrom;
    }

    /** Says that files hold every page as it stands now. The keeper's thread only. */
    public void filed() {
        unfiledFrom = Integer.MAX_VALUE;
    }

    /**
     * Returns which pages were never arranged: every page before it was, or must hold its vectors in order.
     *
     * @return the first such page, though it may not be full or not be there
     */
    public int arrangedPages() {
        return Math.max(PageGeometry.SMALL_PAGES, arrangedPages);
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
        return VectorPageLayout.place(location(ordinal)) >>> 1;
    }

    /**
     * Returns the ordinal that the slot of a vector says it holds.
     *
     * @param ordinal below the published count
     * @return the same ordinal, or the page is damaged
     */
    public int holder(int ordinal) {
        int location = location(ordinal);
        return ordinalAt(VectorPageLayout.place(location), VectorPageLayout.slot(location));
    }

    /**
     * Says whether a full page holds the vectors that are found in it. The keeper's thread only, which alone arranges.
     *
     * @param page below {@link #pageCount()}
     * @return false if the page is damaged
     */
    public boolean sound(int page) {
        int place = place(page);
        long ordinals = geometry.firstOrdinal(pageCount);
        for (int slot = 0; slot < geometry.slots(page); slot++) {
            int ordinal = ordinalAt(place, slot);
            if (ordinal < 0 || ordinal >= ordinals || location(ordinal) != VectorPageLayout.location(place, slot)) {
                return false;
            }
        }
        return true;
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
     * Returns where the pages stand, for a scan: read once, behind {@link #pageCount()}. Any thread.
     *
     * @return the sides
     */
    public PageSides sides() {
        return sides;
    }

    /**
     * Returns where a page stands now.
     *
     * @param page below {@link #pageCount()}
     * @return its place
     */
    public int place(int page) {
        return sides.place(page);
    }

    /**
     * Returns the number of vectors in a page. Any thread.
     *
     * @param place of a page below {@link #pageCount()}
     * @return slots in use, 0..64
     */
    public int slotsUsed(int place) {
        // ORDER: acquire; pairs with VectorPages#add (release); else the bytes of the last slot could be old.
        return (int) INT.getAcquire(MEMORY, image(place) + COUNT_OFFSET);
    }

    /**
     * Returns the ordinal in a slot. Any thread.
     *
     * @param place of a page below {@link #pageCount()}
     * @param slot below {@link #slotsUsed}
     * @return the ordinal, perhaps not yet published
     */
    public int ordinalAt(int place, int slot) {
        return (int) INT.get(MEMORY, image(place) + ORDINALS_OFFSET + 4L * slot);
    }

    /**
     * Returns where the codes of a page begin; they follow each other at {@code geometry().pitch(page)} bytes.
     *
     * @param place of a page below {@link #pageCount()}
     * @return native address
     */
    public long pageBase(int place) {
        // ORDER: acquire; pairs with VectorPages#move (release); else its bytes could be older than its base.
        return (long) LONG.getAcquire(MEMORY, pageBases.address(place));
    }

    long image(int place) {
        return pageBase(place) - geometry.codesOffset(place >>> 1);
    }

    /**
     * Returns where the image of a page begins: its header, then the codes.
     *
     * @param page placed
     * @return native address of {@code geometry().pageBytes(page)} bytes
     */
    public long imageAddress(int page) {
        return image(place(page));
    }

    /**
     * Says whether a page may be in a mapped file. Any thread.
     *
     * @return false if all pages are in memory
     */
    public boolean mapped() {
        return mapped;
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
     * @param place of a page below {@link #pageCount()}
     * @return native address, 0 if no originals are kept
     */
    public long originalsBase(int place) {
        if (originalBases == null) {
            return 0;
        }
        // ORDER: acquire; pairs with VectorPages#move (release); else its bytes could be older than its base.
        return (long) LONG.getAcquire(MEMORY, originalBases.address(place));
    }

    /**
     * Returns the vectors added so far. Writer thread only.
     *
     * @return vectors, dead ones included
     */
    public int size() {
        return usedSlots;
    }

    int location(int ordinal) {
        // ORDER: acquire; pairs with VectorPages#find (release); else a slot could be read before its bytes.
        return (int) INT.getAcquire(MEMORY, locations.address(ordinal));
    }

    long codeAt(int location) {
        int place = VectorPageLayout.place(location);
        int pitch = place < 2 * PageGeometry.SMALL_PAGES ? geometry.pitch(place >>> 1) : codePitch;
        return pageBase(place) + (long) VectorPageLayout.slot(location) * pitch;
    }

    long originalAt(int location) {
        return originalsBase(VectorPageLayout.place(location)) + (long) VectorPageLayout.slot(location) * originalBytes;
    }
}
