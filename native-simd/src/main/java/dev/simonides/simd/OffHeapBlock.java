// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

import java.lang.foreign.Arena;
import java.util.Optional;

/**
 * A piece of anonymous native memory that its owner gives back, without asking any other thread. One thread closes it.
 *
 * <p>Closing a shared arena waits for a handshake with every thread of the process, and may throw away their compiled
 * frames; an owner that knows by itself that nobody is left needs neither.
 */
public final class OffHeapBlock implements AutoCloseable {
    private final long address;
    private final long bytes;
    private final Optional<Arena> arena;
    private boolean closed;

    private OffHeapBlock(long address, long bytes, Optional<Arena> arena) {
        this.address = address;
        this.bytes = bytes;
        this.arena = arena;
    }

    /**
     * Maps zeroed memory, as {@link OffHeap#map} does.
     *
     * @param bytes at least 1; rounded up to whole pages, from 2 MiB on to whole huge pages
     * @return the block
     * @throws IllegalArgumentException if {@code bytes} is below 1 or above {@link OffHeap#PIECE_BYTES_MAX}
     * @throws OutOfMemoryError if the system refuses, with the size and errno in its message
     */
    public static OffHeapBlock map(long bytes) {
        long rounded = OffHeap.rounded(bytes);
        if (PosixCalls.mapsMemory()) {
            return new OffHeapBlock(OffHeap.mapped(rounded), rounded, Optional.empty());
        }
        Arena arena = Arena.ofShared();
        return new OffHeapBlock(OffHeap.map(bytes, arena).address(), rounded, Optional.of(arena));
    }

    /**
     * Returns where the memory is.
     *
     * @return native address, on a page boundary, from 2 MiB on at a huge page's
     */
    public long address() {
        return address;
    }

    /**
     * Returns how much there is.
     *
     * @return bytes, whole pages
     */
    public long bytes() {
        return bytes;
    }

    /** Gives the memory back. Closing again does nothing. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (arena.isPresent()) {
            arena.get().close();
        } else {
            PosixCalls.unmap(address, bytes);
        }
    }
}
