// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.CrashCase.Broken;
import dev.simonides.wal.CrashCase.Part;
import dev.simonides.wal.CrashCase.Tally;
import dev.simonides.wal.LogCrashRun.Terms;
import dev.simonides.wal.Workload.Step;
import dev.simonides.wal.simulation.CrashModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Looks at what every crash may leave behind: what was acknowledged is there, nothing is there that was not written, it
 * is a prefix, and the log goes on from it. Every short workload, and long ones from seeds; {@code -Dcrash.seed=…} begins at
 * another one.
 *
 * <p>Of the 5,000,000 images that the long forms must look at, 1,380,000 are required here, and 56,000 of the 170,000 of the short
 * ones, which is a tenth less than there are from seed 1 on; the others of the test of stores.
 */
@Tag("crash")
class WriteAheadLogCrashTest {
    private static final long FIRST_SEED = Long.getLong("crash.seed", 1);

    private static CrashCase<Step> of(List<Step> steps, Part part, List<CrashModel> models, Terms terms) {
        return new CrashCase<>(
                steps,
                part,
                models,
                some -> new LogCrashRun(new Workload(some, UnaryOperator.identity(), false), terms));
    }

    /** Workloads of up to so many steps, one for each seed. */
    private static Supplier<Optional<CrashCase<Step>>> random(
            Soak.Rounds rounds, int steps, Terms terms, LongFunction<List<CrashModel>> models) {
        return () -> {
            if (!rounds.next()) {
                return Optional.empty();
            }
            long seed = FIRST_SEED + rounds.number();
            Random random = new Random(seed);
            List<Step> some = Step.random(random, 1 + steps / 2 + random.nextInt(steps / 2));
            return Optional.of(of(some, Part.STEPS, models.apply(seed), terms));
        };
    }

    /** Every crash in the last step of every workload up to a length: each of those before is the last of a shorter one. */
    @Test
    void keepsItsPromisesInEveryShortWorkload() {
        int length = Soak.on() ? 3 : 2;
        List<CrashCase<Step>> cases = new ArrayList<>();
        for (List<Step> steps : CrashCase.sequences(List.of(Step.values()), length)) {
            CrashModel model = CrashModel.weak(cases.size()).withEffort(6, 5);
            cases.add(of(steps, Part.LAST_STEP, List.of(model), Terms.KEPT));
        }

        Tally tally = CrashCase.lookAtAll("the log, every workload of up to " + length + " steps", cases);

        assertTrue(tally.images() > (Soak.on() ? 70_000 : 8_300), tally::toString);
    }

    @Test
    void keepsItsPromisesInLongWorkloads() {
        LongFunction<List<CrashModel>> models = seed -> {
            CrashModel weak = CrashModel.weak(seed).withEffort(7, 20);
            return List.of(weak, weak.withOrderedNames(), weak.withGarbage().withEffort(5, 5));
        };

        Tally tally = CrashCase.lookAtAll(
                "the log, long workloads from seed " + FIRST_SEED, random(Soak.rounds(6, 300), 20, Terms.KEPT, models));

        assertTrue(tally.images() > Soak.required(26_000, 950_000), tally::toString);
    }

    @Test
    void toleratesTornSectorsWhenTold() {
        LongFunction<List<CrashModel>> torn =
                seed -> List.of(CrashModel.weak(seed).withTornSectors().withEffort(5, 10));

        Tally tolerated = CrashCase.lookAtAll(
                "the log, torn sectors tolerated", random(Soak.rounds(6, 150), 9, Terms.KEPT_THOUGH_TORN, torn));
        // Refusing them, a torn sector may be taken for damage, but never for anything else.
        Tally taken = CrashCase.lookAtAll(
                "the log, torn sectors refused", random(Soak.rounds(6, 150), 9, Terms.KEPT_OR_TORN, torn));

        assertTrue(tolerated.images() > Soak.required(8_800, 150_000), tolerated::toString);
        assertTrue(taken.images() > Soak.required(8_000, 130_000), taken::toString);
        assertEquals(0, tolerated.refused());
        assertEquals(tolerated.first(), taken.first());
        assertTrue(taken.refused() > 0, "some of these states must look like damage");
    }

    @Test
    void neverInventsAnythingWhenSyncsLie() {
        LongFunction<List<CrashModel>> lying =
                seed -> List.of(CrashModel.weak(seed).withLyingSyncs().withEffort(4, 10));

        Tally tally = CrashCase.lookAtAll(
                "the log, lying syncs", random(Soak.rounds(3, 100), 8, Terms.PREFIX_OR_DAMAGED, lying));

        assertTrue(tally.images() > Soak.required(5_100, 80_000), tally::toString);
        assertTrue(tally.refused() > 0, "a lying device must be noticed at times");
        assertTrue(tally.refused() < tally.images(), "and at times there is a prefix");
    }

    @Test
    void catchesAMediumThatForgetsNames() {
        assertCaught(steps -> new Workload(steps, disk -> new ForgetfulDirectory(disk, true, false), false));
    }

    @Test
    void catchesAMediumThatForgetsBytes() {
        assertCaught(steps -> new Workload(steps, disk -> new ForgetfulDirectory(disk, false, true), false));
    }

    @Test
    void catchesAnAcknowledgementBeforeTheSync() {
        assertCaught(steps -> new Workload(steps, UnaryOperator.identity(), true));
    }

    @Test
    void catchesSegmentsThatAreRetiredEarly() {
        assertCaught(steps -> new Workload(steps, UnaryOperator.identity(), false, Checkpoints::takeRetiringEarly));
    }

    /** A log that is wrong is caught, with fewer steps than it was found with; and the state of the message is wrong again. */
    private static void assertCaught(Function<List<Step>, Workload> wrong) {
        List<Step> steps = List.of(
                Step.PREPARE, Step.NINE, Step.SYNC, Step.CHECKPOINT, Step.ONE, Step.ROTATE, Step.SYNC, Step.REOPEN);
        List<CrashModel> weak = List.of(CrashModel.weak(3).withEffort(6, 20));
        CrashCase<Step> some =
                new CrashCase<>(steps, Part.ALL, weak, few -> new LogCrashRun(wrong.apply(few), Terms.KEPT));

        Broken broken = assertThrows(Broken.class, some::look);

        assertTrue(broken.of().steps().size() < steps.size(), broken::getMessage);
        Broken again = assertThrows(
                Broken.class,
                () -> broken.of()
                        .again(
                                broken.model(),
                                broken.state().position(),
                                broken.state().chosen()));
        assertEquals(broken.getMessage(), again.getMessage());
        // And nothing is wrong with the log that is not.
        assertTrue(of(steps, Part.ALL, weak, Terms.KEPT).look().images() > 100);
    }
}
