// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.Durability;
import dev.simonides.wal.LogOptions;
import dev.simonides.wal.simulation.CrashCounts;
import dev.simonides.wal.simulation.CrashModel;
import dev.simonides.wal.simulation.CrashStates;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A power cut after every operation on the medium, with any part of what was not synced lost. */
@Tag("crash")
class MemoryIndexCrashTest {
    private static final long SEED = 7;
    private static final MemoryIndexOptions OPTIONS =
            MemoryIndexOptions.ofDimension(Ledger.DIMENSION).exactScanMax(0).indexerThreads(1);

    private final SimulatedDirectory disk = SimulatedDirectory.empty();
    private final Ledger ledger = new Ledger();

    /** After how many operations of the disk each write was acknowledged. */
    private final List<Integer> acknowledged = new ArrayList<>();

    private static LogOptions smallLog(LogOptions log) {
        return log.segmentBytes(16 << 10).salts(new Random(SEED));
    }

    private static MemoryIndex open(SimulatedDirectory directory, Durability durability) {
        return MemoryIndex.open(directory, OPTIONS.durability(durability), MemoryIndexCrashTest::smallLog);
    }

    private void put(MemoryIndex index, String key, String text) {
        ledger.expect(Ledger.putting(key, text));
        index.put(Ledger.memory(key, text));
        acknowledged.add(disk.operations());
    }

    /** Create, put, update, batch, delete, close; open, put, delete, close: across the ends of several segments. */
    private void work(Durability durability) {
        try (MemoryIndex index = open(disk, durability)) {
            put(index, "a", "first");
            put(index, "b", "second");
            put(index, "a", "third");
            ledger.expect(state -> {
                state.put("c", "fourth");
                state.put("a", "fifth");
                return state;
            });
            index.putAll(List.of(Ledger.memory("c", "fourth"), Ledger.memory("a", "fifth")));
            acknowledged.add(disk.operations());
            ledger.expect(Ledger.deleting("b"));
            assertTrue(index.delete("", "b"));
            acknowledged.add(disk.operations());
        }
        try (MemoryIndex index = open(disk, durability)) {
            put(index, "d", "sixth");
            put(index, "b", "seventh");
        }
    }

    private int acknowledgedAt(int position) {
        return (int) acknowledged.stream().filter(at -> at <= position).count();
    }

    private CrashCounts checkEveryCrash(CrashModel model, boolean acknowledgedSurvive) {
        return CrashStates.of(disk, model)
                .forEach(position -> acknowledgedSurvive ? acknowledgedAt(position) : 0, state -> {
                    int least = acknowledgedSurvive ? acknowledgedAt(state.position()) : 0;
                    SimulatedDirectory image = state.image();
                    Map<String, String> first;
                    try (MemoryIndex index = open(image, new Durability.Group())) {
                        first = Ledger.contents(index);
                    }
                    int writes = ledger.check(first, least, state);
                    // What one recovery found, the next one finds.
                    try (MemoryIndex index = open(image, new Durability.Group())) {
                        Map<String, String> second = Ledger.contents(index);
                        assertTrue(ledger.check(second, writes, state) == writes, state.toString());
                    }
                });
    }

    @Test
    void whatWasAcknowledgedSurvivesEveryCrash() {
        work(new Durability.Group());

        CrashCounts counts = checkEveryCrash(CrashModel.weak(SEED).withEffort(8, 8), true);

        System.out.println("crash states, group: " + counts);
        assertTrue(counts.distinct() > 300, counts.toString());
    }

    @Test
    void whatACrashLeavesWithoutDurabilityIsStillAPrefix() {
        work(new Durability.None());

        CrashCounts counts = checkEveryCrash(CrashModel.weak(SEED).withEffort(7, 6), false);

        System.out.println("crash states, none: " + counts);
        assertTrue(counts.distinct() > 100, counts.toString());
    }
}
