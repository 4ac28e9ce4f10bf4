// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.store;

import dev.simonides.core.manifest.Manifests;
import dev.simonides.core.store.StoreHistory.MemoryKey;
import dev.simonides.core.store.StoreHistory.Version;
import dev.simonides.core.store.StoreWorkload.Step;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.wal.CorruptWalException;
import dev.simonides.wal.CrashCase;
import dev.simonides.wal.CrashCase.Tally;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.TornSectors;
import dev.simonides.wal.WriteAheadLog;
import dev.simonides.wal.simulation.CrashCounts;
import dev.simonides.wal.simulation.CrashModel;
import dev.simonides.wal.simulation.CrashState;
import dev.simonides.wal.simulation.CrashStates;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Recovers what crashes of one workload left behind, and compares it with what was promised. Confined to one thread.
 *
 * <p>Every image is recovered by the recovery itself, without a thread. Some are recovered twice, and without their newest
 * manifest, which must find the same; some are opened as a program does, written on and verified; and of some of those the crash
 * states are looked at in turn.
 */
final class StoreCrashRun implements CrashCase.Run {
    private static final int AGAIN_EVERY = 16;
    private static final int GO_ON_EVERY = 100;
    private static final int SECOND_DEPTH_EVERY = 400;

    /** What is done with a store that was recovered, by turns; a crash in the midst of it is the second one. */
    private static final List<List<Step>> AFTERWARDS = List.of(
            List.of(),
            List.of(Step.PUT),
            List.of(Step.UPDATE, Step.CHECKPOINT, Step.DELETE),
            List.of(Step.BIG),
            List.of(Step.COMPACT, Step.UPDATE));

    private static final int SESSION = 1_000;
    private static final int NEXT_SESSION = 2_000;

    private final StoreWorkload workload;
    private final StoreShape shape;
    private final StoreHistory history;
    private final Terms terms;
    private long looked;
    private int turn;
    private long refused;
    private long goneOnFrom;
    private CrashCounts second = new CrashCounts(0, 0);

    /** What may be expected of a recovery. */
    enum Terms {
        /** It keeps every promise. */
        KEPT(TornSectors.REFUSE),
        /** The same on a device that tears sectors, which the store is told. */
        KEPT_THOUGH_TORN(TornSectors.TOLERATE),
        /** It keeps every promise, or takes a torn sector for damage to the log and says so. */
        KEPT_OR_TORN(TornSectors.REFUSE),
        /** It finds some former state, or says what is damaged: the device did not do what it said. */
        FORMER_OR_DAMAGED(TornSectors.REFUSE);

        private final TornSectors tornSectors;

        Terms(TornSectors tornSectors) {
            this.tornSectors = tornSectors;
        }
    }

    /**
     * Takes a workload that was run.
     *
     * @param seed decides with which of the images more is done
     */
    StoreCrashRun(StoreWorkload workload, Terms terms, long seed) {
        this.workload = workload;
        this.shape = workload.shape();
        this.history = workload.history();
        this.terms = terms;
        Random random = new Random(seed);
        this.looked = random.nextInt(SECOND_DEPTH_EVERY);
        this.turn = random.nextInt(AFTERWARDS.size());
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
        return history.expectation(position);
    }

    @Override
    public Tally tally() {
        return new Tally(0, new CrashCounts(0, 0), second, refused, goneOnFrom);
    }

    @Override
    public void check(CrashState state, boolean closely) {
        try {
            if (closely) {
                // Once for each thing that is done with a store afterwards.
                AFTERWARDS.forEach(steps -> check(state, true, true, true));
            } else {
                looked++;
                boolean goOn = looked % GO_ON_EVERY == 0;
                check(state, looked % AGAIN_EVERY == 0, goOn, goOn && looked % SECOND_DEPTH_EVERY == 0);
            }
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(e.getMessage() + "; " + shape, e);
        }
    }

    private void check(CrashState state, boolean again, boolean goOn, boolean crashAgain) {
        long promised = history.promised(state.position());
        long issued = history.issued(state.position());
        long generation = history.generation(state.position());
        SimulatedDirectory image = state.image();
        if (!image.exists(StoreFile.NAME)) {
            requireNoStore(promised, image, goOn);
            return;
        }
        long found;
        try {
            found = recover(image, state.position(), generation);
        } catch (CorruptWalException e) {
            refuse(e, terms == Terms.KEPT_OR_TORN || terms == Terms.FORMER_OR_DAMAGED);
            return;
        } catch (StorageException e) {
            refuse(e, terms == Terms.FORMER_OR_DAMAGED);
            return;
        }
        long least = terms == Terms.FORMER_OR_DAMAGED ? 0 : promised;
        require(
                found >= least && found <= issued,
                () -> "recovered LSN " + found + ", promised " + least + ", issued " + issued);
        if (again) {
            long next = recover(image, state.position(), generation);
            require(next == found, () -> "recovered LSN " + found + ", the next time LSN " + next);
            requireRedundant(image, state.position(), found);
        }
        if (goOn && terms != Terms.FORMER_OR_DAMAGED) {
            // What is torn is behind it once it was recovered by someone who tolerates it.
            SimulatedDirectory left = terms == Terms.KEPT_THOUGH_TORN ? image : state.image();
            goOn(left, new StoreHistory(found, history.contents(state.position(), found)), crashAgain);
        }
    }

