// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.CrashCase.Tally;
import dev.simonides.wal.simulation.CrashCounts;
import dev.simonides.wal.simulation.CrashModel;
import dev.simonides.wal.simulation.CrashState;
import dev.simonides.wal.simulation.CrashStates;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.util.List;

/** Opens what crashes of a log left, goes on with it, and at times crashes in the middle of that. Confined to one thread. */
final class LogCrashRun implements CrashCase.Run {
    private static final int SESSION = 77;
    private static final int SECOND_DEPTH_EVERY = 100;

    private final Workload workload;
    private final Terms terms;
    private long opened;
    private long refused;
    private CrashCounts second = new CrashCounts(0, 0);

    /** What may be expected of an opening. */
    enum Terms {
        /** It keeps every promise. */
        KEPT,
        /** The same on a device that tears sectors, which the log is told. */
        KEPT_THOUGH_TORN,
        /** It keeps every promise, or takes a torn sector for damage and says so. */
        KEPT_OR_TORN,
        /** It finds a prefix, or says what is damaged: the device did not do what it said. */
        PREFIX_OR_DAMAGED
    }

    LogCrashRun(Workload workload, Terms terms) {
        this.workload = workload;
        this.terms = terms;
    }

    @Override
    public SimulatedDirectory disk() {
        return workload.disk();
    }

    @Override
    public int firstStepBegan() {
        return workload.firstStepBegan();
    }

    @Override
    public int lastStepBegan() {
        return workload.lastStepBegan();
    }

    @Override
    public long expectation(int position) {
        return terms == Terms.PREFIX_OR_DAMAGED ? 0 : workload.promise(position);
    }

    @Override
    public Tally tally() {
        return new Tally(0, new CrashCounts(0, 0), second, refused, opened);
    }

    @Override
    public void check(CrashState state, boolean closely) {
        try {
            if (terms == Terms.PREFIX_OR_DAMAGED) {
                findPrefix(state);
            } else {
                open(state, closely);
            }
        } catch (CorruptWalException | CorruptManifestException e) {
            if (terms == Terms.KEPT || terms == Terms.KEPT_THOUGH_TORN) {
                throw e;
            }
            refused++;
        }
    }

    private void findPrefix(CrashState state) {
        LogStart start = Checkpoints.starts(state.image()).getFirst();
        Logs.Checker checker = workload.logs().checkerFrom(start.lsn());
        WriteAheadLog.replay(state.image(), options(1), start, checker);
        requireBetween(0, checker.last(), workload.issued(state.position()));
    }

    private void open(CrashState state, boolean closely) {
        long acknowledged = workload.acknowledged(state.position());
        long issued = workload.issued(state.position());
        SimulatedDirectory disk = state.image();
        if (!disk.exists(Workload.STORE)) {
            assertEquals(-1, acknowledged, "the store itself is gone");
            WriteAheadLog.create(disk, options(SESSION)).close();
            return;
        }
        Recovery recovery = recover(workload.logs(), disk, SESSION);
        requireBetween(acknowledged, recovery.found, issued);
        opened++;
        if (closely || opened % SECOND_DEPTH_EVERY == 0) {
            crashAgain(disk, recovery);
        }
    }

    /** What an opening found, and what it wrote then. */
    private record Recovery(long found, Logs logs, int synced) {}

    /** Opens, appends, closes, and finds everything. */
    private Recovery recover(Logs logs, SimulatedDirectory disk, int session) {
        List<LogStart> starts = Checkpoints.starts(disk);
        LogStart start = starts.getFirst();
        // From the checkpoint before, everything is found too.
        Logs.Checker older = logs.checkerFrom(starts.getLast().lsn());
        WriteAheadLog.replay(disk, options(session), starts.getLast(), older);
        Logs.Checker checker = logs.checkerFrom(start.lsn());
        Logs after;
        int synced;
        try (WriteAheadLog log = WriteAheadLog.open(disk, options(session), start, checker)) {
            assertEquals(older.last(), checker.last());
            after = logs.cut(Math.min(checker.last(), logs.last()));
            after.append(log, 2, session);
            if (checker.last() % 2 == 0) {
                start = Checkpoints.take(disk, log);
            }
            after.append(log, 1, session);
            log.sync();
            synced = disk.operations();
        }
        assertEquals(0, disk.openFiles(), "files left open");
        Logs.Checker again = after.checkerFrom(start.lsn());
        ReplayReport report = WriteAheadLog.replay(disk, options(session), start, again);
        assertEquals(checker.last() + 3, again.last());
        assertTrue(report.closed());
        assertTrue(disk.list().stream().noneMatch(name -> name.endsWith(".tmp")), () -> "left: " + disk.list());
        return new Recovery(checker.last(), after, synced);
    }

    /** Crashes everywhere in the recovery, and recovers from that. */
    private void crashAgain(SimulatedDirectory disk, Recovery first) {
        CrashModel model = CrashModel.weak(opened).withEffort(6, 10);
        second =
                second.plus(CrashStates.of(disk, model).forEach(position -> position >= first.synced ? 1 : 0, state -> {
                    Recovery again = recover(first.logs, state.image(), SESSION + 1);
                    long least = state.position() >= first.synced ? first.found + 3 : first.found;
                    requireBetween(least, again.found, first.found + 3);
                }));
    }

    private static void requireBetween(long acknowledged, long recovered, long issued) {
        assertTrue(
                recovered >= acknowledged && recovered <= issued,
                () -> "acknowledged=" + acknowledged + ", recovered=" + recovered + ", issued=" + issued);
    }

    private LogOptions options(int session) {
        return Logs.options(Workload.SEGMENT_BYTES, session)
                .tornSectors(terms == Terms.KEPT_THOUGH_TORN ? TornSectors.TOLERATE : TornSectors.REFUSE);
    }
}
