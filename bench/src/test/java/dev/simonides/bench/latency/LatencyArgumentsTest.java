// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LatencyArgumentsTest {
    @TempDir
    private Path directory;

    @Test
    void filesComeFirstAndOptionsBehindThem() {
        LatencyArguments parsed = LatencyArguments.parse(
                BaseFiles.arguments(directory, "--rounds", "3", "--ef", "40", "--seconds", "0.5"));

        assertEquals(BaseFiles.COUNT, parsed.base().length);
        assertEquals(50, parsed.queries().length);
        assertEquals(directory, parsed.directory());
        assertEquals(3, parsed.rounds());
        assertEquals(40, parsed.ef());
        assertEquals(0.5, parsed.seconds());
        assertFalse(parsed.json());
    }

    @Test
    void wrongArgumentsAreRefused() {
        for (List<String> wrong : List.of(
                List.<String>of(),
                List.of("base", "query", "truth"),
                List.of("base", "query", "truth", "here", "there"),
                List.of("base", "query", "truth", "here", "--second", "5"),
                List.of("base", "query", "truth", "here", "--seconds"),
                List.of("base", "query", "truth", "here", "--seconds", "0"),
                List.of("base", "query", "truth", "here", "--ef", "many"))) {
            assertThrows(IllegalArgumentException.class, () -> LatencyArguments.parse(wrong), wrong::toString);
        }
    }
}
