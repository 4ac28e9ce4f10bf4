// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.tenants;

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
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TenantCostsTest {
    @TempDir
    private Path directory;

    private TenantCosts costs(ByteArrayOutputStream printed, String... options) {
        List<String> arguments = new ArrayList<>(List.of(directory.toString(), "--tenants", "30", "--vectors", "3"));
        arguments.addAll(List.of("--dimension", "16"));
        arguments.addAll(List.of(options));
        return TenantCosts.parse(arguments, new PrintStream(printed, true, StandardCharsets.UTF_8));
    }

    @Test
    void everyKindOfFileAndEveryTimeHasARow() throws IOException {
        ByteArrayOutputStream table = new ByteArrayOutputStream();
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        TenantCosts.Costs measured = costs(table).measure();

        costs(table).print(measured);
        costs(json, "--json").print(measured);

        String text = table.toString(StandardCharsets.UTF_8);
        assertTrue(text.startsWith("# ") && text.contains("kernels: "), text);
        for (String row : List.of("disk vec", "disk meta", "disk blob", "disk", "memory heap", "memory")) {
            assertTrue(text.matches("(?s).*\n" + row + " +-?\\d+ +-?\\d+ +-?[\\d.]+ +-?[\\d.]+\n.*"), row + text);
        }
        for (String row : List.of("opening in a cold JVM", "opening again")) {
            assertTrue(text.matches("(?s).*\n" + row + ": \\d+ ms\n.*"), text);
        }
        for (String row : List.of("search in random tenants", "search in one tenant")) {
            assertTrue(text.matches("(?s).*\n" + row + ": p50 [\\d.]+ us, p99 [\\d.]+ us\n.*"), text);
        }
        List<String> objects = json.toString(StandardCharsets.UTF_8).lines().toList();
        assertEquals(text.lines().count() - 2, objects.size(), "all but the two lines above the table");
        for (String object : objects) {
            try (JsonParser parser = new JsonFactory().createParser(object)) {
                assertEquals(JsonToken.START_OBJECT, parser.nextToken());
            }
        }
    }

    @Test
    void whatIsOnTheMediumIsCountedWithoutTheLog() throws IOException {
        TenantStore store = new TenantStore(30, 3, 16);
        store.fill(directory.resolve("store"));

        Map<String, Long> bytes = TenantStore.bytesByKind(directory.resolve("store"));

        assertEquals(List.of("LOCK", "MANIFEST", "STORE", "blob", "meta", "vec"), List.copyOf(bytes.keySet()));
        assertEquals(112, bytes.get("STORE"));
        assertEquals(30 * 3 * 16, store.rawBytes());
    }

    @Test
    void wrongArgumentsAreRefused() {
        for (List<String> wrong : List.of(
                List.<String>of(),
                List.of("--json"),
                List.of("here", "--tenants"),
                List.of("here", "--tenants", "0"),
                List.of("here", "--tenant", "5"),
                List.of("here", "there"))) {
            assertThrows(IllegalArgumentException.class, () -> TenantCosts.parse(wrong, System.out), wrong::toString);
        }
    }
}
