// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.simulation.CrashModel;
import dev.simonides.wal.simulation.CrashStates;
import dev.simonides.wal.simulation.Fault;
import dev.simonides.wal.simulation.FaultyDirectory;
import dev.simonides.wal.simulation.SimulatedDirectory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Fails at every operation of a scenario, in every way, once and for good. */
@Tag("crash")
class WriteAheadLogFaultTest {
    private static final int SEGMENT_BYTES = 12 << 10;
    private static final int ROUNDS = 14;

    /** What a scenario was told about its writes. */
    private static final class Outcome {
        private Logs logs = new Logs();
        private long acknowledged;
        private boolean created;
        private boolean failed;
    }

    @Test
    void keepsItsPromisesWhereverTheMediumFails() {
        int runs = 0;
        for (Fault.Kind kind : Fault.Kind.values()) {
            for (boolean sticky : new boolean[] {false, true}) {
                boolean fired = true;
                // Moving one byte at a time from the first operation on is slow, and alike wherever it begins.
                int step = sticky && kind == Fault.Kind.SHORT_ONE ? 40 : 1;
                for (int at = 1; fired; at += step) {
                    fired = check(new Fault(at, kind, sticky));
                    runs++;
                }
            }
        }
        System.out.println("fault runs: " + runs);
        assertTrue(runs > 500, "runs=" + runs);
    }

    @Test
    void losesNothingWhenAFailedSyncWasAPowerCutToo() {
        int runs = 0;
        long states = 0;
        boolean fired = true;
        for (int at = 1; fired; at++) {
            SimulatedDirectory disk = SimulatedDirectory.empty();
            FaultyDirectory faulty = new FaultyDirectory(disk, Fault.once(at, Fault.Kind.LOST_SYNC));
            Outcome outcome = run(faulty);
            fired = faulty.fired();
            if (outcome.created) {
                states += CrashStates.of(disk, CrashModel.weak(at).withEffort(4, 5))
                        .from(disk.operations())
                        .forEach(position -> 0, state -> reopen(state.image(), outcome))
                        .distinct();
            }
            runs++;
        }
        System.out.println("lost syncs: runs=" + runs + ", states=" + states);
        assertTrue(runs > 20, "runs=" + runs);
    }

    @Test
    void goesOnInANewSegmentAfterAWriteThatFoundNoRoom() {
        FaultyDirectory counting = new FaultyDirectory(SimulatedDirectory.empty(), Fault.none());
        int firstAppend;
        try (WriteAheadLog log = WriteAheadLog.create(counting, options(0))) {
            firstAppend = counting.operations() + 1;
            log.sync();
        }

        Logs logs = new Logs();
        SimulatedDirectory disk = SimulatedDirectory.empty();
        FaultyDirectory faulty = new FaultyDirectory(disk, Fault.once(firstAppend, Fault.Kind.HALF_THEN_NO_SPACE));
        try (WriteAheadLog log = WriteAheadLog.create(faulty, options(0))) {
            Frame frame = logs.frame(log, 9, 0);
            assertThrows(StoreFullException.class, () -> log.append(frame));
            assertEquals(0, log.lastLsn());
            assertEquals(1, log.segments());

            log.append(frame);
            assertEquals(2, log.segments(), "never behind garbage");
            logs.append(log, 2, 0);
        }
        Logs.Checker checker = logs.checker();
        WriteAheadLog.replay(disk, options(1), checker);
        assertEquals(11, checker.last());
    }

    /** A segment that has its name although the medium denies it would make void what is appended to the one before. */
    @Test
    void appendsNothingWhereTheNextSegmentMayHaveItsName() {
        int refused = 0;
        int at = 0;
        for (boolean fired = true; fired; ) {
            at++;
            SimulatedDirectory disk = SimulatedDirectory.empty();
            FaultyDirectory faulty = new FaultyDirectory(disk, Fault.once(at, Fault.Kind.DONE_THEN_ERROR));
            Logs logs = new Logs();
            boolean created = false;
            try (WriteAheadLog log = WriteAheadLog.create(faulty, Logs.options(64 << 10, 0))) {
                created = true;
                logs.append(log, 2, 0);
                log.sync();
                rotate(log);
                logs.append(log, 3, 0);
                log.sync();
            } catch (StorageException e) {
                // Else the log was not made, or not closed.
                boolean failed = created && e instanceof StoreFailedException;
                logs = failed ? logs.cut(2) : logs;
                refused += failed ? 1 : 0;
            }
            fired = faulty.fired();
            if (created) {
                Logs promised = logs;
                CrashStates.of(disk, CrashModel.weak(at).withEffort(4, 5))
                        .from(disk.operations())
                        .forEach(
                                position -> 0,
                                state ->
                                        assertEquals(promised.last(), found(state.image(), promised), state::toString));
            }
        }
        assertTrue(refused > 0, "the fault never hit the change of the name");
    }

