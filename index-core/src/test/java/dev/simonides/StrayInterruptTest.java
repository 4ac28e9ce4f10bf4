// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.core.thread.EngineThread;
import dev.simonides.wal.FileSystemDirectory;
import dev.simonides.wal.simulation.Fault;
import dev.simonides.wal.simulation.FaultyDirectory;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Interrupts meet no file: the store's threads do not hear those of foreign code that interrupts whatever it can find, and no
 * other thread touches a file.
 */
@Timeout(60)
class StrayInterruptTest {
    private static final int DIMENSION = 8;
    private static final int ROUNDS = 4;
    private static final int BATCH = 60;
    private static final MemoryIndexOptions OPTIONS = MemoryIndexOptions.ofDimension(DIMENSION)
            .exactScanMax(0)
            .pendingMax(50)
            .residency(Residency.MAPPED);

    @TempDir
    private Path folder;

    private MemoryIndex open() {
        // Segments of a few frames, so that files are made and synced all the time.
        return MemoryIndex.open(
                FileSystemDirectory.openOrCreate(folder.resolve("store")), OPTIONS, log -> log.segmentBytes(64 << 10));
    }

    /** Interrupts the threads of every store, again and again, from the first one on. */
    private static final class Interrupter implements AutoCloseable {
        private final Thread thread = Thread.ofPlatform().unstarted(this::run);
        private volatile boolean stopping;
        private long interrupts;

        static Interrupter start() {
            Interrupter interrupter = new Interrupter();
            interrupter.thread.start();
            return interrupter;
        }

        private void run() {
            Thread[] all = new Thread[256];
            while (!stopping) {
                int count = Thread.enumerate(all);
                for (int i = 0; i < count; i++) {
                    if (all[i].getName().startsWith("simonides-")) {
                        all[i].interrupt();
                        interrupts++;
                    }
                }
                Thread.onSpinWait();
            }
        }

        @Override
        public void close() {
            stopping = true;
            EngineThread.awaitEnd(thread);
        }
    }

    @Test
    void everythingGoesOnWhileAllThreadsAreInterrupted() {
        Interrupter interrupter = Interrupter.start();
        try (interrupter) {
            for (int round = 0; round < ROUNDS; round++) {
                try (MemoryIndex index = open()) {
                    assertTrue(round == 0 || index.stats().replay().closed(), "closed as it should be");
                    assertEquals(2L * round, index.recovery().generation(), "every checkpoint stands");
                    work(index, round);
                }
            }
        }

        assertTrue(interrupter.interrupts > 1_000, "interrupts: " + interrupter.interrupts);
        try (MemoryIndex index = open()) {
            assertEquals((long) ROUNDS * (BATCH + 19), index.stats().liveCount());
            assertEquals(List.of(), index.verify(ProgressListener.SILENT).findings());
        }
    }

    /** What the test above relies on: an interrupt of a caller meets no file. */
    @Test
    void noFileIsTouchedOnACallersThread() {
        Set<String> callers = ConcurrentHashMap.newKeySet();
        IntConsumer look = operation -> {
            if (!(Thread.currentThread() instanceof EngineThread)) {
                callers.add(Thread.currentThread() + " at operation " + operation);
            }
        };
        SimulatedDirectory disk = SimulatedDirectory.empty();
        FaultyDirectory directory = new FaultyDirectory(disk, Fault.none(), look);
        for (int round = 0; round < 2; round++) {
            try (MemoryIndex index = MemoryIndex.open(directory, OPTIONS, log -> log.segmentBytes(64 << 10))) {
                work(index, round);
                index.backup(new FaultyDirectory(SimulatedDirectory.empty(), Fault.none(), look));
                index.flush();
                index.search(Query.of(Vectors.gaussian(1, DIMENSION)).top(20)).forEach(Hit::payload);
                index.exact()
                        .search(Query.of(Vectors.gaussian(1, DIMENSION)).top(20))
                        .forEach(Hit::lsn);
                assertTrue(index.get("key-0-1").isPresent());
                assertTrue(index.submit(memory(round, 99)).join() > 0);
            }
        }
        try (MemoryIndex index = MemoryIndex.openReadOnly(directory, OPTIONS, log -> log)) {
            assertEquals(160, index.stats().liveCount());
        }
        assertEquals(List.of(), StoredLog.read(directory, entry -> {}));

        assertTrue(directory.operations() > 200, "operations: " + directory.operations());
        assertEquals(Set.of(), callers);
    }

    private void work(MemoryIndex index, int round) {
        for (int i = 0; i < 20; i++) {
            index.put(memory(round, i));
        }
        assertTrue(index.delete("", "key-" + round + "-7"));
        index.checkpoint();
        List<Memory> batch = new ArrayList<>();
        for (int i = 0; i < BATCH; i++) {
            batch.add(memory(round, 20 + i));
        }
        index.putAll(batch);
        index.checkpoint();
        index.awaitLinked(ProgressListener.SILENT);
        index.backup(folder.resolve("backup-" + round));
        assertEquals(List.of(), index.verify(ProgressListener.SILENT).findings());
        assertEquals(StoreState.OPEN, index.state());
    }

    private static Memory memory(int round, int number) {
        return Memory.of("key-" + round + "-" + number, Vectors.gaussian(1_000L * round + number, DIMENSION));
    }
}
