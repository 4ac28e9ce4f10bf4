// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.memory;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.simd.OffHeap;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;

/** Memory for scratch: every byte is handed out once, zeroed, whoever else allocates. */
class ScratchMemoryTest {
    private static final int THREADS = 4;
    private static final int PIECES = 2_000;

    private static List<MemorySegment> allocate(ScratchMemory memory, int seed) {
        Random random = new Random(seed);
        List<MemorySegment> pieces = new ArrayList<>();
        for (int i = 0; i < PIECES; i++) {
            long alignment = 1L << random.nextInt(13);
            long bytes = random.nextInt(200) == 0 ? random.nextInt(3 << 20) : random.nextInt(3_000);
            MemorySegment piece = memory.allocate(bytes, alignment);
            assertEquals(0, piece.address() % alignment);
            assertEquals(bytes, piece.byteSize());
            if (bytes > 0) {
                assertEquals(0, piece.get(JAVA_BYTE, 0));
                assertEquals(0, piece.get(JAVA_BYTE, bytes - 1));
                piece.set(JAVA_BYTE, 0, (byte) 1);
                piece.set(JAVA_BYTE, bytes - 1, (byte) 1);
                pieces.add(piece);
            }
        }
        return pieces;
    }

    @Test
    void piecesOfManyThreadsAreApartAlignedAndZero() {
        try (ScratchMemory memory = new ScratchMemory()) {
            CyclicBarrier start = new CyclicBarrier(THREADS);
            List<CompletableFuture<List<MemorySegment>>> threads = new ArrayList<>();
            for (int seed = 0; seed < THREADS; seed++) {
                CompletableFuture<List<MemorySegment>> done = new CompletableFuture<>();
                int own = seed;
                Thread.ofPlatform().start(() -> {
                    try {
                        start.await();
                        done.complete(allocate(memory, own));
                    } catch (Throwable e) {
                        done.completeExceptionally(e);
                    }
                });
                threads.add(done);
            }

            List<MemorySegment> pieces = threads.stream()
                    .flatMap(done -> done.join().stream())
                    .sorted((a, b) -> Long.compare(a.address(), b.address()))
                    .toList();

            for (int i = 1; i < pieces.size(); i++) {
                MemorySegment before = pieces.get(i - 1);
                assertTrue(before.address() + before.byteSize() <= pieces.get(i).address(), "two have the same bytes");
            }
        }
    }

    @Test
    void smallPiecesShareABlockAndLargeOnesAreWhole() {
        try (ScratchMemory memory = new ScratchMemory()) {
            long first = memory.allocate(100, 64).address();
            assertEquals(first + 128, memory.allocate(100, 64).address());

            MemorySegment large = memory.allocate(3 << 20, 64);

            OffHeap.everything().set(JAVA_BYTE, large.address() + large.byteSize() - 1, (byte) 1);
        }
    }

    @Test
    void closedMemoryClosesAgain() {
        ScratchMemory memory = new ScratchMemory();
        var _ = memory.allocate(10, 8);
        memory.close();
        memory.close();
    }
}
