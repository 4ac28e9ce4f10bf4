// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.memory;

import dev.simonides.simd.OffHeap;
import dev.simonides.simd.OffHeapBlock;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Hands out zeroed memory for the scratch of searches and linkers that lives as long as the store. Any thread; takes no lock,
 * for it is a search that makes its scratch: whatever becomes of the others that allocate, it goes on.
 *
 * <p>What is small is cut from a block that all share, by compare-and-set of where the rest of it begins. Whoever finds too
 * little left maps the next block; of several that do so at once one puts its block there, and the others give theirs back.
 */
public final class ScratchMemory implements SegmentAllocator, AutoCloseable {
    /** A few scratches of usual dimension. */
    private static final long BLOCK_BYTES = 64 << 10;

    private static final long NONE = 0;

    private final AtomicReference<@Nullable Block> last = new AtomicReference<>();

    /** Makes an allocator that has no memory yet. */
    public ScratchMemory() {}

    /**
     * Allocates zeroed memory, which nothing guards after {@link #close()}.
     *
     * @param bytes size, 0 or more
     * @param alignment power of two, at most 4096
     * @return the memory
     * @throws OutOfMemoryError if the system refuses
     */
    @Override
    public MemorySegment allocate(long bytes, long alignment) {
        while (true) {
            Block present = last.get();
            long address = present == null ? NONE : present.take(Math.max(1, bytes), alignment);
            if (address != NONE) {
                return OffHeap.everything().asSlice(address, bytes);
            }
            OffHeapBlock mapped = OffHeapBlock.map(Math.max(BLOCK_BYTES, bytes));
            if (!last.compareAndSet(present, new Block(mapped, present))) {
                mapped.close();
            }
        }
    }

    /** Unmaps everything. The store closes it after its last reader and linker has left. */
    @Override
    public void close() {
        for (Block block = last.getAndSet(null); block != null; block = block.before) {
            block.mapped.close();
        }
    }

    /** Memory of which the first part is handed out. */
    private static final class Block {
        final OffHeapBlock mapped;
        final @Nullable Block before;
        private final AtomicLong next;

        Block(OffHeapBlock mapped, @Nullable Block before) {
            this.mapped = mapped;
            this.before = before;
            this.next = new AtomicLong(mapped.address());
        }

        /** The address of so many bytes, or {@link #NONE} if there are not as many left. */
        long take(long bytes, long alignment) {
            long end = mapped.address() + mapped.bytes();
            while (true) {
                long from = next.get();
                long start = (from + alignment - 1) & -alignment;
                if (start + bytes > end) {
                    return NONE;
                }
                if (next.compareAndSet(from, start + bytes)) {
                    return start;
                }
            }
        }
    }
}
