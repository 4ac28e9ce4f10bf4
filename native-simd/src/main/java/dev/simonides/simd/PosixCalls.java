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
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.util.Optional;
import java.util.OptionalInt;

/** The operating system's calls that the JDK does not offer. Immutable; any thread. */
@SuppressWarnings("restricted") // downcalls to mmap, munmap, madvise, mincore, getpagesize and geteuid
final class PosixCalls {
    // The numbers that Linux gives to the constants on every processor Java runs on.
    private static final int READ_WRITE = 0x1 | 0x2;
    private static final int PRIVATE_ANONYMOUS_NORESERVE = 0x02 | 0x20 | 0x4000;
    private static final int ADVICE_RANDOM = 1;
    private static final int ADVICE_WILL_NEED = 3;
    private static final int ADVICE_HUGE_PAGE = 14;
    private static final long MAP_FAILED = -1;

    private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = CALL_STATE.varHandle(PathElement.groupElement("errno"));
    private static final boolean LINUX = System.getProperty("os.name", "").equals("Linux");

    private static final Optional<MethodHandle> MMAP = find(
            "mmap",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG),
            Linker.Option.captureCallState("errno"));
    private static final Optional<MethodHandle> MUNMAP =
            find("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final Optional<MethodHandle> MADVISE =
            find("madvise", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final Optional<MethodHandle> MINCORE =
            find("mincore", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG));
    private static final Optional<MethodHandle> GETPAGESIZE = find("getpagesize", FunctionDescriptor.of(JAVA_INT));

    // Searches call these two: a constant that is the handle itself, or one that refuses where there is no such call.
    private static final MethodHandle MADVISE_OR_REFUSE =
            orRefusing(MADVISE, MethodType.methodType(int.class, long.class, long.class, int.class));
    private static final MethodHandle MINCORE_OR_REFUSE =
            orRefusing(MINCORE, MethodType.methodType(int.class, long.class, long.class, long.class));

    private static final Optional<MethodHandle> GETEUID = find("geteuid", FunctionDescriptor.of(JAVA_INT));

    private PosixCalls() {}

    private static Optional<MethodHandle> find(String name, FunctionDescriptor descriptor, Linker.Option... options) {
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup().find(name).map(function -> linker.downcallHandle(function, descriptor, options));
    }

    /** The handle of a call, or one that does nothing and returns −1, as a call does that is refused. */
    static MethodHandle orRefusing(Optional<MethodHandle> call, MethodType type) {
        return call.orElseGet(
                () -> MethodHandles.dropArguments(MethodHandles.constant(int.class, -1), 0, type.parameterList()));
    }

    /** Whether memory can be mapped. */
    static boolean mapsMemory() {
        return LINUX && MMAP.isPresent() && MUNMAP.isPresent() && MADVISE.isPresent();
    }

    /**
     * Maps zeroed, private memory that is committed when it is touched.
     *
     * @return its address
     * @throws OutOfMemoryError if the system refuses
     */
    static long map(long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(CALL_STATE);
            long address = (long)
                    MMAP.orElseThrow().invokeExact(state, 0L, bytes, READ_WRITE, PRIVATE_ANONYMOUS_NORESERVE, -1, 0L);
            if (address == MAP_FAILED) {
                throw new OutOfMemoryError("mmap of " + bytes + " bytes failed: errno=" + (int) ERRNO.get(state, 0L));
            }
            return address;
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    /** Gives whole pages back. */
    static void unmap(long address, long bytes) {
        try {
            int result = (int) MUNMAP.orElseThrow().invokeExact(address, bytes);
            if (result != 0) {
                throw new AssertionError("munmap of memory that was mapped: address=" + address + ", bytes=" + bytes);
            }
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    /** Asks for huge pages. A kernel without them says no, and the memory is as good, only slower. */
    static void adviseHugePages(long address, long bytes) {
        advise(address, bytes, ADVICE_HUGE_PAGE);
    }

    /** Whether the system can be asked what is in memory, and for more. */
    static boolean advises() {
        return LINUX && MADVISE.isPresent() && MINCORE.isPresent() && GETPAGESIZE.isPresent();
    }

    /** Bytes of a page of the system's. */
    static int pageBytes() {
        try {
            return (int) GETPAGESIZE.orElseThrow().invokeExact();
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    /** Says that what is mapped is read here and there. The answer does not matter: advice may be ignored anyway. */
    static void adviseRandom(long address, long bytes) {
        advise(address, bytes, ADVICE_RANDOM);
    }

    /** Asks for whole pages of what is mapped, and does not wait for them. */
    static void adviseWillNeed(long address, long bytes) {
        advise(address, bytes, ADVICE_WILL_NEED);
    }

    private static void advise(long address, long bytes, int advice) {
        try {
            int ignored = (int) MADVISE_OR_REFUSE.invokeExact(address, bytes, advice);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    /**
     * Says which pages are in memory.
     *
     * @param state out, a byte a page, of which the lowest bit counts
     * @return false if the system does not say
     */
    static boolean inMemory(long address, long bytes, long state) {
        try {
            return (int) MINCORE_OR_REFUSE.invokeExact(address, bytes, state) == 0;
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    /** The user this process acts as, or empty where there is no such thing. */
    static OptionalInt effectiveUser() {
        if (GETEUID.isEmpty()) {
            return OptionalInt.empty();
        }
        try {
            return OptionalInt.of((int) GETEUID.get().invokeExact());
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    /** C functions throw nothing: what arrives here came from the virtual machine, or from this class. */
    private static RuntimeException unexpected(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        throw new AssertionError("a system call failed", failure);
    }
}
