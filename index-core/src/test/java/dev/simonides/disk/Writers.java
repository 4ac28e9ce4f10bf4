// SPDX-License-Identifier: Apache-2.0
package dev.simonides.disk;

import dev.simonides.MemoryIndex;
import dev.simonides.wal.Durability;
import dev.simonides.wal.StorageException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;

/** Threads that write their scripts into a store until it refuses, and note how far they came. */
final class Writers {
    static final int THREADS = 3;
    private static final int FLUSH_EVERY = 7;
    private static final int PIPELINE = 6;

    private final MemoryIndex index;
    private final long seed;
    private final Progress progress;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<Throwable> surprise = new AtomicReference<>();

    private Writers(MemoryIndex index, long seed, Progress progress) {
        this.index = index;
        this.seed = seed;
        this.progress = progress;
    }

    /** Goes on where the progress says. */
    static Writers start(MemoryIndex index, long seed, Progress progress) {
        Writers writers = new Writers(index, seed, progress);
        for (int i = 0; i < THREADS; i++) {
            int thread = i;
            writers.threads.add(Thread.ofPlatform().daemon().start(() -> writers.write(thread)));
        }
        return writers;
    }

    /** Waits until the store refuses every thread; anything but a typed refusal fails the test. */
    void awaitRefused() throws InterruptedException {
        for (Thread thread : threads) {
            thread.join(10_000);
            if (thread.isAlive()) {
                throw new AssertionError("a writer hangs: " + List.of(thread.getStackTrace()));
            }
        }
        if (surprise.get() != null) {
            throw new AssertionError("a write ended in no way that is documented", surprise.get());
        }
    }

    /** Waits for the end of the process. */
    void awaitTheEnd() throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void write(int thread) {
        try {
            if (thread == 0) {
                writePipelined();
            } else {
                writeOneByOne(thread);
            }
        } catch (StorageException e) {
            // The store refuses, as it may when its disk is gone.
        } catch (CompletionException e) {
            if (!(e.getCause() instanceof StorageException)) {
                surprise.set(e);
            }
        } catch (Throwable e) {
            surprise.set(e);
        }
    }

    private void writeOneByOne(int thread) {
        Script script = new Script(seed, thread);
        for (int operation = progress.issued(thread); ; operation++) {
            progress.issue(thread, operation + 1);
            script.perform(index, operation);
            progress.acknowledge(thread, operation + 1);
            if (operation % FLUSH_EVERY == 0) {
                index.flush();
                progress.flush(thread, operation + 1);
            }
        }
    }

    /** Several operations on their way at once; they are done in the order of submitting. */
    private void writePipelined() {
        Script script = new Script(seed, 0);
        ArrayDeque<CompletableFuture<Long>> waiting = new ArrayDeque<>();
        for (int operation = progress.issued(0); ; operation++) {
            progress.issue(0, operation + 1);
            CompletableFuture<Long> submitted = script.submit(index, operation).orElse(null);
            if (submitted == null) {
                script.perform(index, operation);
                awaitAll(waiting);
                progress.acknowledge(0, operation + 1);
            } else {
                waiting.add(submitted);
            }
            if (waiting.size() == PIPELINE) {
                waiting.remove().join();
                progress.acknowledge(0, progress.acknowledged(0) + 1);
            }
            if (operation % FLUSH_EVERY == 0) {
                awaitAll(waiting);
                progress.acknowledge(0, operation + 1);
                index.flush();
                progress.flush(0, operation + 1);
            }
        }
    }

    private static void awaitAll(ArrayDeque<CompletableFuture<Long>> waiting) {
        while (!waiting.isEmpty()) {
            waiting.remove().join();
        }
    }

    /**
     * Checks that a store holds a prefix of what each thread wrote, with all that had to survive, and lets the progress go
     * on from there.
     *
     * @param durability of those who wrote it
     * @return how many operations were found
     */
    static int check(MemoryIndex index, long seed, Progress progress, Durability durability, Object when) {
        boolean everyAcknowledged = durability instanceof Durability.SyncEach || durability instanceof Durability.Group;
        int total = 0;
        for (int thread = 0; thread < THREADS; thread++) {
            Script script = new Script(seed, thread);
            int least = everyAcknowledged ? progress.acknowledged(thread) : progress.flushed(thread);
            int found = script.operationsIn(
                    script.contents(index), least, progress.issued(thread), when + ", seed=" + seed);
            progress.restart(thread, found);
            total += found;
        }
        return total;
    }
}
