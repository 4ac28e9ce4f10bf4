// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import dev.simonides.core.thread.EngineThread;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Independent pieces of work, done by a few threads that end with them. */
final class Tasks {
    private Tasks() {}

    /**
     * Runs all tasks and waits for them.
     *
     * @param threads how many work at most, the calling one included; with 1 none is started
     * @param tasks in any order
     */
    static void run(int threads, List<Runnable> tasks) {
        AtomicInteger next = new AtomicInteger();
        Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        Runnable worker = () -> {
            try {
                for (int i = next.getAndIncrement(); i < tasks.size(); i = next.getAndIncrement()) {
                    tasks.get(i).run();
                }
            } catch (RuntimeException | Error e) {
                next.set(tasks.size());
                failures.add(e);
            }
        };
        List<Thread> helpers = new ArrayList<>();
        for (int i = 1; i < Math.min(threads, tasks.size()); i++) {
            helpers.add(new EngineThread("simonides-loader-" + i, worker));
        }
        helpers.forEach(Thread::start);
        worker.run();
        helpers.forEach(EngineThread::awaitEnd);
        Throwable failure = failures.poll();
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
    }
}
