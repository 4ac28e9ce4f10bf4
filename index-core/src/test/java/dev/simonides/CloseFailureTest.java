// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.Durability;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StoreFailedException;
import dev.simonides.wal.WriteOutcomeUnknownException;
import dev.simonides.wal.simulation.CrashModel;
import dev.simonides.wal.simulation.CrashStates;
import dev.simonides.wal.simulation.Fault;
import dev.simonides.wal.simulation.FaultyDirectory;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A medium that fails while a store is closed: who closes it is told what that means, and everything is given back. */
@Timeout(60)
class CloseFailureTest {
    private static final int WRITES = 3;

    /** A store with some writes on a medium with a fault. */
    private static final class Run {
        final SimulatedDirectory disk = SimulatedDirectory.empty();
        final FaultyDirectory medium;
        final MemoryIndex index;

        /** Operations of the medium before the close. */
        final int before;

        Run(String durability, Fault fault) {
            medium = new FaultyDirectory(disk, fault);
            index = open(medium, durability);
            for (int i = 0; i < WRITES; i++) {
                index.put(Ledger.memory("key-" + i, "text " + i));
            }
            before = medium.operations();
        }

        /** Everything that the writes left. */
        static Map<String, String> everything() {
            return Map.of("key-0", "text 0", "key-1", "text 1", "key-2", "text 2");
        }

        @Nullable
        RuntimeException close() {
            try {
                index.close();
                return null;
            } catch (StorageException e) {
                return e;
            }
        }

        /** What a power cut leaves that takes everything it may. */
        Map<String, String> afterPowerCut() {
            SimulatedDirectory left = CrashStates.of(disk, CrashModel.weak(1))
                    .at(disk.operations(), new BitSet())
                    .image();
            try (MemoryIndex reopened = open(left, "group")) {
                return Ledger.contents(reopened);
            }
        }
    }

    private static MemoryIndex open(dev.simonides.wal.StorageDirectory directory, String durability) {
        MemoryIndexOptions options = MemoryIndexOptions.ofDimension(Ledger.DIMENSION)
                .durability(Durability.parse(durability))
                .indexerThreads(1);
        return MemoryIndex.open(directory, options, log -> log.segmentBytes(64 << 10));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sync-each", "group", "async:60000ms:8MiB", "none"})
    void whatCloseThrowsSaysWhatIsDurable(String durability) {
        Run sound = new Run(durability, Fault.none());
        assertEquals(null, sound.close());
        assertEquals(Run.everything(), sound.afterPowerCut());
        int failed = 0;
        int refused = 0;
        for (Fault.Kind kind : List.of(Fault.Kind.IO_ERROR, Fault.Kind.NO_SPACE, Fault.Kind.LOST_SYNC)) {
            for (int at = sound.before + 1; at <= sound.medium.operations(); at++) {
                for (boolean sticky : new boolean[] {false, true}) {
                    Run run = new Run(durability, new Fault(at, kind, sticky));

                    RuntimeException thrown = run.close();

                    String when = new Fault(at, kind, sticky) + ": " + thrown;
                    assertGivenBack(run, when);
                    if (thrown instanceof StoreFailedException) {
                        failed++;
                        String words = "from LSN 1 to 3 may not survive";
                        assertTrue(String.valueOf(thrown.getMessage()).contains(words), when);
                    } else {
                        refused += thrown == null ? 0 : 1;
                        assertEquals(Run.everything(), run.afterPowerCut(), when);
                    }
                }
            }
        }
        boolean acknowledgedWhenDurable = durability.equals("group") || durability.equals("sync-each");
        assertEquals(!acknowledgedWhenDurable, failed > 0, "acknowledged and not durable: " + failed);
        assertTrue(refused > 0, "durable, and not ended as it should be: " + refused);
    }

    private static void assertGivenBack(Run run, String when) {
        assertEquals(StoreState.CLOSED, run.index.state(), when);
        assertEquals(0, run.medium.openFiles(), when);
        assertEquals(0, run.medium.repeatedSyncs(), when);
        assertFalse(run.disk.locked("LOCK"), when);
        run.index.close();
    }

    /** A store whose last sync fails. */
    private static Run failing() {
        Run sound = new Run("none", Fault.none());
        return new Run("none", Fault.sticky(sound.before + 1, Fault.Kind.LOST_SYNC));
    }

    @Test
    void aFailureOfTheCloseStandsAloneWhereTheWorkSucceeded() {
        Run run = failing();

        StoreFailedException thrown = assertThrows(StoreFailedException.class, () -> {
            try (MemoryIndex index = run.index) {
                assertEquals(WRITES, index.stats().liveCount());
            }
        });

        assertTrue(String.valueOf(thrown.getMessage()).contains("injected"), thrown::getMessage);
    }

    @Test
    void aFailureOfTheCloseStandsBehindThatOfTheWork() {
        Run run = failing();

        WriteOutcomeUnknownException thrown = assertThrows(WriteOutcomeUnknownException.class, () -> {
            try (MemoryIndex index = run.index) {
                index.flush();
            }
        });

        assertTrue(thrown.getSuppressed().length > 0, "the close has failed too");
        List<Throwable> ofTheClose = new ArrayList<>(List.of(thrown.getSuppressed()));
        ofTheClose.removeIf(one -> !(one instanceof StoreFailedException));
        assertEquals(1, ofTheClose.size(), ofTheClose::toString);
        assertTrue(String.valueOf(ofTheClose.getFirst().getMessage()).contains("may not survive"));
    }

    @Test
    void ofManyWhoCloseOneIsTold() throws InterruptedException {
        Run run = failing();
        Queue<Throwable> told = new ConcurrentLinkedQueue<>();
        List<Thread> closers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            closers.add(Thread.ofVirtual().start(() -> {
                try {
                    run.index.close();
                } catch (Throwable e) {
                    told.add(e);
                }
            }));
        }
        for (Thread closer : closers) {
            closer.join();
        }

        assertEquals(1, told.size(), told::toString);
        assertInstanceOf(StoreFailedException.class, told.peek());
        assertGivenBack(run, "closed by many");
    }

    @Test
    void aStoreThatFailedBeforeIsClosedWithoutAWordWhereNothingAcknowledgedIsInDoubt() {
        Run sound = new Run("group", Fault.none());
        Run run = new Run("group", Fault.sticky(sound.before + 1, Fault.Kind.LOST_SYNC));
        assertThrows(StorageException.class, () -> run.index.put(Ledger.memory("key-3", "text 3")));
        assertEquals(StoreState.FAILED, run.index.state());

        assertEquals(null, run.close());

        assertGivenBack(run, "failed before");
        assertEquals(Run.everything(), run.afterPowerCut());
    }
}
