// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.store;

import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.ProgressListener;
import dev.simonides.StepDirectory;
import dev.simonides.VerifyReport;
import dev.simonides.core.manifest.Manifests;
import dev.simonides.core.store.StoreHistory.MemoryKey;
import dev.simonides.core.store.StoreHistory.Version;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StorageIoException;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.UnaryOperator;

/**
 * Steps of a store on a simulated disk, and what each of them promises. Confined to one thread; the store's own threads are at
 * rest between two steps, so that a workload repeats itself operation by operation.
 */
final class StoreWorkload implements AutoCloseable {
    private static final int BLOCK_BYTES = 4 << 10;

    /** A text that does not fit into a segment beside anything else. */
    private static final int BIG_BYTES = 9_000;

    /** One step. */
    enum Step {
        /** Puts a memory under a new key. */
        PUT,
        /** Puts a memory in place of the oldest one. */
        UPDATE,
        /** Puts three memories in one frame, one of them in place of the oldest. */
        BATCH,
        /** Deletes the oldest memory. */
        DELETE,
        /** Puts a memory for which the log goes on to a segment of its own. */
        BIG,
        /** Makes a checkpoint. */
        CHECKPOINT,
        /** Compacts the store. */
        COMPACT,
        /** Closes the store and opens it. */
        REOPEN,
        /** The process dies in the middle of a put, and another one opens what is in the cache of the system. */
        KILL,
        /** Makes everything durable. */
        FLUSH;

