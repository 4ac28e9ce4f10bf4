// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MachineTest {

    @Test
    void readsTheProcessorAndTheMemoryOfLinux() {
        List<String> cpu = List.of(
                "processor\t: 0",
                "cpu family\t: 6",
                "model\t\t: 167",
                "model name\t: Some CPU: 3 GHz",
                "stepping\t: 1");

        assertEquals("Some CPU: 3 GHz (6/167/1)", Machine.cpu(cpu));
        assertEquals("Some CPU", Machine.cpu(List.of("model name\t: Some CPU")));
        assertEquals(System.getProperty("os.arch"), Machine.cpu(List.of()));
        assertEquals(24_000L * 1024, Machine.memoryBytes(List.of("MemTotal:       24000 kB", "MemFree: 1 kB")));
        assertEquals(0, Machine.memoryBytes(List.of()));
    }

    @Test
    void isOneLine() {
        Machine machine =
                new Machine("Some CPU (6/1/1)", 2, "scalar", 3L << 29, "Linux 6 amd64", "25 Vendor", 1L << 30);

        assertEquals(
                "Some CPU (6/1/1), 2 cores, 1.5 GiB memory; Linux 6 amd64; JDK 25 Vendor, heap 1.0 GiB; kernels:"
                        + " scalar",
                machine.line());
        assertEquals(
                "{\"cpu\":\"Some CPU (6/1/1)\",\"cores\":2,\"kernels\":\"scalar\",\"memory_bytes\":1610612736,"
                        + "\"system\":\"Linux 6 amd64\",\"jdk\":\"25 Vendor\",\"heap_bytes\":1073741824}",
                machine.json());
    }

    @Test
    void knowsThisMachine() throws IOException {
        Machine machine = Machine.current();

        assertEquals(1, machine.line().lines().count());
        assertEquals(1, machine.json().lines().count());
        assertEquals(Runtime.getRuntime().availableProcessors(), machine.cores());
        assertFalse(machine.kernels().isBlank());
        assertTrue(machine.jdk().startsWith(Runtime.version().toString()));
        Map<String, String> fields = new LinkedHashMap<>();
        try (JsonParser parser = new JsonFactory().createParser(machine.json())) {
            assertEquals(JsonToken.START_OBJECT, parser.nextToken());
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                fields.put(name, parser.getText());
            }
        }
        assertEquals(machine.cpu(), fields.get("cpu"));
        assertEquals(machine.kernels(), fields.get("kernels"));
    }
}