    /** As a checkpoint does it that is tried again later. */
    private static void rotate(WriteAheadLog log) {
        try {
            var _ = log.rotate();
        } catch (StoreFailedException e) {
            throw e;
        } catch (StorageException e) {
            // The log goes on where it was.
        }
    }

    @Test
    void leavesNoHalfSectorBehind() {
        FaultyDirectory counting = new FaultyDirectory(SimulatedDirectory.empty(), Fault.none());
        WriteAheadLog.create(counting, options(0));
        int append = counting.operations() + 1;
        SimulatedDirectory disk = SimulatedDirectory.empty();
        // One byte is written, and there is no room for the next.
        FaultyDirectory full = new FaultyDirectory(disk, Fault.once(append + 1, Fault.Kind.NO_SPACE));
        FaultyDirectory faulty = new FaultyDirectory(full, Fault.once(append, Fault.Kind.SHORT_ONE));
        WriteAheadLog log = WriteAheadLog.create(faulty, options(0));

        assertThrows(StoreFullException.class, () -> new Logs().append(log, 5, 0));

        ReplayReport report = WriteAheadLog.replay(disk.afterKill(), options(1), new Logs().checker());
        assertEquals(0, report.tornBytes());
    }

    /** A write that is stored and reported as failed, whose erasing fails too: a new segment makes it void. */
    @Test
    void cutsOffWhatItCannotErase() {
        int append = operationsOfCreation() + 1;
        SimulatedDirectory disk = SimulatedDirectory.empty();
        FaultyDirectory whole = new FaultyDirectory(disk, Fault.once(append, Fault.Kind.WHOLE_THEN_ERROR));
        FaultyDirectory faulty = new FaultyDirectory(whole, Fault.once(append + 1, Fault.Kind.NO_SPACE));
        WriteAheadLog log = WriteAheadLog.create(faulty, options(0));

        assertThrows(StorageIoException.class, () -> new Logs().append(log, 5, 0));
        int refused = disk.operations();
        assertEquals(2, log.segments());

        // Nothing else happens before the crash.
        CrashStates.of(disk, CrashModel.weak(1))
                .from(refused)
                .forEach(position -> 0, state -> assertEquals(0, found(state.image(), new Logs())));
        Logs logs = new Logs();
        logs.append(log, 3, 1);
        log.sync();
        int synced = disk.operations();
        log.close();
        CrashStates.of(disk, CrashModel.weak(1))
                .from(synced)
                .forEach(position -> 0, state -> assertEquals(3, found(state.image(), logs)));
    }

    /** The same, and there is no room for a segment either: whether the write is there, a crash decides. */
    @Test
    void saysThatItDoesNotKnowWhatItCanNeitherEraseNorCutOff() {
        int append = operationsOfCreation() + 1;
        SimulatedDirectory disk = SimulatedDirectory.empty();
        FaultyDirectory whole = new FaultyDirectory(disk, Fault.once(append, Fault.Kind.WHOLE_THEN_ERROR));
        FaultyDirectory stuck = new FaultyDirectory(whole, Fault.once(append + 1, Fault.Kind.NO_SPACE));
        FaultyDirectory faulty = new FaultyDirectory(stuck, Fault.once(append + 2, Fault.Kind.NO_SPACE));
        WriteAheadLog log = WriteAheadLog.create(faulty, options(0));
        Logs unknown = new Logs();

        assertThrows(WriteOutcomeUnknownException.class, () -> unknown.append(log, 1, 0));
        assertEquals(0, log.lastLsn());
        assertEquals(1, found(disk.afterKill(), unknown), "stored it was");

        // The medium has recovered: the next write goes to a new segment, and settles it.
        Logs logs = new Logs();
        logs.append(log, 3, 1);
        log.sync();
        int synced = disk.operations();
        log.close();
        CrashStates.of(disk, CrashModel.weak(1))
                .from(synced)
                .forEach(position -> 0, state -> assertEquals(3, found(state.image(), logs)));
    }

    private static int operationsOfCreation() {
        FaultyDirectory counting = new FaultyDirectory(SimulatedDirectory.empty(), Fault.none());
        WriteAheadLog.create(counting, options(0));
        return counting.operations();
    }

    private static long found(SimulatedDirectory disk, Logs logs) {
        Logs.Checker checker = logs.checker();
        WriteAheadLog.open(disk, options(7), checker).close();
        return checker.last();
    }

    @Test
    void isDoneAfterAFailedSync() {
        SimulatedDirectory disk = SimulatedDirectory.empty();
        Logs logs = new Logs();
        FaultyDirectory faulty = new FaultyDirectory(disk, Fault.once(100, Fault.Kind.LOST_SYNC));
        // One segment: the sync of the block that says that another one follows may fail.
        WriteAheadLog log = WriteAheadLog.create(faulty, Logs.options(1 << 20, 0));
        StoreFailedException first = assertThrows(StoreFailedException.class, () -> {
            while (!faulty.fired()) {
                logs.append(log, 1, 0);
                log.sync();
            }
        });

        int before = disk.operations();
        StoreFailedException second = assertThrows(StoreFailedException.class, log::sync);
        StoreFailedException third = assertThrows(StoreFailedException.class, () -> logs.append(log, 1, 0));
        assertThrows(StoreFailedException.class, log::prepare);
        log.close();
        assertEquals(before, disk.operations(), "a failed sync is never tried again, and nothing else is written");
        assertEquals(first.getCause(), second.getCause());
        assertEquals(first.getCause(), third.getCause());
    }

