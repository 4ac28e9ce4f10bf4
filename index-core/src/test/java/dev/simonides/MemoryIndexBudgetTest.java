// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.quantization.OriginalFormat;
import dev.simonides.wal.BudgetExceededException;
import dev.simonides.wal.Durability;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The budget is asked before anything is logged. */
class MemoryIndexBudgetTest {
    private static final MemoryIndexOptions OPTIONS =
            MemoryIndexOptions.ofDimension(64).durability(new Durability.None());

    private final SimulatedDirectory disk = SimulatedDirectory.empty();

    private MemoryIndex open(MemoryIndexOptions options) {
        return MemoryIndex.open(disk, options, log -> log.segmentBytes(1 << 20));
    }

    private static Memory memory(int i) {
        return Memory.of("key-" + i, Vectors.gaussian(i, 64)).text("text " + i);
    }

    @Test
    void aFullBudgetRefusesAndTheStoreGoesOn() {
        MemoryIndexOptions small = OPTIONS.memoryBudgetBytes(OPTIONS.estimateBytes(120));
        MemoryIndexStats full;
        int stored = 0;
        try (MemoryIndex index = open(small)) {
            BudgetExceededException refusal = null;
            while (refusal == null) {
                try {
                    index.put(memory(stored));
                    stored++;
                } catch (BudgetExceededException e) {
                    refusal = e;
                }
            }
            String message = String.valueOf(refusal.getMessage());
            assertTrue(message.contains("memoryBudgetBytes"), message);
            assertTrue(message.contains("limit=" + small.memoryBudgetBytes()), message);
            full = index.stats();
            assertEquals(stored, full.liveCount());
            assertEquals(stored, full.lastLsn());
            assertTrue(full.offHeapBytes() <= small.memoryBudgetBytes());

            List<Memory> batch = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                batch.add(memory(1_000 + i));
            }
            assertThrows(BudgetExceededException.class, () -> index.putAll(batch));
            assertEquals(full.offHeapBytes(), index.stats().offHeapBytes(), "nothing is kept of what was refused");
            assertEquals(full.logBytes(), index.stats().logBytes());
            assertTrue(index.get("key-1000").isEmpty());

            // Reading and deleting go on.
            assertEquals(
                    stored,
                    index.search(Query.of(Vectors.gaussian(3, 64)).top(1_000)).size());
            assertTrue(index.delete("", "key-0"));
            assertTrue(index.verify(ProgressListener.SILENT).clean());
        }

        try (MemoryIndex index = open(small)) {
            assertEquals(stored - 1, index.stats().liveCount());
            assertEquals(full.offHeapBytes(), index.stats().offHeapBytes());
            assertThrows(BudgetExceededException.class, () -> index.put(memory(2_000)));
        }
        try (MemoryIndex index = open(OPTIONS)) {
            index.put(memory(2_000));
            assertEquals(stored, index.stats().liveCount());
        }
    }

    @Test
    void aStoreThatIsLargerThanTheBudgetIsNotOpened() {
        try (MemoryIndex index = open(OPTIONS)) {
            for (int i = 0; i < 50; i++) {
                index.put(memory(i));
            }
        }

        assertThrows(BudgetExceededException.class, () -> open(OPTIONS.memoryBudgetBytes(OPTIONS.estimateBytes(10))));

        assertEquals(0, disk.openFiles());
        try (MemoryIndex index = open(OPTIONS)) {
            assertEquals(50, index.stats().liveCount());
        }
    }

    @ParameterizedTest
    @EnumSource(OriginalFormat.class)
    void theEstimateIsWhatIsChargedButForKeysAndPayloads(OriginalFormat originals) {
        MemoryIndexOptions options = OPTIONS.originals(originals);
        try (MemoryIndex index = open(options)) {
            List<Memory> batch = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                batch.add(memory(i));
            }
            index.putAll(batch);

            long charged = index.stats().offHeapBytes();
            long estimate = options.estimateBytes(500);
            long keysAndPayloads = 500 * 48;
            assertTrue(charged >= estimate, "charged " + charged + ", estimate " + estimate);
            assertTrue(charged <= estimate + keysAndPayloads, "charged " + charged + ", estimate " + estimate);
        }
    }
}
