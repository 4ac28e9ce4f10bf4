// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.crash.KillReport;
import dev.simonides.crash.KillRounds;
import dev.simonides.wal.Soak;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The engine killed for real, in histories of many kills over one directory, each with options of its own. */
@Tag("crash")
class EngineKillTest {
    private static final int ROUNDS = 104;

    @Test
    void nothingAcknowledgedIsLostWhenTheProcessIsKilled(@TempDir Path folder) {
        int rounds = 0;
        for (Soak.Rounds parts = Soak.rounds(1, 50); parts.next(); ) {
            KillReport report = KillRounds.of(new Engine())
                    .rounds(ROUNDS)
                    .historyRounds(13)
                    .parallel(2)
                    .seed(1_000 + parts.number())
                    .run(folder.resolve("kills-" + parts.number()));
            System.out.println(report);
            rounds += report.rounds();
        }
        assertTrue(rounds >= 100, "rounds: " + rounds);
    }
}
