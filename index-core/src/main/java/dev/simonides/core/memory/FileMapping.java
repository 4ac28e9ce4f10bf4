// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.memory;

import dev.simonides.simd.PageAdvice;
import dev.simonides.wal.SealedFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The data of a sealed file, mapped for reading: it costs address space, and of the machine's memory what the system thinks
 * well spent. Any thread reads while it is open; whoever closes it knows that nobody does any more.
 *
 * <p>It is read here and there, so a fault reads its page alone, and who reads more asks for it first ({@link Prefetch}). By the
 * system's own rules a fault reads as far as the disk is set to read ahead, which under a memory limit throws out what is needed:
 * docs/BENCHMARKS.md, "Larger than memory".
 *
 * <p>A mapping is read by what bears a fault: never a checksum (M3).
 */
public final class FileMapping implements AutoCloseable {
    private final Arena arena;
    private final MemorySegment data;

    private FileMapping(Arena arena, MemorySegment data) {
        this.arena = arena;
        this.data = data;
    }

    /**
     * Maps the data of a file, none of it checked.
     *
     * @param file open, of the size that was expected; may be closed before the mapping
     * @return the mapping
     * @throws dev.simonides.wal.BudgetExceededException if the system has no room for it
     */
    public static FileMapping of(SealedFile file) {
        Arena arena = Arena.ofShared();
        boolean done = false;
        try {
            FileMapping mapping = new FileMapping(arena, file.map(arena));
            if (mapping.data.isMapped()) {
                PageAdvice.random(mapping.address(), mapping.bytes());
            }
            done = true;
            return mapping;
        } finally {
            if (!done) {
                arena.close();
            }
        }
    }

    /**
     * Returns where the data begins.
     *
     * @return native address
     */
    public long address() {
        return data.address();
    }

    /**
     * Returns how much is mapped.
     *
     * @return bytes
     */
    public long bytes() {
        return data.byteSize();
    }

    /**
     * Says whether an address is in the mapping.
     *
     * @param address any
     * @return true if it is
     */
    public boolean holds(long address) {
        return address >= data.address() && address - data.address() < data.byteSize();
    }

    /** Unmaps. Closing again does nothing. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
