// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.Durability;
import dev.simonides.wal.simulation.Fault;
import dev.simonides.wal.simulation.FaultyDirectory;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * 64 virtual threads write over a medium of changing speed, some of them interrupted at random: each sees its own writes at
 * once, and all of them after reopening.
 */
@Tag("stress")
@Timeout(120)
class WriterStressTest {
    private static final int WRITERS = 64;
    private static final int KEYS = 6;
    private static final int OPERATIONS = 60;
    private static final MemoryIndexOptions OPTIONS =
            MemoryIndexOptions.ofDimension(Ledger.DIMENSION).exactScanMax(500).indexerThreads(1);

    private final SimulatedDirectory disk = SimulatedDirectory.empty();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    private static MemoryIndex open(dev.simonides.wal.StorageDirectory directory, Durability durability) {
        return MemoryIndex.open(directory, OPTIONS.durability(durability), log -> log.segmentBytes(64 << 10));
    }

    /** One operation of twenty takes a while. */
    private static void dawdle() {
        if (ThreadLocalRandom.current().nextInt(20) == 0) {
            LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(2_000_000));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sync-each", "group", "async:2ms:1MiB", "none"})
    void everyWriterSeesItsOwnWrites(String durability) throws InterruptedException {
        FaultyDirectory slow = new FaultyDirectory(disk, Fault.none(), operation -> dawdle());
        Map<String, String> expected = new ConcurrentHashMap<>();
        try (MemoryIndex index = open(slow, Durability.parse(durability))) {
            List<Thread> writers = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                int writer = i;
                writers.add(Thread.ofVirtual().start(() -> {
                    try {
                        expected.putAll(write(index, writer));
                    } catch (Throwable e) {
                        failure.compareAndSet(null, e);
                    }
                }));
            }
            for (Thread writer : writers) {
                writer.join();
            }
            assertEquals(null, failure.get());
            assertEquals(StoreState.OPEN, index.stats().state());
            assertTrue(index.verify(ProgressListener.SILENT).clean());
        }

        try (MemoryIndex index = open(disk, new Durability.Group())) {
            assertEquals(expected.size(), index.stats().liveCount());
            expected.forEach((key, text) ->
                    assertEquals(text, index.get(key).orElseThrow().text(), key));
        }
    }

    private static Map<String, String> write(MemoryIndex index, int writer) {
        Random random = new Random(writer);
        Map<String, String> mine = new HashMap<>();
        for (int i = 0; i < OPERATIONS; i++) {
            String key = "writer-" + writer + "-" + random.nextInt(KEYS);
            String text = "operation " + i;
            switch (random.nextInt(8)) {
                case 0, 1 -> assertEquals(mine.remove(key) != null, index.delete("", key), key);
                case 2 -> {
                    String other = "writer-" + writer + "-" + KEYS;
                    index.putAll(List.of(Ledger.memory(key, text), Ledger.memory(other, text)));
                    mine.put(key, text);
                    mine.put(other, text);
                }
                case 3 -> {
                    // Before it is queued: nothing is stored, and nothing else notices.
                    Thread.currentThread().interrupt();
                    try {
                        index.put(Ledger.memory(key, text));
                        mine.put(key, text);
                    } catch (IllegalStateException e) {
                        assertTrue(String.valueOf(e.getMessage()).contains("nothing was stored"), e::getMessage);
                    }
                    assertTrue(Thread.interrupted(), "the flag is kept");
                }
                case 4 -> index.flush();
                default -> {
                    index.put(Ledger.memory(key, text));
                    mine.put(key, text);
                }
            }
            assertEquals(mine.get(key), index.get(key).map(Memory::text).orElse(null), key);
        }
        return mine;
    }
}
