// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.vector;

import static dev.simonides.core.vector.VectorPageLayout.COUNT_OFFSET;
import static dev.simonides.core.vector.VectorPageLayout.INT;
import static dev.simonides.core.vector.VectorPageLayout.PAGE_BYTES_OFFSET;

import dev.simonides.core.memory.Slabs;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.OffHeap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.function.LongPredicate;

/** Puts the vectors of full pages into other slots of these pages: ordinals and bytes stay. One thread at a time. */
public final class VectorArrangement {
    private static final MemorySegment MEMORY = OffHeap.everything();
    private static final long CACHE_LINE_BYTES = 64;

    private final VectorPages pages;
    private final PageGeometry geometry;

    /**
     * Arranges the vectors of a tenant.
     *
     * @param pages where they are
     */
    public VectorArrangement(VectorPages pages) {
        this.pages = pages;
        this.geometry = pages.geometry();
    }

    /**
     * Arranges the first pages where they are. Before anybody else knows them.
     *
     * @param order ordinals by their slots, those of page 0 first: each of those in the pages, once
     */
    public void inPlace(int... order) {
        int endPage = geometry.page(order.length);
        assert geometry.firstOrdinal(endPage) == order.length && order.length <= pages.size() : "P5";
        VectorCodec codec = geometry.codec();
        BitSet filled = new BitSet(order.length);
        try (Arena arena = Arena.ofConfined()) {
            long spareCode = arena.allocate(codec.codeBytes(), Long.BYTES).address();
            long spareOriginal = arena.allocate(Math.max(1, codec.originalBytes()), Long.BYTES)
                    .address();
            for (int start = 0; start < order.length; start = filled.nextClearBit(start)) {
                // Along the cycle: each slot is filled from the next one, and the last from what stood in the first.
                int first = slot(start);
                pages.copy(pages.codeAt(first), pages.originalAt(first), spareCode, spareOriginal);
                int at = start;
                for (; order[at] != start; at = order[at]) {
                    copy(slot(order[at]), slot(at));
                    hold(slot(at), order[at]);
                    filled.set(at);
                }
                int last = slot(at);
                pages.copy(spareCode, spareOriginal, pages.codeAt(last), pages.originalAt(last));
                hold(last, start);
                filled.set(at);
            }
        }
        pages.turn(pages.sides(), 0, endPage);
    }

    /** The slot that would hold an ordinal if nobody were arranged. */
    private int slot(int ordinal) {
        int page = geometry.page(ordinal);
        return VectorPageLayout.location(2 * page, (int) (ordinal - geometry.firstOrdinal(page)));
    }

    private void copy(int from, int to) {
        pages.copy(pages.codeAt(from), pages.originalAt(from), pages.codeAt(to), pages.originalAt(to));
    }

    private void hold(int location, int ordinal) {
        pages.hold(location, ordinal);
        pages.find(ordinal, location);
    }

    /**
     * Arranges pages on their other sides, beside the writer and readers: these find every vector on either side until the
     * last has left that may have found it where it was (P5).
     *
     * @param firstPage {@link VectorPages#arrangedPages} or behind it, or {@link VectorPages#otherSidesFree}
     * @param mapped says of an address whether it lies in a mapped file: such memory is not the pages' to give back
     * @param order ordinals by their slots, those of the first page first: each of those in the pages, once
     * @return gives the memory of the former sides back; to be run when no reader is inside that may have found them
     * @throws OutOfMemoryError if the system has no memory for the other sides; nothing has changed then
     */
    public Runnable beside(int firstPage, LongPredicate mapped, int... order) {
        int endPage = geometry.page((int) geometry.firstOrdinal(firstPage) + order.length);
        assert firstPage >= pages.arrangedPages() || pages.otherSidesFree() : "P5";
        assert endPage <= pages.pageCount() : "P5";
        PageSides former = pages.sides();
        PageSides turned = former.turned(firstPage, endPage);
        BitSet given = new BitSet(endPage);
        for (int page = firstPage; page < endPage; page++) {
            given.set(page, !mapped.test(pages.imageAddress(page)));
        }
        reserve(turned, firstPage, endPage);
        int[] places = new int[order.length];
        int filled = 0;
        for (int page = firstPage; page < endPage; page++) {
            for (int slot = 0; slot < geometry.slots(page); slot++, filled++) {
                int to = VectorPageLayout.location(turned.place(page), slot);
                copy(pages.location(order[filled]), to);
                pages.hold(to, order[filled]);
                places[filled] = to;
            }
        }
        for (int i = 0; i < order.length; i++) {
            pages.find(order[i], places[i]);
        }
        pages.turn(turned, firstPage, endPage);
        pages.leaveSides();
        return () -> {
            given.stream().forEach(page -> {
                int place = former.place(page);
                pages.giveBack(page, pages.image(place), pages.originalsBase(place));
            });
            pages.freeSides();
        };
    }

    private void reserve(PageSides sides, int firstPage, int endPage) {
        Slabs slabs = pages.slabs;
        long bytes = geometry.codesBytes(firstPage, endPage);
        long originalsBytes = geometry.originalsBytes(firstPage, endPage);
        long image = slabs.allocate(bytes, CACHE_LINE_BYTES);
        long originals = 0;
        if (originalsBytes > 0) {
            try {
                originals = slabs.allocate(originalsBytes, CACHE_LINE_BYTES);
            } catch (OutOfMemoryError e) {
                slabs.giveBack(image, bytes);
                throw e;
            }
        }
        for (int page = firstPage; page < endPage; page++) {
            INT.set(MEMORY, image + COUNT_OFFSET, geometry.slots(page));
            INT.set(MEMORY, image + PAGE_BYTES_OFFSET, geometry.pageBytes(page));
            pages.put(sides.place(page), image, originals);
            image += geometry.pageBytes(page);
            originals += geometry.originalsBytes(page);
        }
    }
}
