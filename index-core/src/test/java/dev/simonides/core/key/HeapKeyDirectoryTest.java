// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.key;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;
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

    @Test
    @Tag("measured")
    void aPutThatWasReservedAllocatesNothing() {
        ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
        assumeTrue(threads.isThreadAllocatedMemorySupported(), "this JVM does not count allocated bytes");
        long thread = Thread.currentThread().threadId();
        KeyDirectory directory = create();
        int keys = 20_000;
        long allocated = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(keys * 8L, 8);
            for (int i = 0; i < keys; i++) {
                bytes.setAtIndex(ValueLayout.JAVA_LONG, i, i);
                RecordKey key = directory.key(3, bytes.asSlice(i * 8L, 8).toArray(ValueLayout.JAVA_BYTE));
                directory.reserve(key);
                directory.reserve(key);
                directory.unreserve(key);
                long before = threads.getThreadAllocatedBytes(thread);
                directory.put(key, i, bytes.address() + i * 8L);
                // The first puts run in the interpreter, where locks of threads that never read allocate a little.
                allocated += i < keys / 2 ? 0 : threads.getThreadAllocatedBytes(thread) - before;
            }
        }

        assertEquals(keys, directory.size());
        assertTrue(allocated < keys / 2 * 8L, "allocated " + allocated);
    }
}
