// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.simonides.simd.OffHeap;
import dev.simonides.wal.SealedFileWriter;
import java.lang.foreign.MemorySegment;

/** Gathers small pieces of a section into large writes; large pieces pass. Confined to the thread that checkpoints. */
final class SectionOutput {
    private static final MemorySegment MEMORY = OffHeap.everything();

    private final SealedFileWriter file;
    private final MemorySegment buffer;
    private long gathered;

    /**
     * Makes an output.
     *
     * @param file where to
     * @param buffer borrowed, native, at least a few KiB
     */
    SectionOutput(SealedFileWriter file, MemorySegment buffer) {
        this.file = file;
        this.buffer = buffer;
    }

    /** Where in the data the next byte goes. */
    long position() {
        return file.position() + gathered;
    }

    void putInt(int value) {
        room(Integer.BYTES);
        buffer.set(JAVA_INT_UNALIGNED, gathered, value);
        gathered += Integer.BYTES;
    }

    void putLong(long value) {
        room(Long.BYTES);
        buffer.set(JAVA_LONG_UNALIGNED, gathered, value);
        gathered += Long.BYTES;
    }

    /** Appends bytes of native memory. */
    void copy(long address, long bytes) {
        if (bytes > buffer.byteSize() / 2) {
            flush();
            file.write(MEMORY, address, bytes);
            return;
        }
        room(bytes);
        MemorySegment.copy(MEMORY, address, buffer, gathered, bytes);
        gathered += bytes;
    }

    void zeros(long bytes) {
        for (long rest = bytes; rest > 0; ) {
            long part = Math.min(rest, buffer.byteSize());
            room(part);
            buffer.asSlice(gathered, part).fill((byte) 0);
            gathered += part;
            rest -= part;
        }
    }

    /** Appends zeros up to the next multiple of a power of two. */
    void align(int alignment) {
        zeros(-position() & (alignment - 1));
    }

    void flush() {
        file.write(buffer, 0, gathered);
        gathered = 0;
    }

    private void room(long bytes) {
        if (gathered + bytes > buffer.byteSize()) {
            flush();
        }
    }
}
