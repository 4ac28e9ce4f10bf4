// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal.simulation;

import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.IntToLongFunction;
import java.util.function.Predicate;

/**
 * The crash states of a recorded run: after every operation, subsets of what was pending then. Confined to one thread.
 *
 * <p>Up to {@link CrashModel#exhaustiveUnitsMax()} pending units, every subset. Above: none, all, each prefix, each unit
 * left out alone, each unit alone, each subset of the files, and random ones.
 *
 * <pre>{@code
 * SimulatedDirectory disk = SimulatedDirectory.empty();
 * run(disk);                                              // notes in acked what it acknowledged after which operation
 * CrashStates.of(disk, CrashModel.weak(1)).forEach(position -> acked[position], state -> {
 *     try (Store store = Store.open(state.image())) { … }
 * });
 * }</pre>
 *
 * <p>After Pillai et al., "All File Systems Are Not Created Equal" (ALICE), OSDI 2014.
 */
public final class CrashStates {
    private static final int FILES_MAX = 6;

    private final SimulatedDirectory directory;
    private final CrashModel model;
    private final int first;
    private final Set<Long> looked;
    private final Random random;

    private CrashStates(SimulatedDirectory directory, CrashModel model, int first, Set<Long> looked) {
        this.directory = directory;
        this.model = model;
        this.first = first;
        this.looked = looked;
        this.random = new Random(model.seed());
    }

    /**
     * The crash states of what a directory recorded.
     *
     * @param directory the directory, at rest
     * @param model how the device behaves
     * @return the states
     */
    public static CrashStates of(SimulatedDirectory directory, CrashModel model) {
        return new CrashStates(directory, model, 0, new HashSet<>());
    }

    /**
     * Of these states those of crashes after a number of operations or more.
     *
     * @param position how many operations at least
     * @return the states
     */
    public CrashStates from(int position) {
        return new CrashStates(directory, model, position, looked);
    }

    /**
     * Of these states those that were not looked at before, to look at the same run with another model.
     *
     * @param seen what stands for the states that were; those that are looked at now are added
     * @return the states
     */
    public CrashStates besides(Set<Long> seen) {
        return new CrashStates(directory, model, first, seen);
    }

    /**
     * Looks at the states.
     *
     * @param promise what must be true of a state after a number of operations, as a number: states that differ neither
     *     in this nor in what is on the device are looked at once
     * @param check looks at a state; throws if it is wrong
     * @return how many states there were
     */
    public CrashCounts forEach(IntToLongFunction promise, Consumer<CrashState> check) {
        List<Operation> operations = directory.recorded();
        DurableState state = directory.recordedStart(model);
        Round round = new Round(state, check);
        round.look(0, promise.applyAsLong(0));
        for (int i = 0; i < operations.size(); i++) {
            state.advance(operations.get(i));
            round.look(i + 1, promise.applyAsLong(i + 1));
        }
        return new CrashCounts(round.states, round.distinct);
    }

    /**
     * Makes one state again.
     *
     * @param position how many operations were done
     * @param chosen which pending units reached the device
     * @return the state
     */
    public CrashState at(int position, BitSet chosen) {
        return made(after(position), position, chosen, CrashState.NONE_TORN, 0);
    }

    /**
     * Looks for the least that must be lost for a state to fail: what is lost in it is put back, a unit at a time, as long
     * as it fails.
     *
     * @param failing a state that fails
     * @param fails whether a state fails
     * @return a state that fails, and does not where any one more of the units is there
     */
    public CrashState withLeastLost(CrashState failing, Predicate<CrashState> fails) {
        int position = failing.position();
        DurableState state = after(position);
        CrashState least = failing;
        if (failing.tornUnit() != CrashState.NONE_TORN) {
            CrashState whole = made(state, position, failing.chosen(), CrashState.NONE_TORN, 0);
            least = fails.test(whole) ? whole : least;
        }
        boolean again = true;
        while (again) {
            again = false;
            for (int unit = 0; unit < state.pending().size(); unit++) {
                BitSet chosen = least.chosen();
                if (!chosen.get(unit)) {
                    chosen.set(unit);
                    CrashState more = made(state, position, chosen, least.tornUnit(), least.tornBytes());
                    if (fails.test(more)) {
                        least = more;
                        again = true;
                    }
                }
            }
        }
        return least;
    }

