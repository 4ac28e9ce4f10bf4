// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.crash.Kill;
import dev.simonides.crash.KillReport;
import dev.simonides.crash.KillRounds;
import dev.simonides.wal.Soak;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The engine killed for real, in histories of many kills over one directory, each with options of its own. */
@Tag("crash")
class EngineKillTest {
    private static final int HISTORY_ROUNDS = 13;

    /** With the 94 behind steps, two of each, 107 in the short form, in less than two minutes of two processors. */
    private static final int ROUNDS = HISTORY_ROUNDS;

    private static final int ROUNDS_SOAK = 80 * HISTORY_ROUNDS;

    /** Of two stores with graphs and a checkpoint every 24 KiB, one of which has room for all that in one segment. */
    private static final int SEED_OF_CHECKPOINTS = 2_016;

    /** Binding the native kernels is a third of what it takes to start a process, and scores nothing that a kill could harm. */
    private static final List<String> SCALAR = List.of("-Xmx256m", "-Ddev.simonides.kernels=scalar");

    @TempDir
    private Path folder;

    /** At random times, before random system calls, and behind random steps of checkpoints and openings. */
    @Test
    void nothingAcknowledgedIsLostWhenTheProcessIsKilled() {
        int rounds = 0;
        for (Soak.Rounds parts = Soak.rounds(1, 6); parts.next(); ) {
            KillReport report = KillRounds.of(new Engine())
                    .rounds(parts.number() == 0 ? ROUNDS : ROUNDS_SOAK)
                    .historyRounds(HISTORY_ROUNDS)
                    .parallel(2)
                    .jvmArguments(SCALAR)
                    .seed(1_000 + parts.number())
                    .run(folder.resolve("kills-" + parts.number()));
            System.out.println(report);
            rounds += report.rounds();
        }
        assertTrue(rounds >= Soak.required(ROUNDS, 5_000), "rounds: " + rounds);
    }

    /** Behind each step of a creation, of a checkpoint and of an opening, as docs/RECOVERY.md lists them, one after the other. */
    @Test
    void nothingAcknowledgedIsLostBehindAnyStep() {
        List<Kill> steps = everyStep();
        for (Soak.Rounds parts = Soak.rounds(1, 10); parts.next(); ) {
            KillReport report = KillRounds.of(new Engine())
                    .killsInOrder(steps)
                    .rounds(2 * steps.size())
                    .historyRounds(steps.size())
                    .parallel(2)
                    .jvmArguments(SCALAR)
                    .limitMillis(parts.number() == 0 ? 10_000 : 1_000)
                    .seed(SEED_OF_CHECKPOINTS + parts.number())
                    .run(folder.resolve("steps-" + parts.number()));
            System.out.println(report);
            if (parts.number() == 0) {
                List<String> missed = steps.stream()
                        .map(Kill::kind)
                        .filter(kind -> !report.kills().containsKey(kind))
                        .toList();
                assertEquals(List.of(), missed);
                assertTrue(report.openingsInARow() >= 8, "openings in a row: " + report.openingsInARow());
            }
        }
    }

    private static List<Kill> everyStep() {
        Map<Boolean, List<Kill.WhileOpening>> opening = Kill.openingSteps().stream()
                .collect(Collectors.partitioningBy(one -> one.kill().step() == Kill.Step.DELETE));
        List<Kill> steps = new ArrayList<>(Kill.creationSteps());
        steps.addAll(Kill.logSteps());
        for (Kill.AtStep step : Kill.checkpointSteps()) {
            steps.add(step);
            switch (step.step() + " " + step.prefix()) {
                // The log's last frame is durable, and nothing says so: every opening writes it again until one
                // succeeds.
                case "SYNC wal" -> steps.addAll(opening.get(false));
                // Files nobody names and a manifest that is not finished, but no log that nobody needs.
                case "SYNC MANIFEST" ->
                    opening.get(true).stream()
                            .filter(one -> !one.kill().prefix().equals("wal"))
                            .forEach(steps::add);
                // A generation that nobody needs, and its log.
                case "SYNC_DIRECTORY MANIFEST" -> steps.addAll(opening.get(true));
                default -> {}
            }
        }
        return steps;
    }
}
