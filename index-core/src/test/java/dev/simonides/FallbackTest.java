// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.CorruptStoreException;
import dev.simonides.wal.LogOptions;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damage to a checkpoint costs nothing while the one before it is whole, and is an error with a name when it is not. */
class FallbackTest {
    private static final MemoryIndexOptions OPTIONS =
            MemoryIndexOptions.ofDimension(Ledger.DIMENSION).exactScanMax(0).indexerThreads(1);
    private static final Map<String, String> CONTENTS = Map.of("a", "4", "c", "3", "d", "5");

    private SimulatedDirectory disk = SimulatedDirectory.empty();

    private static LogOptions smallLog(LogOptions log) {
        return log.segmentBytes(16 << 10).salts(new Random(3));
    }

    private static MemoryIndex open(SimulatedDirectory directory) {
        return MemoryIndex.open(directory, OPTIONS, FallbackTest::smallLog);
    }

    /** Three generations, of which two are there, and log behind them. */
    @BeforeEach
    void write() {
        try (MemoryIndex index = open(disk)) {
            index.put(Ledger.memory("a", "1"));
            assertEquals(1, index.checkpoint());
            index.put(Ledger.memory("b", "2"));
            index.awaitLinked(ProgressListener.SILENT);
            assertEquals(2, index.checkpoint());
            index.put(Ledger.memory("c", "3"));
            index.put(Ledger.memory("a", "4"));
            index.awaitLinked(ProgressListener.SILENT);
            assertEquals(4, index.checkpoint());
            assertTrue(index.delete("", "b"));
            index.put(Ledger.memory("d", "5"));
        }
    }

    private List<String> named(String prefix) {
        return disk.list().stream().filter(name -> name.startsWith(prefix)).toList();
    }

    private void damage(String name) {
        byte[] bytes = disk.content(name);
        bytes[bytes.length / 2] ^= 0x10;
        disk = disk.with(name, bytes);
    }

    private void assertFallsBack(String name) {
        try (MemoryIndex index = open(disk)) {
            assertEquals(CONTENTS, contents(index));
            assertEquals(2, index.recovery().generation());
            assertEquals(4, index.recovery().replayed());
            assertTrue(
                    index.recovery().fallback().orElse("").contains(name),
                    () -> index.recovery().toString());
            assertTrue(disk.exists(name), "what is damaged is kept until the next checkpoint");
            assertEquals(7, index.put(Ledger.memory("e", "6")));
            assertEquals(7, index.checkpoint());
            assertEquals(List.of("MANIFEST-0000000002", "MANIFEST-0000000004"), named("MANIFEST"));
        }
        try (MemoryIndex index = open(disk)) {
            assertEquals(4, index.recovery().generation());
            assertEquals(Optional.empty(), index.recovery().fallback());
            assertEquals(4, Ledger.contents(index).size());
        }
    }

    /** Damage that was passed over is still found by a verification. */
    private static Map<String, String> contents(MemoryIndex index) {
        Map<String, String> contents = new TreeMap<>();
        for (Hit hit : index.search(Query.of(new float[] {1, 2, 3, 4}).top(Limits.TOP_MAX))) {
            contents.put(hit.key(), hit.text());
        }
        return contents;
    }

    @Test
    void aDamagedManifestIsPassedOver() {
        damage("MANIFEST-0000000003");

        assertFallsBack("MANIFEST-0000000003");
    }

    @ParameterizedTest
    @ValueSource(strings = {"vec", "meta", "blob"})
    void aDamagedFileOfTruthIsPassedOver(String kind) {
        String newest = named(kind).getLast();
        damage(newest);

        assertFallsBack(newest);
    }

    @Test
    void aMissingFileOfTruthIsPassedOver() {
        String newest = named("vec").getLast();
        disk = disk.without(newest);

        try (MemoryIndex index = open(disk)) {
            assertEquals(CONTENTS, contents(index));
            assertEquals(2, index.recovery().generation());
        }
    }

    @Test
    void aDamagedGraphIsBuiltAgain() {
        named("graph").forEach(this::damage);

        try (MemoryIndex index = open(disk)) {
            assertEquals(3, index.recovery().generation());
            assertTrue(!index.recovery().rebuilt().isEmpty());
            assertEquals(CONTENTS, contents(index));
            index.awaitLinked(ProgressListener.SILENT);
            assertEquals(CONTENTS, contents(index));
            assertEquals(0, index.verify(ProgressListener.SILENT).unreachable());
        }
    }

    @Test
    void damageToBothGenerationsIsAnErrorThatNamesTheFile() {
        damage("MANIFEST-0000000002");
        damage("MANIFEST-0000000003");

        CorruptStoreException refusal = assertThrows(CorruptStoreException.class, () -> open(disk));

        assertTrue(refusal.file().endsWith("MANIFEST-0000000003"), refusal::getMessage);
        assertTrue(refusal.getSuppressed().length >= 2, "the older manifest, and the log that is not there");
    }

    @Test
    void theWholeLogIsAGenerationToo() {
        disk = SimulatedDirectory.empty();
        try (MemoryIndex index = open(disk)) {
            index.put(Ledger.memory("a", "1"));
            assertEquals(1, index.checkpoint());
            index.put(Ledger.memory("b", "2"));
        }
        damage(named("vec").getFirst());

        try (MemoryIndex index = open(disk)) {
            assertEquals(Map.of("a", "1", "b", "2"), contents(index));
            assertEquals(0, index.recovery().generation());
            assertEquals(2, index.recovery().replayed());
        }
    }

    @Test
    void filesOfNobodyAreLeftAlone() {
        disk = disk.with("notes.txt", new byte[10])
                .with("vec-0000000099", new byte[10])
                .with("MANIFEST-0000000009.tmp", new byte[10]);

        try (MemoryIndex index = open(disk)) {
            assertEquals(2, index.recovery().orphans());
            assertEquals(CONTENTS, Ledger.contents(index));
        }
        assertTrue(disk.exists("notes.txt"));
        assertTrue(!disk.exists("vec-0000000099"));
    }
}