    private DurableState after(int position) {
        DurableState state = directory.recordedStart(model);
        directory.recorded().subList(0, position).forEach(state::advance);
        return state;
    }

    private CrashState made(DurableState state, int position, BitSet chosen, int tornUnit, int tornBytes) {
        return new CrashState(
                position,
                state.pending().size(),
                chosen,
                tornUnit,
                tornBytes,
                state.image(model, chosen, tornUnit, tornBytes));
    }

    /** One pass over the operations. */
    private final class Round {
        private final DurableState state;
        private final Consumer<CrashState> check;
        private long states;
        private long distinct;

        Round(DurableState state, Consumer<CrashState> check) {
            this.state = state;
            this.check = check;
        }

        void look(int position, long promised) {
            if (position < first) {
                return;
            }
            int units = state.pending().size();
            BitSet chosen = new BitSet(units);
            if (units <= model.exhaustiveUnitsMax()) {
                for (long mask = 0; mask < 1L << units; mask++) {
                    one(position, promised, BitSet.valueOf(new long[] {mask}));
                }
            } else {
                one(position, promised, chosen);
                for (int i = 0; i < units; i++) {
                    chosen.set(i);
                    one(position, promised, chosen);
                }
                for (int i = 0; i < units; i++) {
                    chosen.clear(i);
                    one(position, promised, chosen);
                    chosen.set(i);
                }
                for (int i = 0; i < units; i++) {
                    BitSet alone = new BitSet(units);
                    alone.set(i);
                    one(position, promised, alone);
                }
                byFile(position, promised);
                for (int i = 0; i < model.randomSubsets(); i++) {
                    one(position, promised, random(units));
                }
            }
            if (model.tornSectors()) {
                torn(position, promised);
            }
        }

        /** All of a file's units or none, and with each all names or none. */
        private void byFile(int position, long promised) {
            Set<Integer> files = new TreeSet<>();
            for (Unit unit : state.pending()) {
                if (unit instanceof Unit.OfFile part && files.size() < FILES_MAX) {
                    files.add(part.file());
                }
            }
            List<Integer> order = List.copyOf(files);
            for (int mask = 0; mask < 2 << order.size(); mask++) {
                BitSet chosen = new BitSet();
                for (int i = 0; i < state.pending().size(); i++) {
                    int bit = state.pending().get(i) instanceof Unit.OfFile part
                            ? order.indexOf(part.file())
                            : order.size();
                    chosen.set(i, bit >= 0 && (mask >> bit & 1) == 1);
                }
                one(position, promised, chosen);
            }
        }

        /** Each pending sector write torn once, the other units as chance will have it. */
        private void torn(int position, long promised) {
            List<Unit> pending = state.pending();
            for (int i = 0; i < pending.size(); i++) {
                if (pending.get(i) instanceof Unit.SectorWrite write && write.length() > 1) {
                    BitSet chosen = random(pending.size());
                    chosen.set(i);
                    one(position, promised, chosen, i, 1 + random.nextInt(write.length() - 1));
                }
            }
        }

        private BitSet random(int units) {
            BitSet chosen = new BitSet(units);
            for (int i = 0; i < units; i++) {
                chosen.set(i, random.nextBoolean());
            }
            return chosen;
        }

        private void one(int position, long promised, BitSet chosen) {
            one(position, promised, chosen, CrashState.NONE_TORN, 0);
        }

        private void one(int position, long promised, BitSet chosen, int tornUnit, int tornBytes) {
            states++;
            CrashState made = made(state, position, chosen, tornUnit, tornBytes);
            if (looked.add(Hash.combine(made.hash(), promised))) {
                distinct++;
                check.accept(made);
            }
        }
    }
}
