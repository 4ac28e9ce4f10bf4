// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.key;

import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class HeapKeyDirectoryTest extends KeyDirectoryContract {
    @Override
    KeyDirectory create() {
        return new HeapKeyDirectory(0x5EED);
    }

    @Test
    void theHashDependsOnTheSecretSeed() {
        byte[] key = "chosen by an attacker".getBytes(StandardCharsets.UTF_8);

        assertNotEquals(
                new HeapKeyDirectory(1).key(0, key).hashCode(),
                new HeapKeyDirectory(2).key(0, key).hashCode());
    }
}
