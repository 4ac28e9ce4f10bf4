// SPDX-License-Identifier: Apache-2.0
package dev.simonides.disk;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/** System calls of Linux that the JDK has no words for. Any thread. */
final class Kernel {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");

    private static final MethodHandle OPEN = function(
            "open",
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
            CAPTURE,
            Linker.Option.firstVariadicArg(2));
    private static final MethodHandle CLOSE =
            function("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT), CAPTURE);
    private static final MethodHandle IOCTL = function(
            "ioctl",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS),
            CAPTURE,
            Linker.Option.firstVariadicArg(2));
    private static final MethodHandle SYNCFS =
            function("syncfs", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT), CAPTURE);
    private static final MethodHandle SYNC_FILE_RANGE = function(
            "sync_file_range",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT),
            CAPTURE);
    private static final MethodHandle FADVISE = function(
            "posix_fadvise",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT),
            CAPTURE);
    private static final MethodHandle SETRLIMIT = function(
            "setrlimit",
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS),
            CAPTURE);
    private static final MethodHandle GETRLIMIT = function(
            "getrlimit",
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS),
            CAPTURE);

    private static final int O_RDONLY = 0;
    private static final int RLIMIT_NOFILE = 7;
    private static final long FS_IOC_SHUTDOWN = 0x8004587dL;
    private static final int NO_LOG_FLUSH = 2;
    private static final int SYNC_FILE_RANGE_WRITE_AND_WAIT = 7;
    private static final int FADVISE_DONTNEED = 4;

    private Kernel() {}

    /** From this call on nothing reaches the medium, and what had not reached it yet never will. */
    static void cutPower(Path fileSystem) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment how = arena.allocateFrom(ValueLayout.JAVA_INT, NO_LOG_FLUSH);
            onDescriptor(fileSystem, arena, (fd, state) -> (int) IOCTL.invokeExact(state, fd, FS_IOC_SHUTDOWN, how));
        }
    }

    /** Writes everything of a file system to its medium. */
    static void syncFileSystem(Path anywhere) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            onDescriptor(anywhere, arena, (fd, state) -> (int) SYNCFS.invokeExact(state, fd));
        }
    }

    /** Writes some pages of a file to the medium, and nothing of what makes them a file. */
    static void syncRange(Path file, long offset, long bytes) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            onDescriptor(file, arena, (fd, state) ->
                    (int) SYNC_FILE_RANGE.invokeExact(state, fd, offset, bytes, SYNC_FILE_RANGE_WRITE_AND_WAIT));
        }
    }

    /** Drops what the page cache holds of a file and the medium holds too. */
    static void forget(Path file) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            onDescriptor(file, arena, (fd, state) -> (int) FADVISE.invokeExact(state, fd, 0L, 0L, FADVISE_DONTNEED));
        }
    }

    /** Lets this process open no descriptor of this number or above; returns the bound until now. */
    static long limitDescriptors(long bound) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment limits = arena.allocate(ValueLayout.JAVA_LONG, 2);
            MemorySegment state = arena.allocate(CALL_STATE);
            check("getrlimit", (int) GETRLIMIT.invokeExact(state, RLIMIT_NOFILE, limits), state);
            long before = limits.getAtIndex(ValueLayout.JAVA_LONG, 0);
            limits.setAtIndex(ValueLayout.JAVA_LONG, 0, bound);
            check("setrlimit", (int) SETRLIMIT.invokeExact(state, RLIMIT_NOFILE, limits), state);
            return before;
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private interface Call {
        int on(int descriptor, MemorySegment state) throws Throwable;
    }

    private static void onDescriptor(Path path, Arena arena, Call call) throws IOException {
        MemorySegment state = arena.allocate(CALL_STATE);
        try {
            int descriptor = (int) OPEN.invokeExact(state, arena.allocateFrom(path.toString()), O_RDONLY);
            check("open " + path, descriptor, state);
            int result = call.on(descriptor, state);
            int errno = (int) ERRNO.get(state, 0L);
            int closed = (int) CLOSE.invokeExact(state, descriptor);
            if (result < 0 || closed < 0) {
                throw new IOException("system call on " + path + ": errno=" + errno);
            }
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static void check(String what, int result, MemorySegment state) throws IOException {
        if (result < 0) {
            throw new IOException(what + ": errno=" + (int) ERRNO.get(state, 0L));
        }
    }

    @SuppressWarnings("restricted") // the calls are named above, with the types of their manual pages
    private static MethodHandle function(String name, FunctionDescriptor descriptor, Linker.Option... options) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor, options);
    }
}
