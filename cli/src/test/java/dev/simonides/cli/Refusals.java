// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What every refusal has in common: one line, that says what and where. */
final class Refusals {
    private Refusals() {}

    static void assertRefused(Outcome outcome, String... words) {
        assertEnded(ExitCode.USAGE, outcome, words);
    }

    static void assertEnded(int exitCode, Outcome outcome, String... words) {
        assertEquals(exitCode, outcome.exitCode(), outcome::toString);
        assertEquals(List.of(), outcome.out());
        assertEquals(1, outcome.err().size(), outcome::toString);
        for (String word : words) {
            assertTrue(outcome.err().getFirst().contains(word), () -> word + " is not in " + outcome);
        }
    }

    static void assertNothingStored(Path store) {
        Map<String, Object> info = Outcome.of("info", store, "--json").done().object();
        assertEquals(0L, info.get("live"), info::toString);
        assertEquals(0L, info.get("last_lsn"), info::toString);
    }
}
