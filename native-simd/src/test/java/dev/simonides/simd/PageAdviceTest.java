// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Advice about a file of which nothing is in memory. */
final class PageAdviceTest {
    private static final int PAGES = 64;
    private static final long PAGE = PageAdvice.pageBytes();
    private static final long PATIENCE_NANOS = 20_000_000_000L;

    @TempDir
    private Path directory;

    private final Arena arena = Arena.ofShared();
    private final long state = arena.allocate(PAGES).address();

    @BeforeEach
    void systemHasTheCalls() {
        assumeTrue(PosixCalls.advises(), "only Linux is advised");
    }

    @AfterEach
    void unmap() {
        arena.close();
    }

    /** A file of {@link #PAGES} pages, mapped, whose pages the system was told to forget. */
    private MemorySegment forgotten() throws IOException, InterruptedException {
        Path file = directory.resolve("file");
        MemorySegment mapped;
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate((int) (PAGES * PAGE)));
            channel.force(true);
            mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, PAGES * PAGE, arena);
        }
        new ProcessBuilder("dd", "if=" + file, "iflag=nocache", "count=0", "status=none")
                .start()
                .waitFor();
        assumeTrue(
                PageAdvice.missing(mapped.address(), PAGES * PAGE, state) == PAGES,
                "this file system keeps everything in memory");
        return mapped;
    }

    @Test
    void pagesThatAreAskedForAreReadAndNoOthers() throws Exception {
        long from = forgotten().address() + 8 * PAGE;

        PageAdvice.willNeed(from, 5 * PAGE);

        long end = System.nanoTime() + PATIENCE_NANOS;
        while (PageAdvice.missing(from, 5 * PAGE, state) > 0) {
            assertTrue(System.nanoTime() < end, "never read");
            LockSupport.parkNanos(100_000);
        }
        assertEquals(8, PageAdvice.missing(from - 8 * PAGE, 8 * PAGE, state));
        assertEquals(PAGES - 13, PageAdvice.missing(from + 5 * PAGE, (PAGES - 13) * PAGE, state));
    }

    @Test
    void ofWhatIsReadHereAndThereAFaultReadsOnePage() throws Exception {
        MemorySegment mapped = forgotten();
        PageAdvice.random(mapped.address() + 3, mapped.byteSize() - 3);

        assertEquals(0, mapped.get(JAVA_BYTE, 20 * PAGE));

        assertEquals(PAGES - 1, PageAdvice.missing(mapped.address(), PAGES * PAGE, state));
    }

    /** Nothing is mapped at address 0, and nothing is said about it. */
    @Test
    void adviceThatIsRefusedDoesNoHarm() {
        PageAdvice.random(0, PAGE);
        PageAdvice.willNeed(0, PAGE);

        assertEquals(0, PageAdvice.missing(0, PAGE, state));
    }

    @Test
    void aCallThatIsNotThereRefuses() throws Throwable {
        MethodType type = MethodType.methodType(int.class, long.class, long.class, int.class);

        MethodHandle refusing = PosixCalls.orRefusing(Optional.empty(), type);

        assertEquals(-1, (int) refusing.invokeExact(0L, 4096L, 3));
    }

    @Test
    void pagesAreThoseOfTheSystem() throws IOException {
        List<String> smaps = Files.readAllLines(Path.of("/proc/self/smaps"));

        assertTrue(
                smaps.stream().anyMatch(line -> line.matches("KernelPageSize: +" + PAGE / 1024 + " kB")),
                "page of " + PAGE);
    }
}
