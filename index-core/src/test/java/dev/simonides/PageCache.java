// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the system keeps of files in memory. Linux only. */
public final class PageCache {
    private static final int DO_NOT_NEED = 4;

    private PageCache() {}

    /** Has the system forget a file that is mapped here, so that the next access reads; a file system in memory does not. */
    public static void forget(Path file) throws IOException {
        unlinkPages(file.toRealPath().toString());
        try {
            new ProcessBuilder("dd", "if=" + file, "iflag=nocache", "count=0", "status=none")
                    .start()
                    .waitFor();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /** A page that some process has mapped is not forgotten. */
    @SuppressWarnings("restricted") // a downcall to madvise, of which main code has no such use
    private static void unlinkPages(String path) throws IOException {
        Linker linker = Linker.nativeLinker();
        MethodHandle madvise = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("madvise"),
                FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
        for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
            if (line.endsWith(path)) {
                long from = Long.parseUnsignedLong(line, 0, line.indexOf('-'), 16);
                long end = Long.parseUnsignedLong(line, line.indexOf('-') + 1, line.indexOf(' '), 16);
                try {
                    int ignored = (int) madvise.invokeExact(from, end - from, DO_NOT_NEED);
                } catch (Throwable e) {
                    throw new IOException(e);
                }
            }
        }
    }

    /** Pages that this process had to wait for since it began, because they were read from the medium: all its threads. */
    public static long majorFaults() throws IOException {
        String line = Files.readString(Path.of("/proc/self/stat"));
        // Fields are counted behind the name of the program, which may contain anything.
        return Long.parseLong(line.substring(line.lastIndexOf(')') + 2).split(" ", -1)[9]);
    }

    /** Bytes that this process has read from the medium since it began. */
    public static long readBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/io"))) {
            if (line.startsWith("read_bytes: ")) {
                return Long.parseLong(line.substring("read_bytes: ".length()));
            }
        }
        throw new IOException("/proc/self/io does not say what was read");
    }
}
