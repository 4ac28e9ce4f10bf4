// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.key;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What every key directory does. */
abstract class KeyDirectoryContract {
    private final Arena arena = Arena.ofShared();

    abstract KeyDirectory create();

    @AfterEach
    void close() {
        arena.close();
    }

    /** Puts a key whose bytes stand where a record has them. */
    private int put(KeyDirectory directory, RecordKey key, int ordinal) {
        MemorySegment bytes = arena.allocate(key.utf8().length);
        MemorySegment.copy(key.utf8(), 0, bytes, ValueLayout.JAVA_BYTE, 0, key.utf8().length);
        return ordinal % 2 == 0
                ? directory.put(key, ordinal, bytes.address())
                : directory.put(key.tenantId(), bytes.address(), key.utf8().length, ordinal);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void anEmptyDirectoryKnowsNothing() {
        KeyDirectory directory = create();
        RecordKey key = directory.key(0, bytes("a"));

        assertEquals(0, directory.size());
        assertEquals(KeyDirectory.NONE, directory.get(key));
        assertEquals(KeyDirectory.NONE, directory.remove(key));
    }

    @Test
    void putAndRemoveReturnWhatWasThere() {
        KeyDirectory directory = create();

        assertEquals(KeyDirectory.NONE, put(directory, directory.key(0, bytes("a")), 0));
        assertEquals(0, put(directory, directory.key(0, bytes("a")), 5));
        assertEquals(5, directory.get(directory.key(0, bytes("a"))));
        assertEquals(1, directory.size());
        assertEquals(5, directory.remove(directory.key(0, bytes("a"))));
        assertEquals(KeyDirectory.NONE, directory.get(directory.key(0, bytes("a"))));
        assertEquals(0, directory.size());
    }

    @Test
    void tenantsAreApart() {
        KeyDirectory directory = create();
        put(directory, directory.key(1, bytes("a")), 10);
        put(directory, directory.key(2, bytes("a")), 20);

        assertEquals(10, directory.get(directory.key(1, bytes("a"))));
        assertEquals(20, directory.get(directory.key(2, bytes("a"))));
        assertEquals(KeyDirectory.NONE, directory.get(directory.key(3, bytes("a"))));
    }

    @Test
    void manyTenantsWithTheSameKeyAreApart() {
        KeyDirectory directory = create();
        for (int tenant = 0; tenant < 20_000; tenant++) {
            assertEquals(KeyDirectory.NONE, put(directory, directory.key(tenant, bytes("a")), tenant));
        }

        for (int tenant = 0; tenant < 20_000; tenant++) {
            assertEquals(tenant, directory.get(directory.key(tenant, bytes("a"))));
        }
    }

    @Test
    void keysOfAllLengthsAndBytesAreKept() {
        KeyDirectory directory = create();
        for (int length = 1; length <= 512; length++) {
            byte[] key = new byte[length];
            put(directory, directory.key(0, key), length);
        }

        for (int length = 1; length <= 512; length++) {
            byte[] key = new byte[length];
            assertEquals(length, directory.get(directory.key(0, key)));
            key[length - 1] = (byte) 0xFF;
            assertEquals(KeyDirectory.NONE, directory.get(directory.key(0, key)));
        }
    }

    @Test
    void aLongHistoryIsThatOfAMap() {
        long seed = 5;
        Random random = new Random(seed);
        KeyDirectory directory = create();
        Map<String, Integer> model = new HashMap<>();
        for (int i = 0; i < 50_000; i++) {
            int tenant = random.nextInt(3);
            String name = "key-" + random.nextInt(3_000);
            String known = tenant + "/" + name;
            RecordKey key = directory.key(tenant, bytes(name));
            int before = model.getOrDefault(known, KeyDirectory.NONE);
            switch (random.nextInt(3)) {
                case 0 -> {
                    assertEquals(before, directory.remove(key), "seed=" + seed);
                    model.remove(known);
                }
                case 1 -> {
                    assertEquals(before, put(directory, key, i), "seed=" + seed);
                    model.put(known, i);
                }
                default -> assertEquals(before, directory.get(key), "seed=" + seed);
            }
        }
        assertEquals(model.size(), directory.size());
    }

    @Test
    void aDirectoryWithRoomIsTheSameDirectory() {
        KeyDirectory directory = create();
        put(directory, directory.key(0, bytes("before")), 1);

        directory.reserve(100_000);
        for (int i = 0; i < 1_000; i++) {
            put(directory, directory.key(i, bytes("key")), i);
        }

        assertEquals(1_001, directory.size());
        assertEquals(1, directory.get(directory.key(0, bytes("before"))));
        assertEquals(999, directory.get(directory.key(999, bytes("key"))));
    }

    @Test
    void readersBesideTheWriterSeeOldOrNew() throws InterruptedException {
        KeyDirectory directory = create();
        List<String> names = java.util.stream.IntStream.range(0, 500)
                .mapToObj(i -> "key-" + i)
                .toList();
        names.forEach(name -> put(directory, directory.key(0, bytes(name)), 0));
        AtomicInteger written = new AtomicInteger();
        AtomicBoolean wrong = new AtomicBoolean();
        Thread reader = Thread.ofPlatform().start(() -> {
            Random random = new Random(1);
            while (written.get() < 200) {
                int least = written.get();
                int found = directory.get(directory.key(0, bytes(names.get(random.nextInt(names.size())))));
                if (found < least || found > written.get() + 1) {
                    wrong.set(true);
                }
            }
        });

        for (int round = 1; round <= 200; round++) {
            for (String name : names) {
                put(directory, directory.key(0, bytes(name)), round);
            }
            written.set(round);
        }
        reader.join();

        assertTrue(!wrong.get(), "a value that was not there at any time of the look-up");
    }
}
