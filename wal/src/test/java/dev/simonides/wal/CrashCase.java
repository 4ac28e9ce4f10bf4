// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import dev.simonides.wal.simulation.CrashCounts;
import dev.simonides.wal.simulation.CrashModel;
import dev.simonides.wal.simulation.CrashState;
import dev.simonides.wal.simulation.CrashStates;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A workload made of steps, and which of its crash states are looked at. Immutable.
 *
 * @param <S> a step
 * @param steps of the workload
 * @param part which of its crashes
 * @param models how the disk behaves, one after the other; no state is looked at twice
 * @param work runs steps; whenever it runs the same ones, the disk does the same operations
 */
public record CrashCase<S>(List<S> steps, Part part, List<CrashModel> models, Function<List<S>, Run> work) {
    /** Which crashes of a workload are looked at. */
    public enum Part {
        /** All, those of the making of the store included. */
        ALL,
        /** Those behind the making of the store. */
        STEPS,
        /** Those in the last step; those before are another workload's. */
        LAST_STEP
    }

    /** A workload that was run, and what there is to say about its crash states. Confined to one thread. */
    public interface Run {
        /** The disk it ran on, at rest. */
        SimulatedDirectory disk();

        /** How many operations the disk had done once the store was made. */
        int firstStepBegan();

        /** How many operations the disk had done before the last step; 0 if there was none. */
        int lastStepBegan();

        /** What is expected after a number of operations, as {@link CrashStates#forEach} wants it. */
        long expectation(int position);

        /**
         * Looks at a state; throws if it is wrong.
         *
         * @param closely whether everything is done with it that is done with some states only
         */
        void check(CrashState state, boolean closely);

        /** What came of it, besides the states that were handed to {@link #check}. */
        Tally tally();
    }

    /**
     * What was looked at.
     *
     * @param workloads how many workloads
     * @param first states of crashes in them
     * @param second states of crashes in what was done with those
     * @param refused how many of them were refused with a typed error, where that is allowed
     * @param goneOnFrom how many of them a program went on from
     */
    public record Tally(int workloads, CrashCounts first, CrashCounts second, long refused, long goneOnFrom) {
        /** Nothing yet. */
        public static final Tally NONE = new Tally(0, new CrashCounts(0, 0), new CrashCounts(0, 0), 0, 0);

        /** The sum of two. */
        public Tally plus(Tally other) {
            return new Tally(
                    workloads + other.workloads,
                    first.plus(other.first),
                    second.plus(other.second),
                    refused + other.refused,
                    goneOnFrom + other.goneOnFrom);
        }

        /** Distinct images that were looked at. */
        public long images() {
            return first.distinct() + second.distinct();
        }

        @Override
        public String toString() {
            return "workloads=" + workloads + ", states=" + (first.states() + second.states()) + ", distinct="
                    + images()
                    + ", of second crashes=" + second.distinct() + ", refused=" + refused + ", gone on from="
                    + goneOnFrom;
        }
    }

    /** A state in which something is wrong; the message says how to see it {@link #again}. */
    public static final class Broken extends AssertionError {
        private static final long serialVersionUID = 1L;

        private final transient CrashCase<?> of;
        private final transient CrashModel model;
        private final transient CrashState state;

        Broken(CrashCase<?> of, CrashModel model, CrashState state, Throwable how) {
            super(how.getMessage() + "; " + state + ", steps=" + of.steps + ", model=" + model, how);
            this.of = of;
            this.model = model;
            this.state = state;
        }

        /** The case whose workload it is. */
        public CrashCase<?> of() {
            return of;
        }

        /** How the disk behaved. */
        public CrashModel model() {
            return model;
        }

        /** What was left. */
        public CrashState state() {
            return state;
        }
    }

    /** Every sequence of some steps up to a length, the empty one first. */
    public static <S> List<List<S>> sequences(List<S> steps, int lengthMax) {
        List<List<S>> all = new ArrayList<>(List.of(List.of()));
        for (int i = 0; i < all.size() && all.get(i).size() < lengthMax; i++) {
            for (S step : steps) {
                List<S> longer = new ArrayList<>(all.get(i));
                longer.add(step);
                all.add(longer);
            }
        }
        return all;
    }

