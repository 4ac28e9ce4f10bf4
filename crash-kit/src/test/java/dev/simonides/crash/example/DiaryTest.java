// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash.example;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.crash.FaultCounts;
import dev.simonides.crash.FaultRounds;
import dev.simonides.crash.KillReport;
import dev.simonides.crash.KillRounds;
import dev.simonides.crash.PowerCuts;
import dev.simonides.wal.simulation.CrashCounts;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How to crash-test a program of one's own. */
@Tag("crash")
class DiaryTest {
    @Test
    void survivesBeingKilled(@TempDir Path folder) {
        KillReport report = KillRounds.of(new Diary()).rounds(5).seed(1).run(folder.resolve("kills"));

        System.out.println(report);
        assertTrue(report.acknowledged() > 0);
    }

    @Test
    void survivesPowerCuts() {
        CrashCounts counts = PowerCuts.of(new Diary()).operations(4).run();

        System.out.println("power cuts: " + counts);
        assertTrue(counts.distinct() > 100);
    }

    @Test
    void survivesAFailingDisk() {
        FaultCounts counts = FaultRounds.of(new Diary()).operations(3).run();

        System.out.println("fault rounds: " + counts);
        assertTrue(counts.refused() > 100);
    }
}