        /** Some steps; the same for the same random numbers. */
        static List<Step> random(Random random, int count) {
            List<Step> steps = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                steps.add(values()[random.nextInt(values().length)]);
            }
            return steps;
        }
    }

    private final StoreShape shape;
    private final SimulatedDirectory disk;
    private final StoreHistory history;
    private final UnaryOperator<StorageDirectory> medium;
    private int session;
    private Session present;
    private MemoryIndex index;
    private int firstStepBegan;
    private int lastStepBegan;

    /**
     * Opens the store of a disk, or makes it.
     *
     * @param history what is there
     * @param session a number that no opening of this store had before
     * @param medium what the store sees of the disk; one that forgets is to be caught
     */
    StoreWorkload(
            StoreShape shape,
            SimulatedDirectory disk,
            StoreHistory history,
            int session,
            UnaryOperator<StorageDirectory> medium) {
        this.shape = shape;
        this.disk = disk;
        this.history = history;
        this.session = session;
        this.medium = medium;
        open();
        firstStepBegan = disk.operations();
    }

    /** Runs steps on a store that is made for them, and dies behind the last. */
    static StoreWorkload run(StoreShape shape, List<Step> steps, UnaryOperator<StorageDirectory> medium) {
        try {
            StoreWorkload workload =
                    new StoreWorkload(shape, SimulatedDirectory.empty(), new StoreHistory(), 0, medium);
            try (workload) {
                steps.forEach(workload::step);
            }
            return workload;
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(e.getMessage() + "; " + shape, e);
        }
    }

    StoreShape shape() {
        return shape;
    }

    SimulatedDirectory disk() {
        return disk;
    }

    StoreHistory history() {
        return history;
    }

    /** How many operations the disk had done once the store was open. */
    int firstStepBegan() {
        return firstStepBegan;
    }

    /** How many operations the disk had done before the last step; 0 if there was none. */
    int lastStepBegan() {
        return lastStepBegan;
    }

    void step(Step step) {
        lastStepBegan = disk.operations();
        switch (step) {
            case PUT -> put(List.of(newKey(0)), "put");
            case UPDATE -> put(List.of(oldestKey()), "update");
            case BATCH -> put(List.of(newKey(0), oldestKey(), newKey(1)), "batch");
            case DELETE -> delete(oldestKey());
            case BIG -> put(List.of(newKey(0)), "x".repeat(BIG_BYTES));
            case CHECKPOINT -> {
                index.awaitLinked(ProgressListener.SILENT);
                requireEqual(history.lastLsn(), index.checkpoint(), "LSN of a checkpoint");
                history.promise(disk.operations(), history.lastLsn());
                history.promiseGeneration(disk.operations(), generation(disk));
            }
            case COMPACT -> {
                index.awaitLinked(ProgressListener.SILENT);
                history.issue(disk.operations(), history.lastLsn() + 1, history.contents());
                requireEqual(history.lastLsn(), index.compact(ProgressListener.SILENT), "LSN of a compaction");
                requireEqual(index.stats().liveCount(), index.stats().ordinalCount(), "ordinals behind a compaction");
                history.promise(disk.operations(), history.lastLsn());
                history.promiseGeneration(disk.operations(), generation(disk));
            }
            case REOPEN -> {
                index.close();
                history.promise(disk.operations(), history.lastLsn());
                open();
            }
            case KILL -> {
                dieInPut();
                open();
            }
            case FLUSH -> {
                index.flush();
                history.promise(disk.operations(), history.lastLsn());
            }
        }
    }

    /** Everything the store says about its contents is what the history says. */
    void verify() {
        Map<MemoryKey, Version> expected = history.contents();
        expected.forEach((key, version) -> requireEqual(
                version.text(),
                index.get(key.tenant(), key.key()).map(Memory::text).orElse(null),
                key + " of the open store"));
        requireEqual((long) expected.size(), index.stats().liveCount(), "memories alive");
        VerifyReport report = index.verify(ProgressListener.SILENT);
        requireEqual(List.of(), report.findings(), "findings of verify");
    }

    /** Ends as a killed process does. */
    @Override
    public void close() {
        present.die();
        try {
            index.close();
        } catch (StorageException e) {
            // It could not write what a closing writes.
        }
    }

    private void open() {
        present = new Session();
        int number = session++;
        index = MemoryIndex.open(
                new StepDirectory(medium.apply(disk), present), shape.options(), log -> shape.log(log, number));
        long found = index.stats().lastLsn();
        if (found < history.promised(disk.operations()) || found > history.lastLsn()) {
            throw new AssertionError("found LSN " + found + ", promised " + history.promised(disk.operations())
                    + ", issued " + history.lastLsn());
        }
        history.found(disk.operations(), found);
        requireEqual((long) history.contents().size(), index.stats().liveCount(), "memories alive at an opening");
    }

    /** The generation of the newest manifest, 0 if there is none. */
    static long generation(SimulatedDirectory disk) {
        return disk.list().stream()
                .flatMap(name -> Manifests.generationOf(name).stream())
                .max(Long::compare)
                .orElse(0L);
    }

    private MemoryKey newKey(int further) {
        long number = history.lastLsn() + further;
        return new MemoryKey(number % 2 == 0 ? "" : "other", "key-" + number);
    }

    private MemoryKey oldestKey() {
        return history.contents().keySet().stream().findFirst().orElse(new MemoryKey("", "first"));
    }

    private void put(List<MemoryKey> keys, String text) {
        long lsn = history.lastLsn() + keys.size();
        List<Memory> memories = issue(keys, lsn, text);
        requireEqual(
                lsn, memories.size() == 1 ? index.put(memories.getFirst()) : index.putAll(memories), "LSN of a put");
        written();
    }

    private List<Memory> issue(List<MemoryKey> keys, long lsn, String text) {
        Map<MemoryKey, Version> contents = new LinkedHashMap<>(history.contents());
        List<Memory> memories = new ArrayList<>();
        for (MemoryKey key : keys) {
            String own = text + " " + lsn + " in session " + session + " of " + key.key();
            contents.put(key, new Version(own, shape.stored(own)));
            memories.add(Memory.of(key.key(), shape.vector(own)).text(own).tenant(key.tenant()));
        }
        history.issue(disk.operations(), lsn, contents);
        return memories;
    }

    private void delete(MemoryKey key) {
        Map<MemoryKey, Version> contents = new LinkedHashMap<>(history.contents());
        boolean known = contents.remove(key) != null;
        history.issue(disk.operations(), history.lastLsn() + (known ? 1 : 0), contents);
        requireEqual(known, index.delete(key.tenant(), key.key()), "whether a delete found its key");
        if (known) {
            written();
        }
    }

    /** What was acknowledged is durable since the last sync of the log, or what the store says is. */
    private void written() {
        int syncedAt = present.syncedAt();
        present.awaitSegment();
        if (shape.durableWhenAcknowledged()) {
            history.promise(syncedAt, history.lastLsn());
        } else {
            history.promise(disk.operations(), index.stats().durableLsn());
        }
    }

    private void dieInPut() {
        if (shape.durableWhenAcknowledged()) {
            present.dieAtSync();
            try {
                index.put(issue(List.of(newKey(0)), history.lastLsn() + 1, "dying")
                        .getFirst());
                throw new AssertionError("a put was acknowledged whose sync failed");
            } catch (StorageException e) {
                // Nobody knows what became of it.
            }
        } else {
            put(List.of(newKey(0)), "dying");
        }
        close();
    }

    private static void requireEqual(Object expected, Object actual, String what) {
        if (!Objects.equals(expected, actual)) {
            throw new AssertionError(what + ": expected=" + expected + ", actual=" + actual);
        }
    }

    /**
     * What one process does to the disk, until it dies. The thread that syncs makes the next segment of the log whenever it
     * gets to it; a step ends only when it has.
     */
    private final class Session implements StepDirectory.Steps {
        private static final long PATIENCE_NANOS = 10_000_000_000L;

        private boolean dead;
        private boolean diesAtSync;
        private boolean halfFull;
        private int asked;
        private boolean making;
        private int made;
        private int syncedAt;

        @Override
        public synchronized void before(String step) {
            dead |= diesAtSync && step.equals("sync wal");
            if (dead) {
                throw new StorageIoException(disk.path(), -1, "the process is dead");
            }
        }

        @Override
        public synchronized void after(String step) {
            if (Thread.currentThread().getName().equals("simonides-sync")) {
                if (step.equals("create wal")) {
                    making = true;
                } else if (step.equals("sync wal")) {
                    if (making) {
                        making = false;
                        made++;
                        notifyAll();
                    } else {
                        syncedAt = disk.operations();
                    }
                }
            }
        }

        synchronized void die() {
            dead = true;
        }

        /** How many operations the disk had done when the log was synced last. */
        synchronized int syncedAt() {
            return syncedAt;
        }

        synchronized void dieAtSync() {
            diesAtSync = true;
        }

        /** The writer asks for a segment when an append fills more than half of the present one, and the one before did not. */
        synchronized void awaitSegment() {
            boolean filled = moreThanHalfFull();
            asked += filled && !halfFull ? 1 : 0;
            halfFull = filled;
            long start = System.nanoTime();
            while (made < asked) {
                if (System.nanoTime() - start > PATIENCE_NANOS) {
                    throw new AssertionError("the next segment was not made ahead: asked=" + asked + ", made=" + made);
                }
                try {
                    wait(100);
                } catch (InterruptedException e) {
                    throw new AssertionError("nobody interrupts a workload", e);
                }
            }
        }

        /** Frames fill blocks from the first one on; the last block is kept for the end. */
        private boolean moreThanHalfFull() {
            String newest = disk.list().stream()
                    .filter(name -> name.startsWith("wal-") && !name.endsWith(".tmp"))
                    .max(String::compareTo)
                    .orElseThrow();
            byte[] bytes = disk.content(newest);
            int position = 0;
            while (position < bytes.length - BLOCK_BYTES && !isZero(bytes, position)) {
                position += BLOCK_BYTES;
            }
            return position > bytes.length / 2;
        }

        private static boolean isZero(byte[] bytes, int block) {
            for (int i = block; i < block + BLOCK_BYTES; i++) {
                if (bytes[i] != 0) {
                    return false;
                }
            }
            return true;
        }
    }
}
