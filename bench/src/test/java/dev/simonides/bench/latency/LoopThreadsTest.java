// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class LoopThreadsTest {
    private static void spin(long nanos) {
        long end = System.nanoTime() + nanos;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    private static ThreadWaits waits(Runnable... works) {
        LoopThreads threads = LoopThreads.start("loop-", List.of(works));
        threads.awaitSeconds(0.1);
        return threads.stop();
    }

    @Test
    void whoNeverWaitsHasNoWaits() {
        ThreadWaits waits = waits(() -> spin(1_000), () -> spin(1_000));

        assertEquals(0, waits.blocked());
        assertEquals(0, waits.parked());
        assertTrue(waits.clockNanos() >= TimeUnit.MILLISECONDS.toNanos(2 * 90), waits::toString);
        assertTrue(waits.coreNanos() <= waits.clockNanos() * 1.02, waits::toString);
    }

    @Test
    void waitingForAMonitorIsCounted() {
        Object monitor = new Object();
        Runnable work = () -> {
            synchronized (monitor) {
                spin(TimeUnit.MILLISECONDS.toNanos(1));
            }
        };

        assertTrue(waits(work, work).blocked() > 0);
    }

    @Test
    void parkingIsCountedAndIsNoTimeOnACore() {
        ThreadWaits waits = waits(() -> LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5)));

        assertTrue(waits.parked() > 0, waits::toString);
        assertTrue(waits.coreNanos() < waits.clockNanos() / 2, waits::toString);
    }

    @Test
    void theRateIsThatOfAllThreadsTogether() {
        AtomicLong rounds = new AtomicLong();
        Runnable work = () -> {
            rounds.incrementAndGet();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        };
        LoopThreads threads = LoopThreads.start("loop-", List.of(work, work));
        threads.awaitSeconds(0.1);
        ThreadWaits waits = threads.stop();

        double seconds = waits.clockNanos() / 2e9;
        assertEquals(rounds.get() / seconds, threads.roundsPerSecond(), 1e-6);
    }

    @Test
    void everyThreadWorksAtLeastOnce() {
        LoopThreads threads = LoopThreads.start("loop-", List.of(() -> {}));
        var _ = threads.stop();

        assertTrue(threads.roundsPerSecond() > 0);
    }

    @Test
    void aLoopThatFailsIsTold() {
        LoopThreads threads = LoopThreads.start("loop-", List.of(() -> spin(1_000), () -> {
            throw new IllegalStateException("no hits");
        }));
        threads.awaitSeconds(0.05);

        IllegalStateException told = assertThrows(IllegalStateException.class, threads::stop);
        assertEquals("a loop failed: no hits", told.getMessage());
    }
}
