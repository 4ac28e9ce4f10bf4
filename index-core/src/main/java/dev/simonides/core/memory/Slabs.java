// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.memory;

import dev.simonides.simd.OffHeap;
import dev.simonides.simd.OffHeapBlock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Hands out zeroed blocks of anonymous memory that live as long as the store. Any thread; cold, under a lock.
 *
 * <p>Small blocks are cut from shared slabs, so that a tenant of ten vectors costs a few kilobytes; large ones are mapped
 * on their own. Pages are committed by the kernel when first touched, so a block that is asked for early and filled late
 * costs nothing meanwhile. Slabs begin small, so that a store of sixty vectors is opened in microseconds, and double; from
 * 2 MiB on they are asked to be huge pages.
 */
public final class Slabs implements AutoCloseable {
    /** Blocks from this size on are mapped alone: one huge page. */
    private static final long OWN_MAPPING_BYTES = 2 << 20;

    private static final long FIRST_SLAB_BYTES = 64 << 10;
    private static final long LARGEST_SLAB_BYTES = 64 << 20;

    /** Blocks that come back are for blocks of the same size, and aligned like the cache lines they begin on. */
    private static final long RETURNED_ALIGNMENT = 64;

    private final List<OffHeapBlock> blocks = new ArrayList<>();
    private final Map<Long, ArrayDeque<Long>> returned = new HashMap<>();
    private long slabBytes = FIRST_SLAB_BYTES;
    private long next;
    private long end;
    private long usedBytes;

    /**
     * Returns a block of zeroes.
     *
     * @param bytes size, more than 0
     * @param alignment power of two, at most 4096
     * @return native address, aligned, valid until {@link #close()}
     */
    public synchronized long allocate(long bytes, long alignment) {
        long again = alignment <= RETURNED_ALIGNMENT ? takeReturned(bytes) : 0;
        if (again != 0) {
            usedBytes += bytes;
            return again;
        }
        long start = alignUp(next, alignment);
        if (start + bytes > end) {
            if (bytes >= OWN_MAPPING_BYTES) {
                OffHeapBlock own = map(bytes);
                usedBytes += own.bytes();
                return own.address();
            }
            beginSlab(bytes);
            start = next;
        }
        usedBytes += start + bytes - next;
        next = start + bytes;
        return start;
    }

    private long takeReturned(long bytes) {
        ArrayDeque<Long> same = returned.get(bytes);
        return same == null || same.isEmpty() ? 0 : same.remove();
    }

    /**
     * Takes a block back, to be handed out again. It is zeroed at once: the next tenant must not find what the last one had.
     *
     * @param address from {@link #allocate}, on a multiple of 64; nobody reads it any more
     * @param bytes its size
     */
    public void giveBack(long address, long bytes) {
        assert address % RETURNED_ALIGNMENT == 0 : "M2";
        OffHeap.everything().asSlice(address, bytes).fill((byte) 0);
        keep(address, bytes);
    }

    private synchronized void keep(long address, long bytes) {
        returned.computeIfAbsent(bytes, size -> new ArrayDeque<>()).add(address);
        usedBytes -= bytes;
    }

    /**
     * Returns what is handed out, what alignment takes included.
     *
     * @return bytes, 0 or more
     */
    public synchronized long usedBytes() {
        return usedBytes;
    }

    /**
     * Makes sure that the next blocks of 8-byte alignment, together no larger than this, are there already.
     *
     * @param bytes sum of the blocks, each rounded up to 8
     */
    public synchronized void ensureRoom(long bytes) {
        if (alignUp(next, Long.BYTES) + bytes > end) {
            beginSlab(bytes);
        }
    }

    private void beginSlab(long bytesMin) {
        long bytes = Math.max(slabBytes, bytesMin);
        OffHeapBlock slab = map(bytes);
        next = slab.address();
        end = next + slab.bytes();
        slabBytes = Math.min(2 * slabBytes, LARGEST_SLAB_BYTES);
    }

    private OffHeapBlock map(long bytes) {
        OffHeapBlock block = OffHeapBlock.map(bytes);
        blocks.add(block);
        return block;
    }

    /** Unmaps everything. The store closes it after its last reader, writer and indexer has left. */
    @Override
    public synchronized void close() {
        blocks.forEach(OffHeapBlock::close);
        blocks.clear();
        returned.clear();
        next = 0;
        end = 0;
        usedBytes = 0;
    }

    private static long alignUp(long address, long alignment) {
        return (address + alignment - 1) & -alignment;
    }
}
