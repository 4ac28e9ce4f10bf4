// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import dev.simonides.simd.OffHeap;
import dev.simonides.wal.SealedFile;
import dev.simonides.wal.SealedFileLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Reads ranges of a file in ascending order, so that a block that many small ranges share is read and checked once. Whole
 * blocks go straight to where they are wanted. Confined to one thread, which closes it.
 */
final class BlockReader implements AutoCloseable {
    private static final MemorySegment MEMORY = OffHeap.everything();
    private static final long BLOCK_BYTES = SealedFileLayout.BLOCK_BYTES;

    private final SealedFile file;
    private final Arena arena = Arena.ofConfined();
    private MemorySegment block = MemorySegment.NULL;
    private long blockStart = -1;

    /**
     * Makes a reader.
     *
     * @param file an open file
     */
    BlockReader(SealedFile file) {
        this.file = file;
    }

    /**
     * Reads bytes, checked.
     *
     * @param offset in the data
     * @param bytes how many, within the data
     * @param address where to
     */
    void read(long offset, long bytes, long address) {
        long at = offset;
        long end = offset + bytes;
        while (at < end) {
            long start = at - at % BLOCK_BYTES;
            boolean toTheEnd = end == file.dataBytes();
            long whole = toTheEnd ? end - at : (end - at) - (end - at) % BLOCK_BYTES;
            if (at == start && whole > 0) {
                file.read(MEMORY, address + (at - offset), at, whole);
                at += whole;
            } else {
                fill(start);
                long part = Math.min(end, start + BLOCK_BYTES) - at;
                MemorySegment.copy(block, at - start, MEMORY, address + (at - offset), part);
                at += part;
            }
        }
    }

    /**
     * Reads and checks the blocks of a range, for what is used where it lies.
     *
     * @param offset in the data
     * @param bytes how many, within the data
     */
    void verify(long offset, long bytes) {
        for (long start = offset - offset % BLOCK_BYTES; start < offset + bytes; start += BLOCK_BYTES) {
            fill(start);
        }
    }

    private void fill(long start) {
        if (start != blockStart) {
            if (block.byteSize() == 0) {
                block = arena.allocate(Math.min(BLOCK_BYTES, file.dataBytes()), SealedFileLayout.ALIGNMENT);
            }
            blockStart = -1;
            file.read(block, 0, start, Math.min(BLOCK_BYTES, file.dataBytes() - start));
            blockStart = start;
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
