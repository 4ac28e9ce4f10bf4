// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.core.store.Store;
import dev.simonides.wal.LogOptions;
import dev.simonides.wal.NotAStoreException;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StoreLockedException;
import dev.simonides.wal.simulation.Fault;
import dev.simonides.wal.simulation.FaultyDirectory;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Two processes open a directory in which there is no store yet. Whatever one has done before any operation of the other's,
 * and wherever it was killed: one store comes of it, each opens it or is told who has it, and nothing acknowledged is lost.
 */
@Tag("crash")
class CreationRaceTest {
    private static final MemoryIndexOptions OPTIONS =
            MemoryIndexOptions.ofDimension(Ledger.DIMENSION).exactScanMax(0).indexerThreads(1);

    /** The second operation takes the lock: from there on the first process is alone. */
    private static final int LOCKING = 2;

    private SimulatedDirectory disk = SimulatedDirectory.empty();

    private static LogOptions smallLog(LogOptions log) {
        return log.segmentBytes(16 << 10).salts(new Random(3));
    }

    /** A process that lives from the opening to the close, unless it is killed. */
    private final class Other {
        private final FaultyDirectory directory;
        private final Map<String, String> acknowledged = new TreeMap<>();
        private boolean refused;

        /** From the operation of that number on it does nothing to the disk; its lock goes with it. */
        Other(Fault death) {
            this.directory = new FaultyDirectory(disk, death);
        }

        void live() {
            try (MemoryIndex index = MemoryIndex.open(directory, OPTIONS, CreationRaceTest::smallLog)) {
                put(index, "other-1");
                index.checkpoint();
                put(index, "other-2");
            } catch (StoreLockedException e) {
                refused = true;
            } catch (StorageException e) {
                assertTrue(directory.fired(), () -> "not by its death: " + e);
            }
        }

        private void put(MemoryIndex index, String key) {
            index.put(Ledger.memory(key, key));
            acknowledged.put(key, key);
        }
    }

    /** Opens while the other lives its life before the operation of a number; returns how many operations there were. */
    private int openBeside(Other other, int before) {
        boolean[] open = new boolean[1];
        FaultyDirectory directory = new FaultyDirectory(disk, Fault.none(), operation -> {
            if (operation == before) {
                int operations = disk.operations();
                other.live();
                assertEquals(before > LOCKING, other.refused, "operation " + before);
                assertTrue(open[0] || !other.refused || disk.operations() == operations, "the refused one wrote");
            }
        });
        try (MemoryIndex index = MemoryIndex.open(directory, OPTIONS, CreationRaceTest::smallLog)) {
            open[0] = true;
            assertHolds(other, index);
            index.put(Ledger.memory("mine", "mine"));
        }
        other.acknowledged.put("mine", "mine");
        try (MemoryIndex index = MemoryIndex.open(disk, OPTIONS, CreationRaceTest::smallLog)) {
            assertHolds(other, index);
        }
        return directory.operations();
    }

    /** What was acknowledged, and at most the write beside it that was cut off. */
    private static void assertHolds(Other other, MemoryIndex index) {
        Map<String, String> found = Ledger.contents(index);
        assertTrue(
                found.entrySet().containsAll(other.acknowledged.entrySet()),
                () -> "acknowledged=" + other.acknowledged + ", found=" + found);
        assertTrue(found.size() <= other.acknowledged.size() + 1, () -> found + " beside " + other.acknowledged);
    }

    @Test
    void aStoreMadeMeanwhileIsOpened() {
        int operations = Integer.MAX_VALUE;
        int before = 1;
        for (; before <= operations; before++) {
            disk = SimulatedDirectory.empty();
            Other other = new Other(Fault.none());
            operations = openBeside(other, before);
        }
        assertTrue(before > 20, "operations: " + before);
    }

    @Test
    void aStoreHalfMadeByAKilledProcessIsFinished() {
        int deaths = 0;
        for (int before = 1; before <= LOCKING; before++) {
            Other other;
            int death = 1;
            do {
                disk = SimulatedDirectory.empty();
                other = new Other(Fault.sticky(death, Fault.Kind.IO_ERROR));
                openBeside(other, before);
                death++;
            } while (other.directory.fired());
            deaths += death - 2;
        }
        assertTrue(deaths > 80, "deaths: " + deaths);
    }

    @Test
    void aStoreMadeMeanwhileAndStillOpenIsLeftAlone() {
        for (int before = 1; before <= LOCKING; before++) {
            disk = SimulatedDirectory.empty();
            MemoryIndex[] other = new MemoryIndex[1];
            int operation = before;
            FaultyDirectory directory = new FaultyDirectory(disk, Fault.none(), number -> {
                if (number == operation) {
                    other[0] = MemoryIndex.open(disk, OPTIONS, CreationRaceTest::smallLog);
                    other[0].put(Ledger.memory("a", "1"));
                    other[0].checkpoint();
                }
            });

            assertThrows(
                    StoreLockedException.class, () -> MemoryIndex.open(directory, OPTIONS, CreationRaceTest::smallLog));

            try (MemoryIndex index = other[0]) {
                index.put(Ledger.memory("b", "2"));
                index.checkpoint();
                assertEquals(Map.of("a", "1", "b", "2"), Ledger.contents(index));
            }
        }
    }

    @Test
    void creatingRefusesAStoreMadeMeanwhile() {
        for (int before = 1; before <= LOCKING; before++) {
            disk = SimulatedDirectory.empty();
            Other other = new Other(Fault.none());
            int operation = before;
            FaultyDirectory directory = new FaultyDirectory(disk, Fault.none(), number -> {
                if (number == operation) {
                    other.live();
                }
            });

            NotAStoreException refusal =
                    assertThrows(NotAStoreException.class, () -> Store.create(() -> directory, OPTIONS));

            assertTrue(refusal.getMessage().contains("there is a store here already"), refusal::getMessage);
            assertFalse(disk.locked("LOCK"));
            try (MemoryIndex index = MemoryIndex.open(disk, OPTIONS, CreationRaceTest::smallLog)) {
                assertHolds(other, index);
            }
        }
    }

    /** Either the backup has the directory, or the store that somebody made there first is left as it is. */
    @Test
    void aBackupTakesNoDirectoryFromAStoreMadeMeanwhile() {
        try (Store source = Store.openOrCreate(SimulatedDirectory::empty, OPTIONS, CreationRaceTest::smallLog)) {
            source.checkpoint();
            FaultyDirectory alone = new FaultyDirectory(SimulatedDirectory.empty(), Fault.none());
            source.backup(() -> alone);
            int refused = 0;
            for (int before = 1; before <= alone.operations(); before++) {
                disk = SimulatedDirectory.empty();
                Other other = new Other(Fault.none());
                int operation = before;
                FaultyDirectory target = new FaultyDirectory(disk, Fault.none(), number -> {
                    if (number == operation) {
                        other.live();
                    }
                });
                boolean done = false;
                try {
                    source.backup(() -> target);
                    done = true;
                } catch (StorageException e) {
                    assertTrue(e.getMessage().contains("empty"), e::getMessage);
                }
                refused += other.refused ? 1 : 0;
                assertEquals(done, other.acknowledged.isEmpty(), "operation " + before);
                try (MemoryIndex index = MemoryIndex.open(disk, OPTIONS, CreationRaceTest::smallLog)) {
                    assertEquals(other.acknowledged, Ledger.contents(index));
                }
            }
            assertTrue(refused > 5, "refused: " + refused);
        }
    }
}
