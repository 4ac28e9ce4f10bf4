// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory in large pieces. */
final class OffHeapTest {
    private static final long HUGE = OffHeap.HUGE_PAGE_BYTES;

    @ParameterizedTest
    @ValueSource(longs = {1, 4096, 65_537, (2 << 20) - 1, 2 << 20, (2 << 20) + 1, 64 << 20})
    void isLargeEnoughAlignedZeroedAndWritable(long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = OffHeap.map(bytes, arena);

            assertTrue(memory.byteSize() >= bytes);
            assertEquals(0, memory.address() % (bytes >= HUGE ? HUGE : 4096));
            assertEquals(0, memory.byteSize() % (bytes >= HUGE ? HUGE : 4096));
            for (long offset = 0; offset < memory.byteSize(); offset += 4096) {
                assertEquals(0, memory.get(JAVA_LONG, offset));
            }
            memory.set(JAVA_BYTE, 0, (byte) 1);
            memory.set(JAVA_BYTE, memory.byteSize() - 1, (byte) 2);
            assertEquals(2, OffHeap.everything().get(JAVA_BYTE, memory.address() + memory.byteSize() - 1));
        }
    }

    @Test
    void isGivenBackWhenTheArenaCloses() throws IOException {
        assumeTrue(PosixCalls.mapsMemory(), "memory is mapped on Linux only");
        long address;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = OffHeap.map(16 * HUGE, arena);
            address = memory.address();
            assertTrue(mappingOf(address).isPresent());
        }

        assertFalse(mappingOf(address).isPresent());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 65_537, (2 << 20) - 1, (2 << 20) + 1})
    void aBlockIsAlignedZeroedAndGivenBackByItsOwner(long bytes) throws IOException {
        OffHeapBlock block = OffHeapBlock.map(bytes);
        try {
            assertTrue(block.bytes() >= bytes);
            assertEquals(0, block.address() % (bytes >= HUGE ? HUGE : 4096));
            assertEquals(0, OffHeap.everything().get(JAVA_BYTE, block.address() + block.bytes() - 1));
            OffHeap.everything().set(JAVA_BYTE, block.address() + block.bytes() - 1, (byte) 1);
        } finally {
            block.close();
            block.close();
        }

        // A small piece's place may be taken at once by another thread's.
        if (bytes >= HUGE && PosixCalls.mapsMemory()) {
            assertFalse(mappingOf(block.address()).isPresent());
        }
    }

    @Test
    void asksForHugePages() throws IOException {
        assumeTrue(PosixCalls.mapsMemory(), "memory is mapped on Linux only");
        assumeTrue(Files.exists(Path.of("/sys/kernel/mm/transparent_hugepage")), "a kernel without huge pages");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = OffHeap.map(4 * HUGE, arena);

            List<String> smaps = Files.readAllLines(Path.of("/proc/self/smaps"));

            int line = smaps.indexOf(mappingOf(memory.address()).orElseThrow());
            String flags = smaps.subList(line, smaps.size()).stream()
                    .filter(text -> text.startsWith("VmFlags:"))
                    .findFirst()
                    .orElseThrow();
            assertTrue(flags.contains(" hg"), flags);
        }
    }

    /** The line of /proc/self/maps whose range, "from-to" in hexadecimal digits, holds the address. */
    private static Optional<String> mappingOf(long address) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .filter(line -> {
                    int dash = line.indexOf('-');
                    long from = Long.parseUnsignedLong(line, 0, dash, 16);
                    long to = Long.parseUnsignedLong(line, dash + 1, line.indexOf(' '), 16);
                    return Long.compareUnsigned(from, address) <= 0 && Long.compareUnsigned(address, to) < 0;
                })
                .findFirst();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, (1L << 46) + 1, Long.MAX_VALUE})
    void refusesSizesThatMakeNoSense(long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            IllegalArgumentException refusal =
                    assertThrows(IllegalArgumentException.class, () -> OffHeap.map(bytes, arena));

            assertTrue(refusal.getMessage().endsWith("actual=" + bytes), refusal.getMessage());
        }
    }

    /** 47 bits of address space do not hold three pieces of 46. */
    @Test
    void saysWhatTheSystemRefused() {
        assumeTrue(PosixCalls.mapsMemory(), "memory is mapped on Linux only");
        try (Arena arena = Arena.ofConfined()) {
            OutOfMemoryError refusal = assertThrows(OutOfMemoryError.class, () -> {
                OffHeap.map(OffHeap.PIECE_BYTES_MAX, arena);
                OffHeap.map(OffHeap.PIECE_BYTES_MAX, arena);
                OffHeap.map(OffHeap.PIECE_BYTES_MAX, arena);
            });

            assertTrue(refusal.getMessage().contains("errno=12"), refusal.getMessage());
        }
    }
}
