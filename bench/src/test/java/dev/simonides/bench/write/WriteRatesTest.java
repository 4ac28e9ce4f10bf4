// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.write;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WriteRatesTest {
    @TempDir
    private Path directory;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    private List<String> run(String... options) {
        List<String> arguments = new ArrayList<>(List.of(directory.toString(), "--seconds", "0.2"));
        arguments.addAll(List.of(options));
        WriteRates.parse(arguments, new PrintStream(printed, true, StandardCharsets.UTF_8))
                .run();
        return printed.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void aTableHasTheMachineAndARowARun() {
        List<String> lines = run("--durability", "none", "--writers", "2");

        assertEquals(5, lines.size());
        assertTrue(lines.get(0).startsWith("# ") && lines.get(0).contains("kernels: "), lines.get(0));
        assertTrue(lines.get(3).matches("none +2 none +\\d+\\.\\.\\d+ +[1-9]\\d* +- +\\d+ +\\d+"), lines.get(3));
        assertTrue(
                lines.get(4).matches("none +2 linking +\\d+\\.\\.\\d+ +[1-9]\\d* +[1-9]\\d* +\\d+ +\\d+"),
                lines.get(4));
    }

    @Test
    void jsonIsOneObjectALine() throws IOException {
        List<String> lines = run("--durability", "none", "--writers", "2", "--json");

        assertEquals(3, lines.size());
        for (String line : lines) {
            try (JsonParser json = new JsonFactory().createParser(line)) {
                assertEquals(JsonToken.START_OBJECT, json.nextToken());
            }
        }
        assertTrue(lines.get(1).contains("\"acknowledged_per_second\":"), lines.get(1));
        assertTrue(lines.get(2).contains("\"linked_per_second\":"), lines.get(2));
    }

    @Test
    void wrongArgumentsAreRefused() {
        for (List<String> wrong : List.of(
                List.<String>of(),
                List.of("--json"),
                List.of("here", "--seconds"),
                List.of("here", "--second", "5"),
                List.of("here", "there"))) {
            assertThrows(IllegalArgumentException.class, () -> WriteRates.parse(wrong, System.out), wrong::toString);
        }
    }
}
