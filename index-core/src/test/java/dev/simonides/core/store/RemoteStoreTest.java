// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.Residency;
import dev.simonides.StepDirectory;
import dev.simonides.Vectors;
import dev.simonides.wal.BudgetExceededException;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** On a remote file system a store says once that it relies on less than it needs, and maps nothing. */
class RemoteStoreTest {
    private static final int DIMENSION = 1_000;
    private static final int COUNT = 200;
    private static final MemoryIndexOptions MAPPED = MemoryIndexOptions.ofDimension(DIMENSION)
            .residency(Residency.MAPPED)
            .indexerThreads(1);

    private final SimulatedDirectory disk = SimulatedDirectory.empty();
    private final LoggedWarnings warnings = LoggedWarnings.of(StoreOpening.class);

    @AfterEach
    void listenNoMore() {
        warnings.close();
    }

    private StorageDirectory remote() {
        return new StepDirectory(disk, new StepDirectory.Steps() {
            @Override
            public boolean remote() {
                return true;
            }
        });
    }

    private static void fill(MemoryIndex index) {
        for (int i = 0; i < COUNT; i++) {
            index.put(Memory.of("key-" + i, Vectors.gaussian(i, DIMENSION)));
        }
        index.checkpoint();
    }

    @Test
    void elsewhereFilesAreMappedAndNothingIsSaid() {
        try (MemoryIndex index = MemoryIndex.open(disk, MAPPED)) {
            fill(index);
            assertTrue(index.stats().mappedBytes() > 0);
        }
        assertEquals(List.of(), warnings.texts());
    }

    @Test
    void nothingIsMappedAndThatIsSaidAtEveryOpening() {
        try (MemoryIndex created = MemoryIndex.open(remote(), MAPPED)) {
            fill(created);
            assertResident(created);
        }
        assertEquals(1, warnings.texts().size(), warnings.texts()::toString);
        try (MemoryIndex opened = MemoryIndex.open(remote(), MAPPED)) {
            assertResident(opened);
        }
        assertEquals(2, warnings.texts().size(), warnings.texts()::toString);
        try (MemoryIndex reader = MemoryIndex.openReadOnly(remote(), MAPPED, UnaryOperator.identity())) {
            assertResident(reader);
        }
        assertEquals(3, warnings.texts().size(), warnings.texts()::toString);
        for (String text : warnings.texts()) {
            assertTrue(text.startsWith(disk.path() + ": on a remote file system"), text);
        }
    }

    private static void assertResident(MemoryIndex index) {
        assertEquals(Residency.RESIDENT, index.options().residency());
        assertEquals(Residency.RESIDENT, index.stats().residency());
        assertEquals(0, index.stats().mappedBytes());
        assertEquals(COUNT, index.stats().liveCount());
    }

    /** Rather than being mapped, a store that has outgrown its budget is not opened. */
    @Test
    void aBudgetIsNoReasonToMap() {
        try (MemoryIndex index = MemoryIndex.open(disk, MAPPED)) {
            fill(index);
        }
        MemoryIndexOptions small = MAPPED.residency(Residency.AUTO).memoryBudgetBytes(300_000);

        assertThrows(BudgetExceededException.class, () -> MemoryIndex.open(remote(), small));
        try (MemoryIndex index = MemoryIndex.open(disk, small)) {
            assertEquals(Residency.MAPPED, index.stats().residency());
        }
    }
}
