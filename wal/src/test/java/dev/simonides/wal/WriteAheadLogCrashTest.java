// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.Workload.Step;
import dev.simonides.wal.simulation.CrashCounts;
import dev.simonides.wal.simulation.CrashModel;
import dev.simonides.wal.simulation.CrashState;
import dev.simonides.wal.simulation.CrashStates;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Looks at what every crash may leave behind: what was acknowledged is there, nothing is there that was not written, it
 * is a prefix, and the log goes on from it.
 */
@Tag("crash")
class WriteAheadLogCrashTest {
    private static final int RECOVERY_SESSION = 77;
    private static final int SECOND_DEPTH_EVERY = 100;

    private long opened;
    private CrashCounts second = new CrashCounts(0, 0);

    @Test
    void keepsItsPromisesInEveryShortWorkload() {
        CrashCounts counts = new CrashCounts(0, 0);
        int workloads = 0;
        for (List<Step> steps : allOfLength(2)) {
            Workload workload = new Workload(steps, UnaryOperator.identity(), false);
            counts = counts.plus(check(workload, CrashModel.weak(workloads).withEffort(6, 5)));
            workloads++;
        }
        print("every workload of 2 steps, weak names", workloads, counts);
    }

    @Test
    void keepsItsPromisesInLongWorkloads() {
        List<Step> steps = random(20, 4711);
        Workload workload = new Workload(steps, UnaryOperator.identity(), false);
        CrashModel weak = CrashModel.weak(4711).withEffort(7, 20);

        print("one workload of 20 steps, weak names", 1, check(workload, weak));
        print("ordered names", 1, check(workload, weak.withOrderedNames()));
        print("rubbish in holes", 1, check(workload, weak.withGarbage().withEffort(5, 5)));
    }

    @Test
    void toleratesTornSectorsWhenTold() {
        List<Step> steps = List.of(
                Step.NINE,
                Step.SYNC,
                Step.ONE,
                Step.CHECKPOINT,
                Step.NINE,
                Step.KILL,
                Step.FILL,
                Step.ROTATE,
                Step.NINE);
        Workload workload = new Workload(steps, UnaryOperator.identity(), false);
        CrashModel torn = CrashModel.weak(99).withTornSectors().withEffort(5, 10);

        CrashCounts counts = CrashStates.of(workload.disk(), torn)
                .forEach(workload::promise, state -> verify(workload, state, TornSectors.TOLERATE));
        print("torn sectors, tolerated", 1, counts);

        // Refusing them, a torn sector may be taken for damage, but never for anything else.
        int[] refused = {0};
        CrashStates.of(workload.disk(), torn).forEach(workload::promise, state -> {
            try {
                verify(workload, state, TornSectors.REFUSE);
            } catch (CorruptWalException e) {
                refused[0]++;
            }
        });
        assertTrue(refused[0] > 0, "some of these states must look like damage");
    }

    @Test
    void neverInventsAnythingWhenSyncsLie() {
        Workload workload = new Workload(random(8, 7), UnaryOperator.identity(), false);
        int[] refused = {0};
        CrashCounts counts = CrashStates.of(
                        workload.disk(), CrashModel.weak(7).withLyingSyncs().withEffort(4, 10))
                .forEach(position -> 0, state -> {
                    try {
                        LogStart start = Checkpoints.starts(state.image()).getFirst();
                        Logs.Checker checker = workload.logs().checkerFrom(start.lsn());
                        WriteAheadLog.replay(state.image(), options(1), start, checker);
                        assertTrue(checker.last() <= workload.issued(state.position()), state::toString);
                    } catch (CorruptWalException | CorruptManifestException e) {
                        refused[0]++;
                    }
                });
        assertTrue(refused[0] > 0, "a lying device must be noticed at times");
        print("lying syncs, " + refused[0] + " refused", 1, counts);
    }

    @Test
    void catchesAMediumThatForgetsNames() {
        assertCaught(directory -> new ForgetfulDirectory(directory, true, false), false);
    }

    @Test
    void catchesAMediumThatForgetsBytes() {
        assertCaught(directory -> new ForgetfulDirectory(directory, false, true), false);
    }

    @Test
    void catchesAnAcknowledgementBeforeTheSync() {
        assertCaught(UnaryOperator.identity(), true);
    }

    @Test
    void catchesSegmentsThatAreRetiredEarly() {
        List<Step> steps = List.of(Step.NINE, Step.CHECKPOINT, Step.ONE, Step.SYNC);
        assertCaught(new Workload(steps, UnaryOperator.identity(), false, Checkpoints::takeRetiringEarly));
        check(new Workload(steps, UnaryOperator.identity(), false), CrashModel.weak(3));
    }