    private boolean check(Fault fault) {
        SimulatedDirectory disk = SimulatedDirectory.empty();
        FaultyDirectory faulty = new FaultyDirectory(disk, fault);
        try {
            Outcome outcome = run(faulty);
            assertEquals(0, faulty.openFiles(), "files left open");
            if (outcome.created) {
                reopen(disk.afterKill(), outcome);
            } else {
                WriteAheadLog.create(disk.afterKill(), options(3)).close();
            }
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(fault.toString(), e);
        }
        return faulty.fired();
    }

    /** Creates, appends and rotates, closes, opens and goes on; a failed log is opened again. */
    private static Outcome run(FaultyDirectory directory) {
        Outcome outcome = new Outcome();
        try (WriteAheadLog log = WriteAheadLog.create(directory, options(0))) {
            outcome.created = true;
            write(directory, log, outcome, 0);
        } catch (StorageException e) {
            outcome.failed = true;
        }
        if (!outcome.created) {
            return outcome;
        }
        if (!outcome.failed) {
            outcome.acknowledged = outcome.logs.last();
        }
        // A second opening of a failed log may lose what was never acknowledged, so what it finds is what there is.
        try {
            LogStart start = Checkpoints.starts(directory).getFirst();
            reopenAndWrite(directory, start, outcome);
        } catch (CorruptWalException | CorruptManifestException e) {
            throw e;
        } catch (StorageException e) {
            outcome.failed = true;
        }
        return outcome;
    }

    private static void reopenAndWrite(FaultyDirectory directory, LogStart start, Outcome outcome) {
        Logs.Checker checker = outcome.logs.checkerFrom(start.lsn());
        try (WriteAheadLog log = WriteAheadLog.open(directory, options(1), start, checker)) {
            requireBetween(outcome, checker.last());
            outcome.logs = outcome.logs.cut(checker.last());
            outcome.acknowledged = checker.last();
            outcome.failed = false;
            write(directory, log, outcome, 1);
        }
    }

    private static void write(FaultyDirectory directory, WriteAheadLog log, Outcome outcome, int session) {
        for (int i = 0; i < ROUNDS; i++) {
            Logs before = outcome.logs.cut(outcome.logs.last());
            Frame frame = outcome.logs.frame(log, 1 + i % 5, 100 * session + i);
            try {
                log.append(frame);
            } catch (StoreFailedException | WriteOutcomeUnknownException e) {
                // Unknown: it may be there after the next opening, whole.
                throw e;
            } catch (StorageException e) {
                // Refused: other records get these LSNs, and these must never be seen.
                outcome.logs = before;
                continue;
            }
            if (i % 4 == 1) {
                prepare(log);
            }
            if (i % 6 == 4) {
                checkpoint(directory, log, outcome);
            }
            if (i % 3 == 2) {
                log.sync();
                outcome.acknowledged = outcome.logs.last();
            }
        }
    }

    /** A segment that cannot be made ahead is no failure of the log. */
    private static void prepare(WriteAheadLog log) {
        try {
            log.prepare();
        } catch (StoreFailedException e) {
            throw e;
        } catch (StorageException e) {
            // Appends go on while the present segment has room, and then make the next one themselves.
        }
    }

    /** A checkpoint that fails leaves the log as it was. */
    private static void checkpoint(FaultyDirectory directory, WriteAheadLog log, Outcome outcome) {
        try {
            Checkpoints.take(directory, log);
            outcome.acknowledged = outcome.logs.last();
        } catch (StoreFailedException | CorruptManifestException e) {
            throw e;
        } catch (StorageException e) {
            // One way or the other, what the newest file says is there.
        }
    }

    private static void reopen(SimulatedDirectory disk, Outcome outcome) {
        LogStart start = Checkpoints.starts(disk).getFirst();
        Logs.Checker checker = outcome.logs.checkerFrom(start.lsn());
        try (WriteAheadLog log = WriteAheadLog.open(disk, options(2), start, checker)) {
            requireBetween(outcome, checker.last());
            Logs after = outcome.logs.cut(checker.last());
            after.append(log, 3, 2);
            log.sync();
        }
        assertTrue(WriteAheadLog.verify(disk, options(2), start, (lsn, type, flags, payload) -> {})
                .clean());
    }

    private static void requireBetween(Outcome outcome, long found) {
        assertTrue(
                found >= outcome.acknowledged && found <= outcome.logs.last(),
                () -> "acknowledged=" + outcome.acknowledged + ", found=" + found + ", issued=" + outcome.logs.last());
    }

    private static LogOptions options(int seed) {
        return Logs.options(SEGMENT_BYTES, seed);
    }
}
