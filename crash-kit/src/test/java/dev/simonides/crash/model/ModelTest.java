// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.Shrinker;
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
    private static final double RECALL_LEAST = 0.9;

    /** Hits that exact searches found and searches were to find, and those that they did. */
    private long wanted;

    private long found;

    @Test
    void answersAsTheModelWhateverHappensInBetween() {
        Map<String, Integer> counts = new TreeMap<>();
        long start = System.nanoTime();
        int sequences = 0;
        for (Soak.Rounds rounds = Soak.rounds(150, 20_000); rounds.next(); sequences++) {
            long seed = FIRST_SEED + rounds.number();
            List<Command> commands = commands(seed);
            Throwable failure = failure(seed, commands);
            if (failure != null) {
                List<Command> smallest = Shrinker.shrink(commands, shorter -> failure(seed, shorter) != null);
                // Another failure perhaps, and perhaps one that comes only sometimes.
                Throwable last = failure(seed, smallest);
                throw new AssertionError(
                        "-Dmodel.seed=" + seed + ": " + failure.getMessage() + "; " + smallest.size() + " of "
                                + commands.size() + " commands: " + smallest + ": "
                                + (last == null ? "not every time" : last.getMessage()),
                        last == null ? failure : last);
            }
            commands.forEach(command -> counts.merge(command.getClass().getSimpleName(), 1, Integer::sum));
        }
        System.out.println("model: sequences=" + sequences + ", first seed=" + FIRST_SEED + ", commands=" + counts
                + ", recall=" + found + "/" + wanted + ", seconds=" + (System.nanoTime() - start) / 1_000_000_000);
        assertTrue(counts.get("Crash") > sequences);
        assertTrue(found >= RECALL_LEAST * wanted, "recall: " + found + " of " + wanted);
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
    private Throwable failure(long seed, List<Command> commands) {
        String shape = "";
        try (ModelRun run = new ModelRun(seed)) {
            shape = run.toString();
            commands.forEach(run::step);
            run.check();
            run.step(new Command.Reopen(Opening.random(new Random(~seed))));
            run.check();
            wanted += run.answers().wanted();
            found += run.answers().found();
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
