// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.Durability;
import dev.simonides.wal.LogOptions;
import dev.simonides.wal.simulation.CrashCounts;
import dev.simonides.wal.simulation.CrashModel;
import dev.simonides.wal.simulation.CrashState;
import dev.simonides.wal.simulation.CrashStates;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A power cut after every operation of a life with checkpoints, with any part of what was not synced lost; and a second one
 * after every operation of the recovery.
 */
@Tag("crash")
class CheckpointCrashTest {
    private static final long SEED = 11;
    private static final MemoryIndexOptions OPTIONS = MemoryIndexOptions.ofDimension(Ledger.DIMENSION)
            .exactScanMax(0)
            .indexerThreads(1)
            .checkpointOnClose(false);

    private final SimulatedDirectory disk = SimulatedDirectory.empty();
    private final Ledger ledger = new Ledger();

    /** After how many operations of the disk each write was acknowledged. */
    private final List<Integer> acknowledged = new ArrayList<>();

    private static LogOptions smallLog(LogOptions log) {
        return log.segmentBytes(16 << 10).salts(new Random(SEED));
    }

    private static MemoryIndex open(SimulatedDirectory directory) {
        return MemoryIndex.open(directory, OPTIONS.durability(new Durability.Group()), CheckpointCrashTest::smallLog);
    }

    private void put(MemoryIndex index, String key, String text) {
        ledger.expect(Ledger.putting(key, text));
        index.put(Ledger.memory(key, text));
        acknowledged.add(disk.operations());
    }

    private void delete(MemoryIndex index, String key) {
        ledger.expect(Ledger.deleting(key));
        assertTrue(index.delete("", key));
        acknowledged.add(disk.operations());
    }

    /** Three generations, with writes before, between and behind them, in three sessions. */
    private void work() {
        try (MemoryIndex index = open(disk)) {
            put(index, "a", "first");
            put(index, "b", "second");
            put(index, "a", "third");
            assertEquals(3, index.checkpoint());
            delete(index, "b");
            put(index, "c", "fourth");
        }
        try (MemoryIndex index = open(disk)) {
            assertEquals(5, index.checkpoint());
            put(index, "d", "fifth");
            assertEquals(6, index.checkpoint());
            delete(index, "a");
        }
        try (MemoryIndex index = open(disk)) {
            put(index, "b", "sixth");
        }
    }

    private int acknowledgedAt(int position) {
        return (int) acknowledged.stream().filter(at -> at <= position).count();
    }

    /** What one recovery finds, the next one finds, and a store that was recovered can make a checkpoint. */
    private void check(CrashState state, int least) {
        SimulatedDirectory image = state.image();
        int writes;
        try (MemoryIndex index = open(image)) {
            writes = ledger.check(Ledger.contents(index), least, state);
            assertEquals(Optional.empty(), index.recovery().fallback(), state::toString);
            assertEquals(List.of(), index.recovery().rebuilt(), state::toString);
            assertTrue(index.checkpoint() >= 0);
        }
        try (MemoryIndex index = open(image)) {
            Map<String, String> again = Ledger.contents(index);
            assertEquals(ledger.after(writes), again, state::toString);
            assertEquals(0, index.recovery().replayed(), state::toString);
        }
    }

    @Test
    void whatWasAcknowledgedSurvivesEveryCrash() {
        work();

        CrashCounts counts = CrashStates.of(disk, CrashModel.weak(SEED).withEffort(7, 6))
                .forEach(this::acknowledgedAt, state -> check(state, acknowledgedAt(state.position())));

        System.out.println("crash states, checkpoints: " + counts);
        assertTrue(counts.distinct() > 300, counts.toString());
    }

    @Test
    void andEveryCrashOfTheRecovery() {
        work();
        List<CrashCounts> second = new ArrayList<>();

        CrashCounts counts = CrashStates.of(disk, CrashModel.weak(SEED).withEffort(2, 1))
                .forEach(this::acknowledgedAt, state -> {
                    SimulatedDirectory image = state.image();
                    int least = acknowledgedAt(state.position());
                    int writes;
                    try (MemoryIndex index = open(image)) {
                        writes = ledger.check(Ledger.contents(index), least, state);
                    }
                    second.add(CrashStates.of(image, CrashModel.weak(SEED).withEffort(2, 1))
                            .forEach(position -> writes, again -> {
                                try (MemoryIndex index = open(again.image())) {
                                    Map<String, String> contents = Ledger.contents(index);
                                    assertEquals(
                                            ledger.after(writes),
                                            contents,
                                            () -> state + ", and in its recovery " + again);
                                }
                            }));
                });

        CrashCounts both = second.stream().reduce(counts, CrashCounts::plus);
        System.out.println("crash states, recovery of checkpoints: " + both);
        assertTrue(both.distinct() > 300, both.toString());
    }
}
