// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash;

import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.simulation.CrashCounts;
import dev.simonides.wal.simulation.CrashModel;
import dev.simonides.wal.simulation.CrashState;
import dev.simonides.wal.simulation.CrashStates;
import dev.simonides.wal.simulation.Fault;
import dev.simonides.wal.simulation.FaultyDirectory;
import dev.simonides.wal.simulation.SimulatedDirectory;

/**
 * Runs an application once on a simulated disk, and then looks at everything that a power cut after each operation of that disk
 * may have left: every subset of what was not synced, bytes, sizes and names each for itself. Confined to one thread.
 *
 * <p>What is found must keep the promise of every acknowledgement. At times the application goes on from there, or the power
 * is cut again while it recovers.
 *
 * <p>The application must use nothing but {@link CrashRun#directory()}; and with small files the states are many and quick to
 * look at: {@code MemoryIndex.open(run.directory(), options, log -> log.segmentBytes(16 << 10))}. With a seeded source of
 * salts, one indexer and one sequence a run repeats itself exactly.
 */
public final class PowerCuts {
    private static final int OPERATIONS_USUAL = 40;
    private static final int GO_ON_EVERY_USUAL = 20;
    private static final int AGAIN_EVERY_USUAL = 200;
    private static final int OPERATIONS_AFTERWARDS = 4;
    private static final int OPERATIONS_BEFORE_DEATH_MAX = 1_000;
    private static final int NEVER = 0;

    private final CrashApplication application;
    private int operations = OPERATIONS_USUAL;
    private int goOnEvery = GO_ON_EVERY_USUAL;
    private int againEvery = AGAIN_EVERY_USUAL;
    private int killedAt = NEVER;
    private long seed = 1;
    private CrashModel model = CrashModel.weak(1).withEffort(8, 12);
    private long looked;
    private CrashCounts again = new CrashCounts(0, 0);

    private PowerCuts(CrashApplication application) {
        this.application = application;
    }

    /**
     * Prepares power cuts of an application.
     *
     * @param application the application
     * @return the power cuts
     */
    public static PowerCuts of(CrashApplication application) {
        return new PowerCuts(application);
    }

    /**
     * Sets how many operations the application does, all sequences together.
     *
     * @param count 1 or more; 40 unless set
     * @return this
     */
    public PowerCuts operations(int count) {
        operations = count;
        return this;
    }

    /**
     * Sets how the disk behaves and how many states are looked at.
     *
     * @param value the model; the weakest disk an honest file system shows unless set
     * @return this
     */
    public PowerCuts model(CrashModel value) {
        model = value;
        return this;
    }

    /**
     * Sets what {@link CrashRun#seed()} says.
     *
     * @param value any; 1 unless set
     * @return this
     */
    public PowerCuts seed(long value) {
        seed = value;
        return this;
    }

    /**
     * Lets the process die at an operation of the disk, and another go on with what it finds in the cache of the system, which
     * lives on, before the power is cut. What the second process found and built upon must survive.
     *
     * @param operation the operation of the disk at which the first process ends, from 1; unless set it never does
     * @return this
     */
    public PowerCuts killedAt(int operation) {
        killedAt = operation;
        return this;
    }

    /**
     * Sets after how many states the application goes on from one.
     *
     * @param states 1 or more; 20 unless set
     * @return this
     */
    public PowerCuts goOnEvery(int states) {
        goOnEvery = states;
        return this;
    }

    /**
     * Sets after how many states one is recovered with the power being cut after every operation of the recovery.
     *
     * @param states 1 or more; 200 unless set
     * @return this
     */
    public PowerCuts againEvery(int states) {
        againEvery = states;
        return this;
    }

    /**
     * Runs the application and cuts the power everywhere.
     *
     * @return how many states there were, those of cut recoveries included
     * @throws CrashFailure if a promise was broken; the message says how to make that state again
     */
    public CrashCounts run() {
        SimulatedDirectory disk = SimulatedDirectory.empty();
        Timeline timeline = new Timeline(disk, new Notes(application.sequences()));
        if (killedAt != NEVER) {
            simulated("the work of a process that dies", () -> workAndDie(disk, timeline));
        }
        simulated("the work", () -> application.work(run(disk, timeline, operations)));
        if (CrashRun.issued(timeline) == 0) {
            throw new CrashFailure("nothing was tested: work() issued no operation");
        }
        looked = 0;
        again = new CrashCounts(0, 0);
        CrashCounts counts = CrashStates.of(disk, model)
                .forEach(position -> timeline.at(position).hash(), state -> look(state, timeline));
        return counts.plus(again);
    }

    private CrashRun run(StorageDirectory disk, Counters counters, int more) {
        long target = CrashRun.issued(counters) + more;
        return new CrashRun(
                new CrashRun.Place(seed, 0, null), () -> disk, () -> CrashRun.issued(counters) < target, counters);
    }

    private void workAndDie(SimulatedDirectory disk, Timeline timeline) throws Exception { // the work is not ours
        FaultyDirectory dying = new FaultyDirectory(disk, Fault.sticky(killedAt, Fault.Kind.IO_ERROR));
        try {
            application.work(run(dying, timeline, OPERATIONS_BEFORE_DEATH_MAX));
        } catch (StorageException | IllegalStateException e) {
            if (!dying.fired()) {
                throw e;
            }
        }
        timeline.recover(check(disk.afterKill(), timeline.at(disk.operations())));
    }

    private void look(CrashState state, Timeline timeline) {
        Notes promised = timeline.at(state.position());
        SimulatedDirectory image = state.image();
        looked++;
        simulated("seed=" + seed + ", " + state + ", " + promised + ", model=" + model, () -> {
            Notes found = check(image, promised);
            if (looked % goOnEvery == 0) {
                goOn(image, found);
            } else if (looked % againEvery == 1) {
                cutAgain(image, found);
            }
        });
    }

    /** Lets the application look; returns what it found, noted as what is there. */
    private Notes check(SimulatedDirectory image, Notes promised) throws Exception { // the check is not ours
        Notes notes = copy(promised);
        CrashRun run = run(image, notes, 0);
        application.check(run);
        long _ = run.settle();
        return notes;
    }

    private static Notes copy(Notes notes) {
        Notes copy = new Notes(notes.sequences());
        for (int sequence = 0; sequence < notes.sequences(); sequence++) {
            copy.setIssued(sequence, notes.issued(sequence));
            copy.setAcknowledged(sequence, notes.acknowledged(sequence));
        }
        return copy;
    }

    /** What was recovered must be of use: the application works with it, and finds everything. */
    private void goOn(SimulatedDirectory image, Notes found) throws Exception { // the check is not ours
        application.work(run(image, found, OPERATIONS_AFTERWARDS));
        Notes _ = check(image, found);
    }

    /** What one recovery found, a recovery that was cut off does not take away. */
    private void cutAgain(SimulatedDirectory image, Notes found) {
        again = again.plus(CrashStates.of(image, model.withEffort(Math.min(6, model.exhaustiveUnitsMax()), 6))
                .forEach(position -> 0, state -> {
                    SimulatedDirectory second = state.image();
                    simulated("in the recovery from it, " + state + ", " + found, () -> {
                        Notes _ = check(second, found);
                    });
                }));
    }

    /** A part of the application, which may throw anything. */
    @FunctionalInterface
    private interface Part {
        void run() throws Exception; // the application is somebody else's code
    }

    private static void simulated(String where, Part part) {
        try {
            part.run();
        } catch (Exception | AssertionError e) { // the application is somebody else's code
            throw new CrashFailure(where + ": " + e.getMessage(), e);
        }
    }
}
