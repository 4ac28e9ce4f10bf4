// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.LogOptions;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a checkpoint holds, what it leaves of the log, and when one is made. */
class CheckpointTest {
    private static final MemoryIndexOptions OPTIONS =
            MemoryIndexOptions.ofDimension(Ledger.DIMENSION).exactScanMax(0).indexerThreads(1);

    private final SimulatedDirectory disk = SimulatedDirectory.empty();

    private static LogOptions smallLog(LogOptions log) {
        return log.segmentBytes(16 << 10).salts(new Random(3));
    }

    private MemoryIndex open(MemoryIndexOptions options) {
        return MemoryIndex.open(disk, options, CheckpointTest::smallLog);
    }

    private MemoryIndex open() {
        return open(OPTIONS);
    }

    private static void put(MemoryIndex index, String key, String text) {
        index.put(Ledger.memory(key, text));
    }

    private List<String> files(String prefix) {
        return disk.list().stream().filter(name -> name.startsWith(prefix)).toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1000})
    void isAllThatIsReadOfWhatItHolds(int exactScanMax) {
        MemoryIndexOptions options = OPTIONS.exactScanMax(exactScanMax);
        try (MemoryIndex index = open(options)) {
            for (int i = 0; i < 200; i++) {
                put(index, "key-" + i % 150, "text " + i);
                index.put(Memory.of("k" + i, Vectors.gaussian(i, Ledger.DIMENSION))
                        .payload(new byte[i])
                        .tenant("tenant " + i % 7));
            }
            assertTrue(index.delete("", "key-17"));
            assertTrue(index.delete("tenant 1", "k1"));
            index.awaitLinked(ProgressListener.SILENT);
            assertEquals(402, index.checkpoint());
        }

        try (MemoryIndex index = open(options)) {
            assertEquals(1, index.recovery().generation());
            assertEquals(402, index.recovery().lsn());
            assertEquals(0, index.recovery().replayed());
            assertEquals(List.of(), index.recovery().rebuilt());
            Map<String, String> contents = contents(index);
            assertEquals("text 199", contents.get("key-49"));
            assertEquals("text 100", contents.get("key-100"));
            assertFalse(contents.containsKey("key-17"));
            assertEquals(8, index.stats().tenantCount());
            Memory memory = index.get("tenant 3", "k3").orElseThrow();
            assertArrayEquals(new byte[3], memory.payload());
            assertTrue(index.get("tenant 1", "k1").isEmpty());
            assertEquals(403, index.put(Ledger.memory("new", "after")));
        }
    }

    /** Of the tenant without a name. */
    private static Map<String, String> contents(MemoryIndex index) {
        VerifyReport report = index.verify(ProgressListener.SILENT);
        assertTrue(report.clean(), () -> report.findings().toString());
        Map<String, String> contents = new TreeMap<>();
        for (Hit hit : index.search(Query.of(new float[] {1, 2, 3, 4}).top(Limits.TOP_MAX))) {
            contents.put(hit.key(), hit.text());
        }
        return contents;
    }

    @Test
    void theLogBehindItIsReplayed() {
        try (MemoryIndex index = open()) {
            put(index, "a", "1");
            put(index, "b", "2");
            put(index, "c", "3");
            assertEquals(3, index.checkpoint());
            put(index, "a", "4");
            assertTrue(index.delete("", "b"));
            put(index, "d", "5");
        }

        try (MemoryIndex index = open()) {
            assertEquals(3, index.recovery().replayed());
            assertEquals(Map.of("a", "4", "c", "3", "d", "5"), Ledger.contents(index));
        }
    }

    @Test
    void theLogIsKeptForTheGenerationBefore() {
        try (MemoryIndex index = open()) {
            put(index, "a", "1");
            assertEquals(1, index.checkpoint());
            assertEquals(List.of("wal-0000000001", "wal-0000000002"), files("wal"));
            put(index, "a", "2");
            assertEquals(2, index.checkpoint());
            assertEquals(List.of("wal-0000000002", "wal-0000000003"), files("wal"));
            put(index, "a", "3");
            assertEquals(3, index.checkpoint());
            assertEquals(List.of("wal-0000000003", "wal-0000000004"), files("wal"));

            assertEquals(List.of("MANIFEST-0000000002", "MANIFEST-0000000003"), files("MANIFEST"));
            assertEquals(Map.of("a", "3"), Ledger.contents(index));
        }
    }

    @Test
    void isNotMadeWhereNothingIsNew() {
        try (MemoryIndex index = open()) {
            assertEquals(0, index.checkpoint());
            put(index, "a", "1");
            index.awaitLinked(ProgressListener.SILENT);
            assertEquals(1, index.checkpoint());
            List<String> before = disk.list();

            assertEquals(1, index.checkpoint());

            assertEquals(before, disk.list());
        }
    }

    @Test
    void isMadeAgainAfterReopening() {
        for (int round = 1; round <= 5; round++) {
            try (MemoryIndex index = open()) {
                assertEquals(round - 1, index.recovery().generation());
                put(index, "a", "round " + round);
                put(index, "b" + round, "here");
                assertEquals(2L * round, index.checkpoint());
                assertEquals(round + 1, Ledger.contents(index).size());
            }
        }
        assertEquals(List.of("MANIFEST-0000000004", "MANIFEST-0000000005"), files("MANIFEST"));
    }

    @Test
    void closingMakesOneWhereMuchWouldBeReplayed() {
        byte[] payload = new byte[300 << 10];
        try (MemoryIndex index = open()) {
            for (int i = 0; i < 5; i++) {
                index.put(Memory.of("k" + i, Vectors.gaussian(i, Ledger.DIMENSION))
                        .payload(payload));
            }
        }
        try (MemoryIndex index = open(OPTIONS.checkpointOnClose(false))) {
            assertEquals(1, index.recovery().generation());
            assertEquals(0, index.recovery().replayed());
            for (int i = 0; i < 5; i++) {
                index.put(Memory.of("l" + i, Vectors.gaussian(i, Ledger.DIMENSION))
                        .payload(payload));
            }
        }
        try (MemoryIndex index = open()) {
            assertEquals(1, index.recovery().generation());
            assertEquals(5, index.recovery().replayed());
            assertEquals(10, index.stats().liveCount());
        }
        try (MemoryIndex index = open()) {
            assertEquals(2, index.recovery().generation(), "what was replayed counts too");
        }
    }

    @Test
    void isMadeInTheBackgroundWhereTheLogGrows() {
        try (MemoryIndex index = open(OPTIONS.checkpointLogBytes(64 << 10))) {
            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            for (int i = 0; files("MANIFEST").isEmpty(); i++) {
                assertTrue(System.nanoTime() < deadline, "no checkpoint within 30 s");
                put(index, "k" + i % 10, "text " + i);
                LockSupport.parkNanos(100_000);
            }
        }
    }

    /** The store goes on, and can be closed: nobody waits for a thread that has ended. */
    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void isTriedAgainWhereTheMachineHadNoMemory() {
        AtomicInteger attempts = new AtomicInteger();
        StepDirectory.Steps steps = new StepDirectory.Steps() {
            @Override
            public void before(String step) {
                if (step.equals("create vec") && attempts.incrementAndGet() == 1) {
                    throw new OutOfMemoryError("injected");
                }
            }
        };
        MemoryIndexOptions options = OPTIONS.checkpointLogBytes(1);
        try (MemoryIndex index = MemoryIndex.open(new StepDirectory(disk, steps), options, CheckpointTest::smallLog)) {
            put(index, "a", "1");
            while (files("MANIFEST").isEmpty()) {
                LockSupport.parkNanos(1_000_000);
            }
            assertEquals("1", index.get("a").orElseThrow().text());
        }
        assertEquals(2, attempts.get());
    }

    @Test
    void isRefusedByAClosedStore() {
        MemoryIndex index = open();
        index.close();

        assertThrows(IllegalStateException.class, index::checkpoint);
    }
}
