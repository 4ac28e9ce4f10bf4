// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Optional;

/**
 * Anonymous native memory in large pieces, and native memory as a whole. Any thread.
 *
 * <p>Memory from {@link #map} is committed page by page when it is first touched, so that a large reservation costs
 * nothing until it is used, and it is asked to be huge pages, because random reads over 4 KiB pages pay a TLB miss each.
 */
public final class OffHeap {
    /** Size and alignment of a huge page on x86-64 and on most arm64 kernels. */
    public static final long HUGE_PAGE_BYTES = 2L << 20;

    // Wide enough for every page size in use (4, 16 and 64 KiB), so that the kernel's need not be asked for.
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
     * @param bytes at least 1; rounded up to whole pages, for huge pieces to whole huge pages
     * @param arena closes the memory; its thread confinement applies
     * @return a segment of at least {@code bytes} bytes
     * @throws IllegalArgumentException if {@code bytes} is below 1 or above 2^46
     * @throws OutOfMemoryError if the system refuses, with the size and errno in its message
     */
    public static MemorySegment map(long bytes, Arena arena) {
        if (bytes < 1 || bytes > 1L << 46) {
            throw new IllegalArgumentException("bytes: expected=1..2^46, actual=" + bytes);
        }
        boolean huge = bytes >= HUGE_PAGE_BYTES;
        long alignment = huge ? HUGE_PAGE_BYTES : PAGE_BYTES;
        long rounded = (bytes + alignment - 1) & -alignment;
        if (PosixMemory.CALLS.isEmpty()) {
            return arena.allocate(rounded, alignment);
        }
        return PosixMemory.CALLS.get().map(rounded, huge, arena);
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

    /** The three calls of the C library, with the numbers Linux gives to their constants. */
    @SuppressWarnings("restricted") // downcalls to mmap, munmap and madvise
    private record PosixMemory(MethodHandle mmap, MethodHandle munmap, MethodHandle madvise) {
        private static final int READ_WRITE = 0x1 | 0x2;
        private static final int PRIVATE_ANONYMOUS_NORESERVE = 0x02 | 0x20 | 0x4000;
        private static final int ADVICE_HUGE_PAGE = 14;
        private static final long FAILED = -1;
        private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
        private static final VarHandle ERRNO = CALL_STATE.varHandle(PathElement.groupElement("errno"));

        static final Optional<PosixMemory> CALLS = find();

        private static Optional<PosixMemory> find() {
            if (!System.getProperty("os.name", "").equals("Linux")) {
                return Optional.empty();
            }
            Linker linker = Linker.nativeLinker();
            Linker.Option errno = Linker.Option.captureCallState("errno");
            FunctionDescriptor mmap =
                    FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
            FunctionDescriptor munmap = FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG);
            FunctionDescriptor madvise = FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
            return symbol("mmap")
                    .flatMap(map -> symbol("munmap")
                            .flatMap(unmap -> symbol("madvise")
                                    .map(advise -> new PosixMemory(
                                            linker.downcallHandle(map, mmap, errno),
                                            linker.downcallHandle(unmap, munmap),
                                            linker.downcallHandle(advise, madvise)))));
        }

        private static Optional<MemorySegment> symbol(String name) {
            return Linker.nativeLinker().defaultLookup().find(name);
        }

        MemorySegment map(long bytes, boolean huge, Arena arena) {
            // One huge page too many is asked for, and what lies before and after the aligned piece is given back.
            long asked = huge ? bytes + HUGE_PAGE_BYTES : bytes;
            long mapped = mmap(asked);
            long start = huge ? (mapped + HUGE_PAGE_BYTES - 1) & -HUGE_PAGE_BYTES : mapped;
            unmap(mapped, start - mapped);
            unmap(start + bytes, mapped + asked - (start + bytes));
            if (huge) {
                adviseHugePages(start, bytes);
            }
            return MemorySegment.ofAddress(start)
                    .reinterpret(bytes, arena, memory -> unmap(memory.address(), memory.byteSize()));
        }

        private long mmap(long bytes) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment state = arena.allocate(CALL_STATE);
                long address =
                        (long) mmap.invokeExact(state, 0L, bytes, READ_WRITE, PRIVATE_ANONYMOUS_NORESERVE, -1, 0L);
                if (address == FAILED) {
                    throw new OutOfMemoryError(
                            "mmap of " + bytes + " bytes failed: errno=" + (int) ERRNO.get(state, 0L));
                }
                return address;
            } catch (Error | RuntimeException failure) {
                throw failure;
            } catch (Throwable impossible) {
                throw new AssertionError("mmap throws nothing", impossible);
            }
        }

        private void unmap(long address, long bytes) {
            if (bytes == 0) {
                return;
            }
            try {
                int result = (int) munmap.invokeExact(address, bytes);
                assert result == 0 : "munmap of a piece that was mapped";
            } catch (Error | RuntimeException failure) {
                throw failure;
            } catch (Throwable impossible) {
                throw new AssertionError("munmap throws nothing", impossible);
            }
        }

        private void adviseHugePages(long address, long bytes) {
            try {
                // A kernel without huge pages says no; the memory is as good, only slower. Nothing to report.
                int ignored = (int) madvise.invokeExact(address, bytes, ADVICE_HUGE_PAGE);
            } catch (Error | RuntimeException failure) {
                throw failure;
            } catch (Throwable impossible) {
                throw new AssertionError("madvise throws nothing", impossible);
            }
        }
    }
}
