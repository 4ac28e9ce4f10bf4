// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.memory;

/**
 * A growing column of fixed-size entries, found by ordinal without a lock.
 *
 * <p>Chunk 0 holds 64 entries and chunk c ≥ 1 holds ordinals {@code 64·2^(c−1) .. 64·2^c − 1}, so no entry ever moves
 * (M1) and 26 chunks reach every ordinal. One writer at a time grows it; any thread reads entries below a count that was
 * published after the growth.
 */
public final class OrdinalColumn {
    private static final int FIRST_CHUNK_SHIFT = 6;
    private static final int CHUNKS_MAX = Integer.SIZE - FIRST_CHUNK_SHIFT;

    private final Slabs slabs;
    private final long stride;
    /** Address at which ordinal 0 would stand if the chunk began there: one addition finds an entry. */
    private final long[] origins = new long[CHUNKS_MAX];

    private int chunkCount;

    /**
     * Makes a column without entries.
     *
     * @param slabs where chunks come from
     * @param stride bytes of an entry; a multiple of 64 keeps entries on cache lines
     */
    public OrdinalColumn(Slabs slabs, long stride) {
        this.slabs = slabs;
        this.stride = stride;
    }

    /**
     * Makes room. One thread at a time.
     *
     * @param count entries that must have an address, 0 or more
     */
    public void ensureCapacity(int count) {
        while (count > capacity()) {
            long firstOrdinal = capacity();
            long entries = chunkCount == 0 ? 1L << FIRST_CHUNK_SHIFT : firstOrdinal;
            long chunk = slabs.allocate(entries * stride, 64);
            origins[chunkCount] = chunk - firstOrdinal * stride;
            chunkCount++;
        }
    }

    /**
     * Returns the address of an entry. Any thread.
     *
     * @param ordinal below a published count
     * @return native address of {@code stride} bytes
     */
    public long address(int ordinal) {
        return origins[Integer.SIZE - Integer.numberOfLeadingZeros(ordinal >>> FIRST_CHUNK_SHIFT)] + ordinal * stride;
    }

    /**
     * Returns how many entries stand one behind the other in memory.
     *
     * @param ordinal the first, below the capacity
     * @return at least 1, this one included
     */
    public int contiguous(int ordinal) {
        int chunk = Integer.SIZE - Integer.numberOfLeadingZeros(ordinal >>> FIRST_CHUNK_SHIFT);
        return (int) ((1L << (FIRST_CHUNK_SHIFT + chunk)) - ordinal);
    }

    private long capacity() {
        return chunkCount == 0 ? 0 : 1L << (FIRST_CHUNK_SHIFT + chunkCount - 1);
    }
}