    private void assertCaught(UnaryOperator<StorageDirectory> mutant, boolean acknowledgeBeforeSync) {
        assertCaught(new Workload(random(12, 3), mutant, acknowledgeBeforeSync));
    }

    private void assertCaught(Workload workload) {
        CrashModel model = CrashModel.weak(3).withEffort(6, 20);
        assertThrows(
                Violation.class,
                () -> CrashStates.of(workload.disk(), model).forEach(workload::promise, state -> {
                    try {
                        verify(workload, state, TornSectors.REFUSE);
                    } catch (AssertionError | StorageException e) {
                        throw new Violation(state.toString(), e);
                    }
                }));
    }

    private CrashCounts check(Workload workload, CrashModel model) {
        return CrashStates.of(workload.disk(), model).forEach(workload::promise, state -> {
            try {
                verify(workload, state, TornSectors.REFUSE);
            } catch (AssertionError | StorageException e) {
                throw new AssertionError(state + ", model=" + model, e);
            }
        });
    }

    /** Opens what a crash left, goes on with it, and at times crashes in the middle of that. */
    private void verify(Workload workload, CrashState state, TornSectors torn) {
        long acknowledged = workload.acknowledged(state.position());
        long issued = workload.issued(state.position());
        SimulatedDirectory disk = state.image();
        if (!disk.exists(Workload.STORE)) {
            assertEquals(-1, acknowledged, "the store itself is gone");
            WriteAheadLog.create(disk, options(RECOVERY_SESSION)).close();
            return;
        }
        Recovery recovery = recover(workload.logs(), disk, RECOVERY_SESSION, torn);
        requireBetween(acknowledged, recovery.found, issued);
        if (++opened % SECOND_DEPTH_EVERY == 0) {
            crashAgain(disk, recovery, torn);
        }
    }

    /** What an opening found, and what it wrote then. */
    private record Recovery(long found, Logs logs, int synced) {}

    /** Opens, appends, closes, and finds everything. */
    private static Recovery recover(Logs logs, SimulatedDirectory disk, int session, TornSectors torn) {
        List<LogStart> starts = Checkpoints.starts(disk);
        LogStart start = starts.getFirst();
        // From the checkpoint before, everything is found too.
        Logs.Checker older = logs.checkerFrom(starts.getLast().lsn());
        WriteAheadLog.replay(disk, options(session).tornSectors(torn), starts.getLast(), older);
        Logs.Checker checker = logs.checkerFrom(start.lsn());
        Logs after;
        int synced;
        try (WriteAheadLog log = WriteAheadLog.open(disk, options(session).tornSectors(torn), start, checker)) {
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
    private void crashAgain(SimulatedDirectory disk, Recovery first, TornSectors torn) {
        CrashModel model = CrashModel.weak(opened).withEffort(6, 10);
        second =
                second.plus(CrashStates.of(disk, model).forEach(position -> position >= first.synced ? 1 : 0, state -> {
                    Recovery again = recover(first.logs, state.image(), RECOVERY_SESSION + 1, torn);
                    long least = state.position() >= first.synced ? first.found + 3 : first.found;
                    requireBetween(least, again.found, first.found + 3);
                }));
    }

    private static void requireBetween(long acknowledged, long recovered, long issued) {
        assertTrue(
                recovered >= acknowledged && recovered <= issued,
                () -> "acknowledged=" + acknowledged + ", recovered=" + recovered + ", issued=" + issued);
    }

    private static LogOptions options(int seed) {
        return Logs.options(Workload.SEGMENT_BYTES, seed);
    }

    private static List<List<Step>> allOfLength(int length) {
        List<List<Step>> all = new ArrayList<>();
        all.add(List.of());
        for (int i = 0; i < length; i++) {
            List<List<Step>> longer = new ArrayList<>();
            for (List<Step> steps : all) {
                for (Step step : Step.values()) {
                    List<Step> more = new ArrayList<>(steps);
                    more.add(step);
                    longer.add(more);
                }
            }
            all = longer;
        }
        return all;
    }

    private static List<Step> random(int length, long seed) {
        Random random = new Random(seed);
        List<Step> all = List.of(Step.values());
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            steps.add(all.get(random.nextInt(all.size())));
        }
        return steps;
    }

    /** A mutant was caught. */
    private static final class Violation extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Violation(String state, Throwable cause) {
            super(state, cause);
        }
    }

    private void print(String what, int workloads, CrashCounts counts) {
        System.out.println("crash states, " + what + ": workloads=" + workloads + ", states=" + counts.states()
                + ", distinct=" + counts.distinct() + ", second depth=" + second);
    }
}
