// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Anonymous native memory in large pieces, and native memory as a whole. Any thread.
 *
 * <p>Memory from {@link #map} is committed page by page when it is first touched, so that a large reservation costs
 * nothing until it is used, and it is asked to be huge pages, because random reads over 4 KiB pages pay a TLB miss each.
 */
public final class OffHeap {
    /** Size and alignment of a huge page on x86-64, and on arm64 with 4 KiB pages. */
    public static final long HUGE_PAGE_BYTES = 2L << 20;

    /** Most bytes in one piece: half of what a process can address. */
    public static final long PIECE_BYTES_MAX = 1L << 46;

    // A multiple of every page size in use (4, 16 and 64 KiB), so that the kernel's need not be asked for.
    private static final long PAGE_BYTES = 64L << 10;

    @SuppressWarnings("restricted") // the whole address space as one segment: raw addresses are this module's currency
    private static final MemorySegment EVERYTHING = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private OffHeap() {}

    /**
     * Maps anonymous, private, zeroed memory that lives until the arena closes.
     *
     * <p>Pieces of 2 MiB and more start on a 2 MiB boundary and are advised to be huge pages. Where {@code mmap} cannot
     * be called, the arena allocates the memory itself, committed at once.
     *
     * @param bytes at least 1; rounded up to whole pages, from 2 MiB on to whole huge pages
     * @param arena closes the memory; its thread confinement applies
     * @return a segment of at least {@code bytes} bytes
     * @throws IllegalArgumentException if {@code bytes} is below 1 or above {@link #PIECE_BYTES_MAX}
     * @throws OutOfMemoryError if the system refuses, with the size and errno in its message
     */
    public static MemorySegment map(long bytes, Arena arena) {
        long rounded = rounded(bytes);
        if (!PosixCalls.mapsMemory()) {
            return arena.allocate(rounded, alignment(bytes));
        }
        return ownedBy(arena, mapped(rounded), rounded);
    }

    /** A size in whole pages of the kind that it gets. */
    static long rounded(long bytes) {
        if (bytes < 1 || bytes > PIECE_BYTES_MAX) {
            throw new IllegalArgumentException("bytes: expected=1.." + PIECE_BYTES_MAX + ", actual=" + bytes);
        }
        long alignment = alignment(bytes);
        return (bytes + alignment - 1) & -alignment;
    }

    /** The address of new memory; {@link PosixCalls#unmap} gives it back. */
    static long mapped(long rounded) {
        return rounded >= HUGE_PAGE_BYTES ? mapHuge(rounded) : PosixCalls.map(rounded);
    }

    private static long alignment(long bytes) {
        return bytes >= HUGE_PAGE_BYTES ? HUGE_PAGE_BYTES : PAGE_BYTES;
    }

    // One huge page too many is mapped, and what lies before and after the aligned piece is given back.
    private static long mapHuge(long bytes) {
        long mapped = PosixCalls.map(bytes + HUGE_PAGE_BYTES);
        long start = (mapped + HUGE_PAGE_BYTES - 1) & -HUGE_PAGE_BYTES;
        long before = start - mapped;
        if (before > 0) {
            PosixCalls.unmap(mapped, before);
        }
        if (before < HUGE_PAGE_BYTES) {
            PosixCalls.unmap(start + bytes, HUGE_PAGE_BYTES - before);
        }
        PosixCalls.adviseHugePages(start, bytes);
        return start;
    }

    @SuppressWarnings("restricted") // the arena is to unmap the memory
    private static MemorySegment ownedBy(Arena arena, long address, long bytes) {
        return MemorySegment.ofAddress(address)
                .reinterpret(bytes, arena, memory -> PosixCalls.unmap(memory.address(), memory.byteSize()));
    }

    /**
     * All of native memory as one segment: {@code everything().get(layout, address)} reads at a raw address.
     *
     * <p>Nothing checks the address: reading or writing outside living memory kills the process.
     *
     * @return a segment at address 0 in the global scope
     */
    public static MemorySegment everything() {
        return EVERYTHING;
    }
}
