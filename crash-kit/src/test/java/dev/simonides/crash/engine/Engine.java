// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash.engine;

import dev.simonides.Hit;
import dev.simonides.Memory;
import dev.simonides.MemoryGoneException;
import dev.simonides.MemoryIndex;
import dev.simonides.ProgressListener;
import dev.simonides.Query;
import dev.simonides.crash.CrashApplication;
import dev.simonides.crash.CrashChild;
import dev.simonides.crash.CrashFailure;
import dev.simonides.crash.CrashRun;
import dev.simonides.crash.Sequence;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The engine itself under crash test: threads with keys of their own that put, update, delete, search, checkpoint and reopen,
 * over a store with options that differ in every history.
 */
public final class Engine implements CrashApplication {
    static final int THREADS = 3;

    private final int threads;

    Engine() {
        this(THREADS);
    }

    Engine(int threads) {
        this.threads = threads;
    }

    /** For the children. */
    public static void main(String[] arguments) throws Exception {
        CrashChild.run(new Engine(), arguments);
    }

    @Override
    public int sequences() {
        return threads;
    }

    static MemoryIndex open(CrashRun run) {
        EnginePlan plan = EnginePlan.of(run.seed());
        return MemoryIndex.open(run.directory(), plan.options(), plan::shape);
    }

    @Override
    public void work(CrashRun run) throws InterruptedException, ExecutionException {
        Session session = new Session(run);
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> ends = new ArrayList<>();
            for (Sequence sequence : run.sequences()) {
                ends.add(executor.submit(() -> session.work(sequence)));
            }
            for (Future<?> end : ends) {
                end.get();
            }
        } finally {
            executor.shutdownNow();
            session.index.close();
        }
    }

    @Override
    public void check(CrashRun run) {
        new EngineCheck(run).run();
    }

    /** The store and the threads that work on it, any of which may close and open it again. */
    private static final class Session {
        private final CrashRun run;
        private final EnginePlan plan;
        private final ReadWriteLock opening = new ReentrantReadWriteLock();
        private volatile MemoryIndex index;

        Session(CrashRun run) {
            this.run = run;
            this.plan = EnginePlan.of(run.seed());
            this.index = open(run);
        }

        void work(Sequence sequence) {
            ArrayDeque<CompletableFuture<Long>> outstanding = new ArrayDeque<>();
            while (run.goesOn()) {
                Operation operation = Operation.of(run.seed(), sequence.number(), sequence.issued());
                if (operation.kind() == Operation.Kind.PUT || operation.kind() == Operation.Kind.PUT_ALL) {
                    opening.readLock().lock();
                    try {
                        put(operation, sequence, outstanding);
                    } finally {
                        opening.readLock().unlock();
                    }
                } else {
                    drain(outstanding, sequence, 0);
                    long _ = sequence.issue();
                    other(operation);
                    sequence.acknowledge();
                }
            }
            drain(outstanding, sequence, 0);
        }

        private void put(Operation operation, Sequence sequence, ArrayDeque<CompletableFuture<Long>> outstanding) {
            List<Memory> memories =
                    operation.keys().stream().map(operation::memory).toList();
            long _ = sequence.issue();
            outstanding.add(memories.size() == 1 ? index.submit(memories.getFirst()) : index.submitAll(memories));
            drain(outstanding, sequence, plan.outstanding() - 1);
        }

        private static void drain(ArrayDeque<CompletableFuture<Long>> outstanding, Sequence sequence, int left) {
            while (outstanding.size() > left) {
                long _ = outstanding.remove().join();
                sequence.acknowledge();
            }
        }

        private void other(Operation operation) {
            if (operation.kind() == Operation.Kind.REOPEN) {
                opening.writeLock().lock();
                try {
                    index.close();
                    index = open(run);
                } finally {
                    opening.writeLock().unlock();
                }
                return;
            }
            opening.readLock().lock();
            try {
                String key = operation.keys().getFirst();
                switch (operation.kind()) {
                    case DELETE -> {
                        boolean _ = index.delete(Operation.tenant(key), key);
                    }
                    case GET -> get(operation, key);
                    case SEARCH -> search(operation, key);
                    case FLUSH -> index.flush();
                    case CHECKPOINT -> {
                        long _ = index.checkpoint();
                    }
                    case COMPACT -> {
                        long _ = index.compact(ProgressListener.SILENT);
                    }
                    case PUT, PUT_ALL, REOPEN -> throw new IllegalStateException(operation.toString());
                }
            } finally {
                opening.readLock().unlock();
            }
        }

        private void get(Operation operation, String key) {
            Optional<Memory> found = index.get(Operation.tenant(key), key);
            Long expected = new EngineModel(run.seed(), operation.thread())
                    .after(operation.index())
                    .get(key);
            if (!found.map(Memory::text).map(Operation::index).equals(Optional.ofNullable(expected))) {
                throw new CrashFailure(key + ": expected operation " + expected + ", found " + found);
            }
        }

        private void search(Operation operation, String key) {
            Query query = Query.of(operation.vector(key))
                    .tenant(Operation.tenant(key))
                    .top(5);
            for (Hit hit : index.search(query)) {
                try {
                    if (hit.payload().length == 0) {
                        throw new CrashFailure("a hit without its payload: " + hit);
                    }
                } catch (MemoryGoneException e) {
                    // Another thread has replaced it, and the store was compacted since.
                }
            }
        }
    }
}
