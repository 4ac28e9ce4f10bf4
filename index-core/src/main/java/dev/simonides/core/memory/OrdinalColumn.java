// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * A growing column of fixed-size entries, found by ordinal without a lock.
 *
 * <p>Chunk 0 holds 16 entries and chunk c ≥ 1 holds ordinals {@code 16·2^(c−1) .. 16·2^c − 1}, so no entry ever moves (M1), a
 * tenant of ten vectors has no more room than it needs, and 28 chunks reach every ordinal. One writer at a time grows it; any
 * thread reads entries below a count that was published after the growth.
 */
public final class OrdinalColumn {
    private static final int FIRST_CHUNK_SHIFT = 4;
    private static final long[] NO_CHUNKS = {};
    private static final VarHandle ORIGINS;

    static {
        try {
            ORIGINS = MethodHandles.lookup().findVarHandle(OrdinalColumn.class, "origins", long[].class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Slabs slabs;
    private final int stride;
    /**
     * Of each chunk the address at which ordinal 0 would stand if the chunk began there: one addition finds an entry. Grown by
     * copying, because most columns never have more than one chunk.
     */
    private long[] origins = NO_CHUNKS;

    /**
     * Makes a column without entries.
     *
     * @param slabs where chunks come from
     * @param stride bytes of an entry; a multiple of 64 keeps entries on cache lines
     */
    public OrdinalColumn(Slabs slabs, long stride) {
        this.slabs = slabs;
        this.stride = Math.toIntExact(stride);
    }

    /**
     * Makes room. One thread at a time.
     *
     * @param count entries that must have an address, 0 or more
     */
    public void ensureCapacity(int count) {
        long[] known = origins;
        if (count <= capacity(known.length)) {
            return;
        }
        int chunks = known.length;
        while (count > capacity(chunks)) {
            chunks++;
        }
        long[] grown = Arrays.copyOf(known, chunks);
        for (int chunk = known.length; chunk < chunks; chunk++) {
            long first = capacity(chunk);
            grown[chunk] = slabs.allocate((capacity(chunk + 1) - first) * stride, 64) - first * stride;
        }
        // ORDER: release; pairs with OrdinalColumn#address (acquire); else a reader of an old entry could find the new
        // array
        // without what was copied into it.
        ORIGINS.setRelease(this, grown);
    }

    /**
     * Returns the address of an entry. Any thread.
     *
     * @param ordinal below a published count
     * @return native address of {@code stride} bytes
     */
    public long address(int ordinal) {
        // ORDER: acquire; pairs with OrdinalColumn#ensureCapacity (release).
        long[] chunks = (long[]) ORIGINS.getAcquire(this);
        return chunks[chunkOf(ordinal)] + (long) ordinal * stride;
    }

    /**
     * Returns how many entries stand one behind the other in memory.
     *
     * @param ordinal the first, below the capacity
     * @return at least 1, this one included
     */
    public int contiguous(int ordinal) {
        return (int) (capacity(chunkOf(ordinal) + 1) - ordinal);
    }

    private static int chunkOf(int ordinal) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(ordinal >>> FIRST_CHUNK_SHIFT);
    }

    /** Entries of so many chunks. */
    private static long capacity(int chunks) {
        return chunks == 0 ? 0 : 1L << (FIRST_CHUNK_SHIFT + chunks - 1);
    }
}
