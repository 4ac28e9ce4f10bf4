// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.core.epoch.Epochs;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ScratchPoolTest {
    private static final VectorCodec CODEC = VectorCodec.of(8, Similarity.COSINE, OriginalFormat.F16, Kernels.best());
    private static final int SIZE = 4;

    private final Arena arena = Arena.ofShared();
    private final Epochs epochs = new Epochs(SIZE);
    private final AtomicInteger made = new AtomicInteger();
    private final ScratchPool pool = new ScratchPool(SIZE, epochs, slot -> {
        made.incrementAndGet();
        return new SearchScratch(slot, Kernels.best(), CODEC, arena);
    });

    @AfterEach
    void close() {
        pool.close();
        epochs.close();
        arena.close();
    }

    @Test
    void reusesTheScratchOfAThread() {
        SearchScratch first = pool.claim();
        pool.release(first);

        SearchScratch again = pool.claim();

        assertSame(first, again);
        pool.release(again);
    }

    @Test
    void makesASecondOneOnlyWhileTheFirstIsInUse() {
        SearchScratch first = pool.claim();
        SearchScratch second = pool.claim();

        assertNotEquals(first.slot(), second.slot());
        assertEquals(2, made.get());
        pool.release(second);
        pool.release(first);
        assertEquals(2, made.get());
    }

    @Test
    void aClaimIsInsideTheEpochUntilItIsReleased() {
        SearchScratch scratch = pool.claim();
        epochs.retire(() -> {});

        assertEquals(0, epochs.reclaim());
        pool.release(scratch);
        assertEquals(1, epochs.reclaim());
    }

    @Test
    void aScratchThatCouldNotBeMadeIsMadeByTheNextClaim() {
        AtomicInteger attempts = new AtomicInteger();
        try (ScratchPool failing = new ScratchPool(1, new Epochs(1), slot -> {
            if (attempts.getAndIncrement() == 0) {
                throw new OutOfMemoryError("as planned");
            }
            return new SearchScratch(slot, Kernels.best(), CODEC, arena);
        })) {
            assertThrows(OutOfMemoryError.class, failing::claim);

            failing.release(failing.claim());
        }
    }

    @Test
    void claimsAfterCloseAreRefused() {
        pool.close();

        assertThrows(IllegalStateException.class, pool::claim);
    }

    /** More threads than slots: nobody shares, and no more scratches are made than there are slots. */
    @Test
    @Tag("stress")
    void neverMakesMoreThanItHasSlots() throws InterruptedException {
        AtomicIntegerArray users = new AtomicIntegerArray(SIZE);
        AtomicInteger shared = new AtomicInteger();
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 3 * SIZE; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                awaitStart(start);
                for (int round = 0; round < 20_000; round++) {
                    SearchScratch scratch = pool.claim();
                    shared.addAndGet(users.getAndSet(scratch.slot(), 1));
                    users.set(scratch.slot(), 0);
                    pool.release(scratch);
                }
            }));
        }

        start.countDown();
        for (Thread thread : threads) {
            thread.join();
        }

        assertEquals(0, shared.get(), "claims of a scratch in use");
        assertTrue(made.get() <= SIZE, "made: " + made);
    }

    private static void awaitStart(CountDownLatch start) {
        try {
            start.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
