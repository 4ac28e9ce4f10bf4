// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Files of others in a store's directory are told of in one line, whoever opens it, and stay where they are. */
class ForeignFilesTest {
    private static final MemoryIndexOptions OPTIONS =
            MemoryIndexOptions.ofDimension(4).exactScanMax(0).indexerThreads(1);

    private final LoggedWarnings warnings = LoggedWarnings.of(ForeignFiles.class);

    @AfterEach
    void listenNoMore() {
        warnings.close();
    }

    /** With a file of every kind, and what crashes leave unfinished. */
    private static SimulatedDirectory killed() {
        SimulatedDirectory disk = SimulatedDirectory.empty();
        try (MemoryIndex index = MemoryIndex.open(disk, OPTIONS)) {
            for (int i = 0; i < 3; i++) {
                index.put(Memory.of("key-" + i, new float[] {1, i, 0, 0}).text("text"));
                index.checkpoint();
            }
            disk = disk.afterKill();
        }
        for (String name : List.of(
                "STORE.tmp",
                "MANIFEST-0000000009.tmp",
                "wal-0000000099.tmp",
                "vec-0000000091",
                "graph-0000000092",
                "graphd-0000000093")) {
            disk = disk.with(name, new byte[0]);
        }
        return disk;
    }

    private static void openBoth(SimulatedDirectory disk) {
        MemoryIndex.openReadOnly(disk, OPTIONS, UnaryOperator.identity()).close();
        MemoryIndex.open(disk, OPTIONS).close();
    }

    @Test
    void ofItsOwnFilesNothingIsSaid() {
        openBoth(killed());

        assertEquals(List.of(), warnings.texts());
    }

    @Test
    void ofOtherFilesTheNumberAndTheFirstAreSaidOnce() {
        List<String> others = List.of(".nfs00000001", "MANIFEST", "notes.txt", "vec-12", "wal-1", "x\ny");
        SimulatedDirectory disk = killed();
        for (String name : others) {
            disk = disk.with(name, new byte[] {1});
        }

        openBoth(disk);

        assertEquals(2, warnings.texts().size(), "one for each opening");
        for (String text : warnings.texts()) {
            assertTrue(text.endsWith(": " + others.size() + ", the first is .nfs00000001"), text);
        }
        assertTrue(disk.list().containsAll(others), () -> "left");
    }

    @Test
    void aNameCannotForgeALineOfTheLog() {
        openBoth(killed().with("\nERROR: all is lost", new byte[0]));

        assertTrue(warnings.texts().getFirst().endsWith("the first is ?ERROR: all is lost"));
    }
}
