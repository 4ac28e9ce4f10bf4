// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import dev.simonides.wal.SealedFileLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Pieces of work that do not depend on each other, done by the calling thread and perhaps some more, which end with them.
 * Confined to the thread that loads.
 */
final class LoadTasks {
    private final List<Consumer<MemorySegment>> tasks = new ArrayList<>();
    private final AtomicInteger next = new AtomicInteger();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    /** Adds work; it is lent a buffer of one block. */
    void add(Consumer<MemorySegment> task) {
        tasks.add(task);
    }

    /**
     * Does all the work.
     *
     * @param helpers further threads, at most; 0 starts none
     * @throws RuntimeException the first failure, once all threads have ended
     */
    void run(int helpers) {
        List<Thread> threads = new ArrayList<>();
        try {
            for (int i = 0; i < Math.min(helpers, tasks.size() - 1); i++) {
                threads.add(Thread.ofPlatform()
                        .daemon()
                        .name("simonides-loader-" + i)
                        .start(this::work));
            }
        } finally {
            work();
            join(threads);
        }
        Throwable first = failures.peek();
        if (first instanceof RuntimeException exception) {
            throw exception;
        }
        if (first instanceof Error error) {
            throw error;
        }
    }

    private void work() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(SealedFileLayout.BLOCK_BYTES, SealedFileLayout.ALIGNMENT);
            int task;
            while (failures.isEmpty() && (task = next.getAndIncrement()) < tasks.size()) {
                tasks.get(task).accept(buffer);
            }
        } catch (RuntimeException | Error e) {
            failures.add(e);
        }
    }

    private static void join(List<Thread> threads) {
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
