// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.memory;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.simd.OffHeap;
import dev.simonides.wal.BudgetExceededException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Budget, slabs and columns: every byte is handed out once, zeroed, and stays where it is. */
class MemoryTest {
    /** Blocks by address, to find two that overlap. */
    private static final class Blocks {
        private final java.util.TreeMap<Long, Long> ends = new java.util.TreeMap<>();

        void add(long address, long bytes) {
            Map.Entry<Long, Long> before = ends.floorEntry(address + bytes - 1);
            assertTrue(before == null || before.getValue() <= address, () -> "overlaps: " + address + " + " + bytes);
            ends.put(address, address + bytes);
        }
    }

    @Test
    void blocksAreApartAlignedAndZero() {
        long seed = 3;
        Random random = new Random(seed);
        try (Slabs slabs = new Slabs()) {
            Blocks blocks = new Blocks();
            for (int i = 0; i < 3_000; i++) {
                long bytes = random.nextInt(100) == 0 ? 1 + random.nextInt(5 << 20) : 1 + random.nextInt(5_000);
                long alignment = 1L << random.nextInt(13);
                if (random.nextInt(20) == 0) {
                    slabs.ensureRoom(random.nextInt(3 << 20));
                }
                long address = slabs.allocate(bytes, alignment);

                blocks.add(address, bytes);
                assertEquals(0, address % alignment, "seed=" + seed);
                assertEquals(0, OffHeap.everything().get(JAVA_BYTE, address));
                assertEquals(0, OffHeap.everything().get(JAVA_BYTE, address + bytes - 1));
                OffHeap.everything().set(JAVA_BYTE, address, (byte) 1);
                OffHeap.everything().set(JAVA_BYTE, address + bytes - 1, (byte) 1);
            }
        }
    }

    @Test
    void blocksOfAnEnsuredRoomComeFromOneRun() {
        try (Slabs slabs = new Slabs()) {
            slabs.allocate((2 << 20) - 100, 8);
            slabs.ensureRoom(10 * 104);
            long first = slabs.allocate(104, 8);
            for (int i = 1; i < 10; i++) {
                assertEquals(first + i * 104L, slabs.allocate(104, 8));
            }
        }
    }

    @Test
    void whatIsHandedOutIsCounted() {
        try (Slabs slabs = new Slabs()) {
            assertEquals(0, slabs.usedBytes());
            long page = slabs.allocate(4096, 64);
            slabs.allocate(10, 8);
            slabs.allocate(64, 64);
            assertEquals(4096 + 64 + 64, slabs.usedBytes(), "what alignment takes included");
            slabs.giveBack(page, 4096);
            assertEquals(128, slabs.usedBytes());
            assertEquals(page, slabs.allocate(4096, 64));
            slabs.allocate(3 << 20, 64);
            assertEquals(4096 + 128 + (4 << 20), slabs.usedBytes(), "a mapping is whole huge pages");
        }
    }

    @Test
    void aColumnOfTenEntriesHasRoomForSixteen() {
        try (Slabs slabs = new Slabs()) {
            OrdinalColumn column = new OrdinalColumn(slabs, 24);
            column.ensureCapacity(10);
            assertEquals(16 * 24, slabs.usedBytes());
            column.ensureCapacity(16);
            assertEquals(16 * 24, slabs.usedBytes());
            column.ensureCapacity(17);
            assertEquals(32 * 24, slabs.usedBytes());
        }
    }

    @Test
    void closedSlabsCloseAgain() {
        Slabs slabs = new Slabs();
        slabs.allocate(10, 8);
        slabs.close();
        slabs.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 24, 64, 192})
    void entriesOfAColumnAreApartAndStay(long stride) {
        try (Slabs slabs = new Slabs()) {
            OrdinalColumn column = new OrdinalColumn(slabs, stride);
            Blocks blocks = new Blocks();
            Map<Integer, Long> addresses = new HashMap<>();
            for (int count : new int[] {1, 2, 15, 16, 17, 63, 64, 65, 127, 128, 129, 5_000, 100_000}) {
                int known = addresses.size();
                column.ensureCapacity(count);
                addresses.forEach((ordinal, address) -> assertEquals(address, column.address(ordinal), "moved"));
                for (int ordinal = known; ordinal < count; ordinal++) {
                    long address = column.address(ordinal);
                    blocks.add(address, stride);
                    addresses.put(ordinal, address);
                }
                // A neighbour: an entry that sticks out of its chunk would lie on it.
                blocks.add(slabs.allocate(64, 64), 64);
            }
        }
    }

    @Test
    void entriesAfterTheFirstChunkBeginOnCacheLines() {
        try (Slabs slabs = new Slabs()) {
            OrdinalColumn column = new OrdinalColumn(slabs, 192);
            column.ensureCapacity(1_000);
            for (int ordinal = 0; ordinal < 1_000; ordinal++) {
                assertEquals(0, column.address(ordinal) % 64);
            }
        }
    }

    @Test
    void aBudgetRefusesWhatWouldPassItAndTakesNothing() {
        MemoryBudget budget = new MemoryBudget(100);
        budget.reserve(60);

        BudgetExceededException refusal = assertThrows(BudgetExceededException.class, () -> budget.reserve(41));

        assertEquals(60, budget.usedBytes());
        assertTrue(String.valueOf(refusal.getMessage()).contains("limit=100 bytes, used=60, asked=41"));
        budget.reserve(40);
        budget.release(100);
        assertEquals(0, budget.usedBytes());
    }

    @Test
    void aBudgetAskedByManyIsNeverPassed() throws InterruptedException {
        MemoryBudget budget = new MemoryBudget(1_000);
        AtomicLong taken = new AtomicLong();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int j = 0; j < 1_000; j++) {
                    try {
                        budget.reserve(7);
                        taken.addAndGet(7);
                    } catch (BudgetExceededException e) {
                        // As it should be.
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertEquals(taken.get(), budget.usedBytes());
        assertTrue(taken.get() <= 1_000 && taken.get() > 900, "taken " + taken);
    }
}
