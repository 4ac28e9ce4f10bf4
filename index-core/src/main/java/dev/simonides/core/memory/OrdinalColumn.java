// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.memory;

/**
 * A growing column of fixed-size entries, found by ordinal without a lock.
 *
 * <p>Chunk 0 holds 16 entries and chunk c ≥ 1 holds ordinals {@code 16·2^(c−1) .. 16·2^c − 1}, so no entry ever moves (M1), a
 * tenant of ten vectors has no more room than it needs, and 28 chunks reach every ordinal. One writer at a time grows it; any
 * thread reads entries below a count that was published after the growth.
 */
public final class OrdinalColumn {
    private static final int FIRST_CHUNK_SHIFT = 4;
    private static final int CHUNKS_MAX = Integer.SIZE - FIRST_CHUNK_SHIFT;
    private static final long[] NO_MORE = {};

    private final Slabs slabs;
    private final int stride;
    /** Address of chunk 0, which most columns have and no other; 0 before there is one. */
    private long first;
    /**
     * By chunk the address at which ordinal 0 would stand if the chunk began there: one addition finds an entry. Made with
     * chunk 1 and never replaced, so that a reader needs no ordering beyond that of the count; in place of chunk 0 the number
     * of chunks.
     */
    private long[] origins = NO_MORE;

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
        for (int chunk = chunkCount(); count > capacity(chunk); chunk++) {
            long firstOrdinal = capacity(chunk);
            long address = slabs.allocate((capacity(chunk + 1) - firstOrdinal) * stride, 64);
            if (chunk == 0) {
                first = address;
            } else {
                if (chunk == 1) {
                    origins = new long[CHUNKS_MAX];
                }
                origins[chunk] = address - firstOrdinal * stride;
                origins[0] = chunk + 1L;
            }
        }
    }

    private int chunkCount() {
        return origins.length > 0 ? (int) origins[0] : first == 0 ? 0 : 1;
    }

    /**
     * Returns the address of an entry. Any thread.
     *
     * @param ordinal below a published count
     * @return native address of {@code stride} bytes
     */
    public long address(int ordinal) {
        int chunk = chunkOf(ordinal);
        return (chunk == 0 ? first : origins[chunk]) + (long) ordinal * stride;
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
