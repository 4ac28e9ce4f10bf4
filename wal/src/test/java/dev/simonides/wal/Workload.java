// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import dev.simonides.wal.simulation.SimulatedDirectory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;

/**
 * A run of steps over a simulated disk that notes, operation by operation, what was issued and what was acknowledged.
 * Confined to one thread.
 *
 * <p>A store is more than a log: its existence is a file of its own, made last. Before that file is durable a creation may
 * begin again; after it the log must be there.
 */
final class Workload {
    static final int SEGMENT_BYTES = 16 << 10;
    static final String STORE = "STORE";

    /** One step. */
    enum Step {
        /** Appends a frame of one record. */
        ONE,
        /** Appends a frame of nine records. */
        NINE,
        /** Appends a frame that needs a new segment. */
        FILL,
        /** Syncs, which acknowledges everything appended. */
        SYNC,
        /** Makes the next segment ahead. */
        PREPARE,
        /** Goes on to the next segment, which acknowledges everything. */
        ROTATE,
        /** Takes a checkpoint, which acknowledges everything, and retires segments. */
        CHECKPOINT,
        /** Closes and opens, which acknowledges everything. */
        REOPEN,
        /** Opens again without closing, as after a killed process, which acknowledges what is found. */
        KILL;

        /** Some steps; the same for the same random numbers. */
        static List<Step> random(Random random, int count) {
            List<Step> steps = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                steps.add(values()[random.nextInt(values().length)]);
            }
            return steps;
        }
    }

    private final SimulatedDirectory disk;
    private final UnaryOperator<StorageDirectory> medium;
    private final boolean acknowledgeBeforeSync;
    private final BiConsumer<StorageDirectory, WriteAheadLog> checkpoint;
    private final TreeMap<Integer, Long> issued = new TreeMap<>();
    private final TreeMap<Integer, Long> acknowledged = new TreeMap<>();
    private final Logs logs = new Logs();
    private WriteAheadLog log;
    private int session;
    private int firstStepBegan;
    private int lastStepBegan;

    /**
     * Runs the steps.
     *
     * @param medium what the log sees of the disk; a mutant drops something
     * @param acknowledgeBeforeSync the mutant that acknowledges what is merely appended
     */
    Workload(List<Step> steps, UnaryOperator<StorageDirectory> medium, boolean acknowledgeBeforeSync) {
        this(steps, medium, acknowledgeBeforeSync, Checkpoints::take);
    }

    /**
     * Runs the steps.
     *
     * @param checkpoint how a checkpoint is taken; a mutant does it in another order
     */
    Workload(
            List<Step> steps,
            UnaryOperator<StorageDirectory> medium,
            boolean acknowledgeBeforeSync,
            BiConsumer<StorageDirectory, WriteAheadLog> checkpoint) {
        this.disk = SimulatedDirectory.empty();
        this.checkpoint = checkpoint;
        this.medium = medium;
        this.acknowledgeBeforeSync = acknowledgeBeforeSync;
        issued.put(0, 0L);
        acknowledged.put(0, -1L);
        log = create(medium.apply(disk), session);
        acknowledged.put(disk.operations(), 0L);
        firstStepBegan = disk.operations();
        steps.forEach(this::step);
    }

    /** Makes a store: the log, then the file that says that it is one. */
    static WriteAheadLog create(StorageDirectory directory, int session) {
        WriteAheadLog log = WriteAheadLog.create(directory, Logs.options(SEGMENT_BYTES, session));
        directory.create(STORE).close();
        directory.sync();
        return log;
    }

    SimulatedDirectory disk() {
        return disk;
    }

    Logs logs() {
        return logs;
    }

    /** The last LSN that may be there after a number of operations. */
    long issued(int position) {
        return issued.floorEntry(position).getValue();
    }

    /** The last LSN that must be there after a number of operations; −1 while there need not even be a store. */
    long acknowledged(int position) {
        return acknowledged.floorEntry(position).getValue();
    }

    /** Both as one number, to tell states apart that promise different things. */
    long promise(int position) {
        return issued(position) << 32 ^ acknowledged(position);
    }

    /** How many operations the disk had done once the store was made. */
    int firstStepBegan() {
        return firstStepBegan;
    }

    /** How many operations the disk had done before the last step; 0 if there was none. */
    int lastStepBegan() {
        return lastStepBegan;
    }

    private void step(Step step) {
        lastStepBegan = disk.operations();
        switch (step) {
            case ONE -> append(1);
            case NINE -> append(9);
            case FILL -> {
                int segments = log.segments();
                while (log.segments() == segments) {
                    append(30);
                }
            }
            case SYNC -> {
                log.sync();
                acknowledge();
            }
            case PREPARE -> log.prepare();
            case ROTATE -> {
                log.rotate();
                acknowledge();
            }
            case CHECKPOINT -> {
                checkpoint.accept(medium.apply(disk), log);
                acknowledge();
            }
            case REOPEN -> {
                log.close();
                acknowledge();
                open();
            }
            case KILL -> open();
        }
    }

    private void append(int records) {
        Frame frame = logs.frame(log, records, session);
        issued.put(disk.operations(), logs.last());
        log.append(frame);
        if (acknowledgeBeforeSync) {
            acknowledge();
        } else {
            acknowledged.put(
                    disk.operations(), Math.max(acknowledged.lastEntry().getValue(), log.syncedLsn()));
        }
    }

    private void open() {
        session++;
        LogStart start = Checkpoints.starts(disk).getFirst();
        Logs.Checker checker = logs.checkerFrom(start.lsn());
        log = WriteAheadLog.open(medium.apply(disk), Logs.options(SEGMENT_BYTES, session), start, checker);
        if (checker.last() != logs.last()) {
            throw new AssertionError("without a crash everything is found: " + checker.last() + " of " + logs.last());
        }
        acknowledge();
    }

    private void acknowledge() {
        acknowledged.put(disk.operations(), logs.last());
    }
}
