// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.core.manifest.FileEntry;
import dev.simonides.core.manifest.FileKind;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import dev.simonides.wal.BudgetExceededException;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TruthFilesTest {
    /** Four codes in a small page. */
    private static final VectorCodec CODEC = VectorCodec.of(700, Similarity.COSINE, OriginalFormat.F16, Kernels.best());

    private final SimulatedDirectory directory = SimulatedDirectory.empty();
    private final TruthStore store = new TruthStore(CODEC);

    @AfterEach
    void close() {
        store.close();
        assertEquals(0, directory.openFiles(), "files left open");
    }

    private void assertLoads(TruthStore expected, List<FileEntry> entries) {
        for (int helpers : new int[] {0, 3}) {
            try (TruthStore loaded = TruthStore.load(expected.codec, directory, entries, expected.lsn, helpers)) {
                assertEquals(expected.content(), loaded.content());
            }
        }
    }

    private static long files(List<FileEntry> entries, FileKind kind) {
        return entries.stream().filter(entry -> entry.kind() == kind).count();
    }

    @Test
    void anEmptyStoreHasNoFiles() {
        assertEquals(List.of(), store.checkpoint(directory));
        assertLoads(store, List.of());
    }

    @ParameterizedTest
    @EnumSource(OriginalFormat.class)
    void whatIsWrittenIsLoaded(OriginalFormat originals) {
        VectorCodec codec = VectorCodec.of(5, Similarity.DOT, originals, Kernels.best());
        try (TruthStore any = new TruthStore(codec)) {
            for (int i = 0; i < 300; i++) {
                any.put("tenant-" + i % 7, "key-" + i % 90, "x".repeat(i % 50));
            }
            any.put("", "the tenant without a name", "");
            any.put("Ż", "k".repeat(512), "p".repeat(100_000));

            assertLoads(any, any.checkpoint(directory));
        }
    }

    @Test
    void manyPagesOfOneTenantAreLoaded() {
        for (int i = 0; i < 200; i++) {
            store.put("t", "key-" + i, "payload " + i);
        }

        assertLoads(store, store.checkpoint(directory));
    }

    @Test
    void aCheckpointAddsOnlyWhatIsNew() {
        for (int i = 0; i < 300; i++) {
            store.put("t", "key-" + i, "p".repeat(100));
        }
        List<FileEntry> first = store.checkpoint(directory);

        store.put("t", "another", "payload");
        store.delete("t", "key-3");
        List<FileEntry> second = store.checkpoint(directory);

        assertEquals(3, first.size());
        assertTrue(second.containsAll(first), "the old files are kept");
        assertEquals(6, second.size());
        assertLoads(store, second);
    }

    @Test
    void aCheckpointOfNothingNewWritesNothing() {
        store.put("t", "key", "payload");
        List<FileEntry> first = store.checkpoint(directory);

        assertEquals(first, store.checkpoint(directory));
    }

    @Test
    void aDeathAloneIsAFileOfRecords() {
        for (int i = 0; i < 300; i++) {
            store.put("t", "key-" + i, "payload");
        }
        store.checkpoint(directory);
        store.delete("t", "key-3");

        List<FileEntry> second = store.checkpoint(directory);

        assertEquals(2, files(second, FileKind.RECORDS));
        assertEquals(1, files(second, FileKind.VECTORS));
        assertLoads(store, second);
    }

    @Test
    void smallFilesAreFoldedIntoOne() {
        for (int i = 0; i < 40; i++) {
            store.put("t-" + i % 3, "key-" + i % 20, "payload " + i);
            List<FileEntry> entries = store.checkpoint(directory);

            assertTrue(entries.size() <= 9, () -> "files: " + entries);
            assertLoads(store, entries);
        }
    }

    @Test
    void foldingKeepsTheNumberOfFilesLogarithmic() {
        for (int i = 0; i < 300; i++) {
            store.put("t", "key-" + i, "payload " + i);
            store.checkpoint(directory);
        }
        List<FileEntry> entries = store.checkpoint(directory);

        for (FileKind kind : List.of(FileKind.VECTORS, FileKind.RECORDS, FileKind.PAYLOADS)) {
            assertTrue(files(entries, kind) <= 9, () -> kind + ": " + entries);
        }
        assertLoads(store, entries);
    }

    @Test
    void theDeadLeaveTheirPayloadsBehind() {
        store.put("t", "key", "p".repeat(50_000));
        store.checkpoint(directory);
        store.put("t", "key", "short");
        store.put("t", "other", "q".repeat(60_000));

        List<FileEntry> entries = store.checkpoint(directory);

        assertEquals(1, files(entries, FileKind.PAYLOADS), "folded");
        long bytes = entries.stream()
                .filter(entry -> entry.kind() == FileKind.PAYLOADS)
                .mapToLong(entry -> entry.summary().bytes())
                .sum();
        assertTrue(bytes < 70_000, () -> "bytes=" + bytes);
        assertLoads(store, entries);
    }

    @Test
    void whatIsWrittenAfterTheSnapshotIsNotInIt() {
        for (int i = 0; i < 10; i++) {
            store.put("t", "key-" + i, "payload " + i);
        }
        Map<String, String> content = store.content();
        Snapshot snapshot = store.snapshot();
        store.put("t", "key-3", "changed");
        store.put("t", "new", "payload");
        store.put("u", "new", "payload");
        store.delete("t", "key-5");

        Prepared prepared = store.write(directory, snapshot);
        prepared.commit();

        try (TruthStore loaded = TruthStore.load(CODEC, directory, prepared.entries(), snapshot.lsn(), 0)) {
            assertEquals(content, loaded.content());
        }
        assertLoads(store, store.checkpoint(directory));
    }

    @Test
    void aDeathAfterTheSnapshotIsNotListed() {
        for (int i = 0; i < 300; i++) {
            store.put("t", "key-" + i, "p".repeat(100));
        }
        store.checkpoint(directory);
        store.delete("t", "key-3");
        Map<String, String> content = store.content();
        Snapshot snapshot = store.snapshot();
        store.delete("t", "key-5");

        Prepared prepared = store.write(directory, snapshot);
        prepared.commit();

        try (TruthStore loaded = TruthStore.load(CODEC, directory, prepared.entries(), snapshot.lsn(), 0)) {
            assertEquals(content, loaded.content());
        }
        assertLoads(store, store.checkpoint(directory));
    }

    @Test
    void anAbandonedCheckpointLeavesNothing() {
        store.put("t", "key", "payload");
        List<FileEntry> first = store.checkpoint(directory);
        List<String> names = directory.list();
        store.put("t", "other", "payload");

        store.write(directory, store.snapshot()).abandon();

        assertEquals(names, directory.list());
        assertEquals(first, store.files.entries());
        assertLoads(store, store.checkpoint(directory));
    }

    @Test
    void aLoadedStoreGoesOn() {
        for (int i = 0; i < 30; i++) {
            store.put("t", "key-" + i, "payload " + i);
        }
        List<FileEntry> entries = store.checkpoint(directory);
        try (TruthStore loaded = TruthStore.load(CODEC, directory, entries, store.lsn, 0)) {
            for (TruthStore both : List.of(store, loaded)) {
                both.put("t", "key-7", "changed");
                both.delete("t", "key-8");
                both.put("u", "new", "");
            }

            assertEquals(store.content(), loaded.content());
            assertLoads(store, loaded.checkpoint(directory));
        }
    }

    @Test
    void theBudgetIsAskedBeforeAnythingIsRead() {
        for (int i = 0; i < 30; i++) {
            store.put("t", "key-" + i, "payload " + i);
        }
        List<FileEntry> entries = store.checkpoint(directory);
        long used = store.budget.usedBytes();

        try (TruthStore loaded = TruthStore.load(CODEC, directory, entries, store.lsn, 0);
                TruthStore poor = new TruthStore(CODEC, used / 2)) {
            long loadedBytes = loaded.budget.usedBytes();
            assertTrue(Math.abs(loadedBytes - used) < used / 50, "a loaded store costs what a written one costs");
            assertThrows(BudgetExceededException.class, () -> poor.load(directory, entries, store.lsn, 0));
            assertEquals(0, poor.budget.usedBytes());
        }
    }
}
