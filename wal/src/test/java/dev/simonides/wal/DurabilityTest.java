// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class DurabilityTest {
    @Test
    void parsesWhatItPrints() {
        for (Durability policy : List.of(
                new Durability.SyncEach(),
                new Durability.Group(),
                new Durability.None(),
                new Durability.Async(50, 8 << 20),
                new Durability.Async(1, 1 << 20),
                new Durability.Async(60_000, 1 << 30))) {
            assertEquals(policy, Durability.parse(policy.toString()));
        }
        assertEquals("async:50ms:8MiB", Durability.parse("Async").toString());
        assertEquals(
                4,
                List.of("sync-each", "group", "async", "none").stream()
                        .mapToInt(text -> Durability.parse(text).code())
                        .distinct()
                        .count());
    }

    @Test
    void refusesWhatIsNoPolicy() {
        for (String text : List.of(
                "",
                "fast",
                "async:",
                "async:50ms",
                "async:ms:8MiB",
                "async:50:8",
                "async:0ms:8MiB",
                "async:60001ms:8MiB",
                "async:50ms:0MiB",
                "async:50ms:1025MiB",
                "async:50ms:99999999999999999MiB")) {
            IllegalArgumentException refusal =
                    assertThrows(IllegalArgumentException.class, () -> Durability.parse(text), text);
            assertTrue(String.valueOf(refusal.getMessage()).contains(":"), refusal::getMessage);
        }
    }
}
