// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.Soak;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Random sequences of commands, with crashes between them, against a sorted map and brute force. */
@Tag("crash")
class ModelTest {
    private static final int COMMANDS = 80;
    private static final long FIRST_SEED = Long.getLong("model.seed", 1);

    @Test
    void answersAsTheModelWhateverHappensInBetween() {
        Map<String, Integer> counts = new TreeMap<>();
        long start = System.nanoTime();
        int sequences = 0;
        for (Soak.Rounds rounds = Soak.rounds(300, 20_000); rounds.next(); sequences++) {
            long seed = FIRST_SEED + rounds.number();
            List<Command> commands = commands(seed);
            Throwable failure = failure(seed, commands);
            if (failure != null) {
                List<Command> smallest = Shrinker.shrink(commands, shorter -> failure(seed, shorter) != null);
                throw new AssertionError(
                        "-Dmodel.seed=" + seed + ", " + smallest.size() + " of " + commands.size() + " commands: "
                                + smallest + ": " + failure.getMessage(),
                        failure);
            }
            commands.forEach(command -> counts.merge(command.getClass().getSimpleName(), 1, Integer::sum));
        }
        System.out.println("model: sequences=" + sequences + ", first seed=" + FIRST_SEED + ", commands=" + counts
                + ", seconds=" + (System.nanoTime() - start) / 1_000_000_000);
        assertTrue(counts.get("Crash") > sequences);
    }

    private static List<Command> commands(long seed) {
        Random random = new Random(seed);
        List<Command> commands = new ArrayList<>();
        for (int i = 0; i < COMMANDS; i++) {
            commands.add(Command.random(random));
        }
        return commands;
    }

    /** What goes wrong in a sequence, null if nothing does. */
    private static Throwable failure(long seed, List<Command> commands) {
        String shape = "";
        try (ModelRun run = new ModelRun(seed)) {
            shape = run.toString();
            commands.forEach(run::step);
            run.check();
            run.step(new Command.Reopen());
            run.check();
            return null;
        } catch (RuntimeException | AssertionError e) {
            return new AssertionError(shape + ": " + e.getMessage(), e);
        }
    }

    @Test
    void shrinksToWhatMatters() {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            numbers.add(i);
        }

        assertEquals(List.of(17, 71), Shrinker.shrink(numbers, some -> some.contains(17) && some.contains(71)));
    }
}
