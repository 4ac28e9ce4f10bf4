// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.latency;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Threads that begin at the same moment and repeat their work until they are stopped, each at least once. One thread starts
 * and stops them.
 */
final class LoopThreads {
    private static final double NANOS_PER_SECOND = 1e9;

    private final List<Thread> threads = new ArrayList<>();
    private final CountDownLatch ready;
    private final CountDownLatch begin = new CountDownLatch(1);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final AtomicLong rounds = new AtomicLong();
    private final AtomicReference<ThreadWaits> waits = new AtomicReference<>(ThreadWaits.NONE);
    private volatile boolean stopping;

    private LoopThreads(int count) {
        ready = new CountDownLatch(count);
    }

    /**
     * Starts a thread for each piece of work.
     *
     * @param name of the threads
     * @param works what each repeats
     * @return the threads, all of them at work
     */
    static LoopThreads start(String name, List<? extends Runnable> works) {
        LoopThreads started = new LoopThreads(works.size());
        for (Runnable work : works) {
            started.threads.add(
                    Thread.ofPlatform().name(name, started.threads.size()).start(() -> started.run(work)));
        }
        try {
            started.ready.await();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        started.begin.countDown();
        return started;
    }

    private void run(Runnable work) {
        try {
            ready.countDown();
            begin.await();
            ThreadWaits before = ThreadWaits.ofThisThread();
            long count = 0;
            do {
                work.run();
                count++;
            } while (!stopping);
            rounds.addAndGet(count);
            waits.accumulateAndGet(ThreadWaits.ofThisThread().since(before), ThreadWaits::plus);
        } catch (Throwable e) {
            failure.compareAndSet(null, e);
        }
    }

    /** Lets them work for a while. */
    void awaitSeconds(double seconds) {
        try {
            // Ends early only if a thread fails, which stopping then tells.
            threads.getFirst().join((long) (seconds * TimeUnit.SECONDS.toMillis(1)));
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /**
     * Stops them.
     *
     * @return what they waited for, together
     * @throws IllegalStateException if one of them has failed
     */
    ThreadWaits stop() {
        stopping = true;
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        Throwable first = failure.get();
        if (first != null) {
            throw new IllegalStateException("a loop failed: " + first.getMessage(), first);
        }
        return waits.get();
    }

    /** How often a second the threads that have stopped did their work, all together. */
    double roundsPerSecond() {
        return rounds.get() * NANOS_PER_SECOND * threads.size() / waits.get().clockNanos();
    }

    private static IllegalStateException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("interrupted while loops run", cause);
    }
}