    /** Without its newest manifest a store is recovered all the same: from the generation before, and more of the log. */
    private void requireRedundant(SimulatedDirectory image, int position, long found) {
        long newest = StoreWorkload.generation(image);
        if (newest > 0 && terms != Terms.FORMER_OR_DAMAGED) {
            long older = recover(image.without(Manifests.name(newest)), position, newest - 1);
            require(
                    older == found,
                    () -> "recovered LSN " + found + ", without generation " + newest + " LSN " + older);
        }
    }

    private void refuse(StorageException e, boolean allowed) {
        if (!allowed) {
            throw e;
        }
        refused++;
    }

    /** A creation that was cut off begins again. */
    private void requireNoStore(long promised, SimulatedDirectory image, boolean goOn) {
        if (terms == Terms.FORMER_OR_DAMAGED) {
            refused++;
            return;
        }
        require(promised == StoreHistory.NO_STORE, () -> "the store itself is gone: " + image.list());
        goOn(image, new StoreHistory(), goOn);
    }

    /** Recovers without a thread, compares everything with the history, and ends as a killed process does. */
    private long recover(SimulatedDirectory image, int position, long generation) {
        StoreFile file = StoreFile.read(image);
        Recovery.Recovered recovered = new Recovery(
                        image,
                        shape.options(),
                        shape.log(file.storeId(), SESSION).tornSectors(terms.tornSectors),
                        file.pages())
                .run();
        WriteAheadLog log = Objects.requireNonNull(recovered.log());
        try (StoreMemory memory = recovered.memory()) {
            long lsn = recovered.report().lsn();
            require(log.lastLsn() == lsn, () -> "the log ends at LSN " + log.lastLsn() + ", memory at " + lsn);
            if (terms != Terms.FORMER_OR_DAMAGED) {
                require(
                        recovered.report().generation() >= generation
                                && recovered.report().fallback().isEmpty()
                                && recovered.report().rebuilt().isEmpty(),
                        () -> "promised generation " + generation + ": "
                                + recovered.report().describe());
            }
            requireContents(history.contents(position, lsn), memory);
            return lsn;
        } finally {
            log.abandon();
            require(image.openFiles() == 0, () -> "files left open: " + image.openFiles());
        }
    }

    private static void requireContents(Map<MemoryKey, Version> expected, StoreMemory memory) {
        int alive = 0;
        for (Tenant tenant : memory.tenants().all()) {
            for (int ordinal = 0; ordinal < tenant.count(); ordinal++) {
                if (!tenant.dead(ordinal)) {
                    requireVersion(expected, memory, tenant, ordinal);
                    alive++;
                }
            }
        }
        int found = alive;
        require(found == expected.size(), () -> "found " + found + " memories, expected " + expected.keySet());
    }

    private static void requireVersion(
            Map<MemoryKey, Version> expected, StoreMemory memory, Tenant tenant, int ordinal) {
        byte[] utf8 = tenant.key(ordinal);
        MemoryKey key = new MemoryKey(tenant.name(), new String(utf8, StandardCharsets.UTF_8));
        Version version = expected.get(key);
        String text = new String(tenant.payload(ordinal), StandardCharsets.UTF_8);
        require(
                version != null && version.text().equals(text),
                () -> key + ": found " + text + ", expected " + version);
        byte[] stored = StoreShape.stored(
                memory.codec(),
                tenant.vectors().codeAddress(ordinal),
                memory.codec().originalBytes() > 0 ? tenant.vectors().originalAddress(ordinal) : 0);
        require(Arrays.equals(version.stored(), stored), () -> key + ": another vector");
        int leadsTo = tenant.keys().get(tenant.keys().key(tenant.id(), utf8));
        require(leadsTo == ordinal, () -> key + " leads to ordinal " + leadsTo + " and not to " + ordinal);
    }

    /** A store that was recovered is of use: it is written on and verified, and crashes in the midst of that. */
    private void goOn(SimulatedDirectory image, StoreHistory found, boolean crashAgain) {
        StoreWorkload next = new StoreWorkload(shape, image, found, NEXT_SESSION, UnaryOperator.identity());
        try (next) {
            AFTERWARDS.get(turn).forEach(next::step);
            next.verify();
        }
        turn = (turn + 1) % AFTERWARDS.size();
        goneOnFrom++;
        if (crashAgain) {
            StoreCrashRun run = new StoreCrashRun(next, terms, goneOnFrom);
            CrashModel model = CrashModel.weak(goneOnFrom).withEffort(4, 4);
            second = second.plus(CrashStates.of(image, model).forEach(found::expectation, run::checkSecond));
        }
    }

    private void checkSecond(CrashState state) {
        try {
            check(state, false, false, false);
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(e.getMessage() + "; in the recovery from it, and what was done then, " + state, e);
        }
    }

    private static void require(boolean condition, Supplier<String> message) {
        if (!condition) {
            throw new AssertionError(message.get());
        }
    }
}
