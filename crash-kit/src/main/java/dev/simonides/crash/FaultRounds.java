// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash;

import dev.simonides.wal.StorageException;
import dev.simonides.wal.simulation.CrashModel;
import dev.simonides.wal.simulation.CrashStates;
import dev.simonides.wal.simulation.Fault;
import dev.simonides.wal.simulation.FaultyDirectory;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.util.List;

/**
 * Runs an application on a simulated disk that fails at its first operation, then on one that fails at its second, and so on
 * until the fault comes too late; for every kind of fault, once and for good. Confined to one thread.
 *
 * <p>The work may end with a {@link StorageException} or an {@link IllegalStateException}; an operation that was refused may be
 * {@linkplain Sequence#refuse taken back}. Afterwards the disk works again, with and without a power cut, and what is found must
 * keep the promise of every acknowledgement. No file may stay open, and none be synced again whose sync has failed.
 */
public final class FaultRounds {
    private static final int OPERATIONS_USUAL = 12;
    private static final int DISK_OPERATIONS_MAX = 100_000;

    private final CrashApplication application;
    private int operations = OPERATIONS_USUAL;
    private List<Fault.Kind> kinds = List.of(Fault.Kind.values());
    private CrashModel model = CrashModel.weak(1).withEffort(3, 3);
    private int runs;
    private int longest;
    private int refused;
    private long states;

    private FaultRounds(CrashApplication application) {
        this.application = application;
    }

    /**
     * Prepares fault rounds of an application.
     *
     * @param application the application
     * @return the rounds
     */
    public static FaultRounds of(CrashApplication application) {
        return new FaultRounds(application);
    }

    /**
     * Sets how many operations the application does in a run, all sequences together.
     *
     * @param count 1 or more; 12 unless set
     * @return this
     */
    public FaultRounds operations(int count) {
        operations = count;
        return this;
    }

    /**
     * Sets the kinds of faults.
     *
     * @param values all unless set
     * @return this
     */
    public FaultRounds kinds(List<Fault.Kind> values) {
        kinds = List.copyOf(values);
        return this;
    }

    /**
     * Runs the rounds.
     *
     * @return what was done
     * @throws CrashFailure if a promise was broken; the message says which fault
     */
    public FaultCounts run() {
        runs = 0;
        longest = 0;
        refused = 0;
        states = 0;
        for (Fault.Kind kind : kinds) {
            every(kind, false);
            every(kind, true);
        }
        return new FaultCounts(runs, longest, refused, states);
    }

    private void every(Fault.Kind kind, boolean sticky) {
        boolean fired = true;
        for (int at = 1; fired; at++) {
            if (at > DISK_OPERATIONS_MAX) {
                throw new CrashFailure("the work does more than " + DISK_OPERATIONS_MAX
                        + " operations of the disk: fewer operations(…) are enough");
            }
            Fault fault = new Fault(at, kind, sticky);
            try {
                fired = one(fault);
            } catch (Exception | AssertionError e) { // the application is somebody else's code
                throw new CrashFailure(fault + ": " + e.getMessage(), e);
            }
            longest = Math.max(longest, at - 1);
        }
    }

    private boolean one(Fault fault) throws Exception { // the application is somebody else's code
        SimulatedDirectory disk = SimulatedDirectory.empty();
        FaultyDirectory faulty = new FaultyDirectory(disk, fault);
        Notes notes = new Notes(application.sequences());
        CrashRun.Place place = new CrashRun.Place(fault.at(), 0, null);
        runs++;
        try {
            application.work(new CrashRun(place, () -> faulty, () -> CrashRun.issued(notes) < operations, notes));
        } catch (StorageException | IllegalStateException e) {
            if (!faulty.fired()) {
                throw e;
            }
            refused++;
        }
        if (faulty.openFiles() > 0) {
            throw new CrashFailure("files left open: " + faulty.openFiles()
                    + "; does work() close what it opens, whatever" + " happens?");
        }
        if (faulty.repeatedSyncs() > 0) {
            throw new CrashFailure("synced again what could not be synced: " + faulty.repeatedSyncs() + " times");
        }
        check(disk.afterKill(), place, notes);
        states += CrashStates.of(disk, model)
                .from(disk.operations())
                .forEach(position -> 0, state -> {
                    try {
                        check(state.image(), place, notes);
                    } catch (Exception | AssertionError e) { // the application is somebody else's code
                        throw new CrashFailure(state + ": " + e.getMessage(), e);
                    }
                })
                .distinct();
        return faulty.fired();
    }

    private void check(SimulatedDirectory image, CrashRun.Place place, Notes notes)
            throws Exception { // the application is somebody else's code
        Notes promised = new Notes(notes.sequences());
        for (int sequence = 0; sequence < notes.sequences(); sequence++) {
            promised.setIssued(sequence, notes.issued(sequence));
            promised.setAcknowledged(sequence, notes.acknowledged(sequence));
        }
        CrashRun run = new CrashRun(place, () -> image, () -> false, promised);
        application.check(run);
        long _ = run.settle();
    }
}