    /** Looks at cases on all cores, and prints the tally. */
    public static <S> Tally lookAtAll(String what, List<CrashCase<S>> cases) {
        Iterator<CrashCase<S>> rest = cases.iterator();
        return lookAtAll(what, () -> rest.hasNext() ? Optional.of(rest.next()) : Optional.empty());
    }

    /** Looks at cases on all cores, until there is none, and prints the tally. */
    public static <S> Tally lookAtAll(String what, Supplier<Optional<CrashCase<S>>> cases) {
        long start = System.nanoTime();
        Tally tally = AllCores.sum(cases, CrashCase::look, Tally.NONE, Tally::plus);
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                "crash states of %s: %s, seconds=%.1f, images a second=%.0f%n",
                what, tally, seconds, tally.images() / seconds);
        return tally;
    }

    /**
     * Looks at all states.
     *
     * @throws Broken in the first state that is wrong, made small: steps are left out, and what is lost is put back, as long
     *     as something is wrong
     */
    public Tally look() {
        Run run;
        try {
            run = work.apply(steps);
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("the workload itself: " + e.getMessage() + "; steps=" + steps, e);
        }
        try {
            return lookAt(run);
        } catch (Broken found) {
            throw smallest(found);
        }
    }

    private Tally lookAt(Run run) {
        Set<Long> looked = new HashSet<>();
        CrashCounts counts = new CrashCounts(0, 0);
        for (CrashModel model : models) {
            counts = counts.plus(states(run, model)
                    .besides(looked)
                    .forEach(run::expectation, state -> check(run, model, state, false)));
        }
        return new Tally(1, counts, new CrashCounts(0, 0), 0, 0).plus(run.tally());
    }

    private CrashStates states(Run run, CrashModel model) {
        CrashStates states = CrashStates.of(run.disk(), model);
        return switch (part) {
            case ALL -> states;
            case STEPS -> states.from(run.firstStepBegan());
            case LAST_STEP -> steps.isEmpty() ? states : states.from(run.lastStepBegan() + 1);
        };
    }

    private void check(Run run, CrashModel model, CrashState state, boolean closely) {
        try {
            run.check(state, closely);
        } catch (RuntimeException | AssertionError e) {
            throw new Broken(this, model, state, e);
        }
    }

    private Broken smallest(Broken found) {
        Broken[] smallest = {found};
        List<S> fewest = Shrinker.shrink(steps, fewer -> {
            CrashCase<S> smaller = new CrashCase<>(fewer, Part.ALL, List.of(found.model), work);
            return broken(smallest, () -> smaller.lookAt(work.apply(fewer)));
        });
        CrashCase<S> small = new CrashCase<>(fewest, Part.ALL, List.of(found.model), work);
        Run run = work.apply(fewest);
        var _ = CrashStates.of(run.disk(), found.model)
                .withLeastLost(
                        smallest[0].state, state -> broken(smallest, () -> small.check(run, found.model, state, true)));
        if (smallest[0] != found) {
            smallest[0].addSuppressed(found);
        }
        return smallest[0];
    }

    /** Whether something is wrong, and notes what. */
    private static boolean broken(Broken[] last, Runnable look) {
        try {
            look.run();
            return false;
        } catch (Broken e) {
            last[0] = e;
            return true;
        } catch (RuntimeException | AssertionError e) {
            // A workload that cannot even be run is another failure than the one that is made small.
            return false;
        }
    }

    /**
     * Looks once more, and closely, at a state that a message named.
     *
     * @param position after how many operations the crash is
     * @param chosen which of the pending units are there
     * @throws Broken if it is wrong again
     */
    public void again(CrashModel model, int position, BitSet chosen) {
        Run run = work.apply(steps);
        check(run, model, CrashStates.of(run.disk(), model).at(position, chosen), true);
    }
}
