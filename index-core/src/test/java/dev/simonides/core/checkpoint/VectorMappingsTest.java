// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.Residency;
import dev.simonides.core.manifest.FileEntry;
import dev.simonides.core.manifest.FileKind;
import dev.simonides.core.vector.VectorArrangement;
import dev.simonides.core.vector.VectorPages;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import dev.simonides.simd.OffHeap;
import dev.simonides.wal.BudgetExceededException;
import dev.simonides.wal.CorruptSegmentException;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.simulation.Fault;
import dev.simonides.wal.simulation.FaultyDirectory;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.SortedMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Where full pages are, what is charged for them, and when the places they left are given back. */
class VectorMappingsTest {
    /** Four codes in a small page. */
    private static final VectorCodec CODEC = VectorCodec.of(700, Similarity.COSINE, OriginalFormat.F16, Kernels.best());

    private static final int SLOT = 0;

    private final SimulatedDirectory directory = SimulatedDirectory.empty();
    private final TruthStore store = new TruthStore(CODEC, 1L << 40, Residency.MAPPED);

    @AfterEach
    void close() {
        store.close();
        assertEquals(0, directory.openFiles(), "files left open");
    }

    private void put(int count) {
        for (int i = 0; i < count; i++) {
            store.put("tenant", "key-" + i, "payload " + i);
        }
    }

    private VectorPages vectors() {
        return Objects.requireNonNull(store.tenants.find("tenant")).vectors();
    }

    private static byte[] image(VectorPages vectors, long address) {
        return OffHeap.everything()
                .asSlice(address, vectors.geometry().pageBytes(0))
                .toArray(ValueLayout.JAVA_BYTE);
    }

    private static TruthStore loaded(
            StorageDirectory directory, List<FileEntry> entries, long lsn, Residency residency, long budgetBytes) {
        TruthStore loaded = new TruthStore(CODEC, budgetBytes, residency);
        try {
            loaded.load(directory, entries, lsn, 2);
            return loaded;
        } catch (Throwable e) {
            loaded.close();
            throw e;
        }
    }

    @Test
    void aMappedGenerationHoldsWhatAResidentOneHoldsForLess() {
        put(210);
        List<FileEntry> entries = store.checkpoint(directory);

        try (TruthStore resident = loaded(directory, entries, store.lsn, Residency.RESIDENT, 1L << 40);
                TruthStore mapped = loaded(directory, entries, store.lsn, Residency.MAPPED, 1L << 40)) {
            assertEquals(store.content(), mapped.content());
            assertEquals(resident.content(), mapped.content());
            assertEquals(Residency.RESIDENT, resident.mappings.residency());
            assertEquals(Residency.MAPPED, mapped.mappings.residency());
            assertEquals(0, resident.mappings.mappedBytes());
            assertTrue(mapped.mappings.mappedBytes() > 200 * 2_100, "mapped: " + mapped.mappings.mappedBytes());
            assertTrue(
                    mapped.budget.usedBytes() < resident.budget.usedBytes() - 200 * 2_100,
                    mapped.budget.usedBytes() + " of " + resident.budget.usedBytes());
            // A record that came through the log is rounded up to 8 bytes.
            assertTrue(
                    Math.abs(mapped.budget.usedBytes() - store.budget.usedBytes()) < 210 * 8,
                    "after moving as after loading");
        }
    }

    @Test
    void pagesLeaveMemoryAfterGraceAndItsBytesAreGone() {
        put(20);
        long image = vectors().imageAddress(0);
        byte[] before = image(vectors(), image);
        long charged = store.budget.usedBytes();
        store.epochs.enter(SLOT);

        store.checkpoint(directory);

        assertTrue(vectors().imageAddress(0) != image, "moved");
        assertArrayEquals(before, image(vectors(), vectors().imageAddress(0)));
        assertArrayEquals(before, image(vectors(), image), "a reader is inside");
        assertEquals(charged, store.budget.usedBytes());
        store.epochs.leave(SLOT);
        store.epochs.reclaim();
        assertArrayEquals(new byte[before.length], image(vectors(), image));
        assertTrue(store.budget.usedBytes() < charged);
    }

    @Test
    void aMappingEndsWhenItsFileIsFoldedAndItsReadersHaveLeft() {
        put(40);
        store.checkpoint(directory);
        long first = store.mappings.mappedBytes();
        byte[] before = image(vectors(), vectors().imageAddress(0));
        long image = vectors().imageAddress(0);
        store.epochs.enter(SLOT);
        put(40);

        List<FileEntry> entries = store.checkpoint(directory);

        assertEquals(
                1,
                entries.stream().filter(one -> one.kind() == FileKind.VECTORS).count(),
                "folded");
        assertTrue(store.mappings.mappedBytes() > 2 * first, "both are mapped");
        assertArrayEquals(before, image(vectors(), image), "a reader is inside");
        long both = store.mappings.mappedBytes();
        store.epochs.leave(SLOT);
        store.epochs.reclaim();
        assertEquals(both - first, store.mappings.mappedBytes());
    }

    @Test
    void aFoldTakesPagesFromTheirFileAndNotFromItsMapping() {
        put(40);
        store.checkpoint(directory);
        String before = store.content().get("tenant/0");
        long code = vectors().codeAddress(0);
        long original = vectors().originalAddress(0);
        for (long address : new long[] {code, original}) {
            // What a medium does that returns other bytes the second time.
            OffHeap.everything().set(ValueLayout.JAVA_BYTE, address, (byte) 99);
        }
        put(40);

        List<FileEntry> entries = store.checkpoint(directory);

        assertEquals(
                1,
                entries.stream().filter(one -> one.kind() == FileKind.VECTORS).count(),
                "folded");
        try (TruthStore loaded = loaded(directory, entries, store.lsn, Residency.RESIDENT, 1L << 40)) {
            String after = Objects.requireNonNull(loaded.content().get("tenant/0"));
            assertEquals(codeAndOriginal(before), codeAndOriginal(after));
        }
    }

    private static String codeAndOriginal(@Nullable String words) {
        return Objects.requireNonNull(words).replaceFirst(".* code=", "").replaceFirst(" (death|key)=.*", "");
    }

    /** Though the checkpoint has so little to add that it would leave their file alone. */
    @ParameterizedTest
    @EnumSource(names = {"RESIDENT", "MAPPED"})
    void whatWasArrangedIsWrittenAgain(Residency residency) {
        try (TruthStore arranged = new TruthStore(CODEC, 1L << 40, residency)) {
            for (int i = 0; i < 210; i++) {
                arranged.put("tenant", "key-" + i, "payload " + i);
            }
            arranged.checkpoint(directory);
            VectorPages vectors =
                    Objects.requireNonNull(arranged.tenants.find("tenant")).vectors();
            SortedMap<String, String> before = arranged.content();
            int firstPage = vectors.arrangedPages();
            int from = (int) vectors.geometry().firstOrdinal(firstPage);
            int end = (int) vectors.geometry().firstOrdinal(vectors.geometry().page(210));
            int[] backwards =
                    IntStream.range(0, end - from).map(i -> end - 1 - i).toArray();
            arranged.epochs.enter(SLOT);
            arranged.epochs.retire(
                    new VectorArrangement(vectors).beside(firstPage, arranged.mappings::holds, backwards));
            assertEquals(before, arranged.content());
            assertFalse(vectors.otherSidesFree(), "a reader is inside");
            arranged.epochs.leave(SLOT);
            arranged.epochs.reclaim();
            assertTrue(vectors.otherSidesFree());

            List<FileEntry> entries = arranged.checkpoint(directory);

            assertEquals(
                    1,
                    entries.stream()
                            .filter(one -> one.kind() == FileKind.VECTORS)
                            .count());
            assertEquals(before, arranged.content());
            assertEquals(entries, arranged.checkpoint(directory), "nothing is new");
            try (TruthStore loaded = loaded(directory, entries, arranged.lsn, residency, 1L << 40)) {
                VectorPages read =
                        Objects.requireNonNull(loaded.tenants.find("tenant")).vectors();
                assertEquals(before, loaded.content());
                assertEquals(end - 1, read.ordinalAt(read.place(firstPage), 0));
                for (int page = 0; page < read.geometry().page(210); page++) {
                    assertTrue(read.sound(page));
                }
            }
        }
    }

    @Test
    void manyCheckpointsLeaveWhatAResidentStoreHolds() {
        long seed = 11;
        Random random = new Random(seed);
        try (TruthStore twin = new TruthStore(CODEC)) {
            for (int round = 0; round < 25; round++) {
                int writes = random.nextInt(30);
                for (int i = 0; i < writes; i++) {
                    String tenant = "tenant-" + random.nextInt(3);
                    String key = "key-" + random.nextInt(60);
                    if (random.nextInt(4) == 0) {
                        store.delete(tenant, key);
                        twin.delete(tenant, key);
                    } else {
                        store.put(tenant, key, "payload " + i);
                        twin.put(tenant, key, "payload " + i);
                    }
                }
                List<FileEntry> entries = store.checkpoint(directory);

                assertEquals(twin.content(), store.content(), "seed=" + seed + ", round=" + round);
                if (round % 5 == 4) {
                    try (TruthStore again = loaded(directory, entries, store.lsn, Residency.MAPPED, 1L << 40)) {
                        assertEquals(twin.content(), again.content(), "seed=" + seed + ", round=" + round);
                    }
                }
            }
            assertTrue(store.budget.usedBytes() < twin.budget.usedBytes());
        }
    }

    @Test
    void autoMapsOnlyWhatTheBudgetDoesNotHold() {
        put(300);
        List<FileEntry> entries = store.checkpoint(directory);
        long needed;
        try (TruthStore ample = loaded(directory, entries, store.lsn, Residency.AUTO, 1L << 40)) {
            assertEquals(Residency.RESIDENT, ample.mappings.residency());
            needed = ample.budget.usedBytes();
        }

        try (TruthStore scarce = loaded(directory, entries, store.lsn, Residency.AUTO, needed - 1)) {
            assertEquals(Residency.MAPPED, scarce.mappings.residency());
            assertEquals(store.content(), scarce.content());
        }
        assertThrows(
                BudgetExceededException.class,
                () -> loaded(directory, entries, store.lsn, Residency.RESIDENT, needed - 1));
        assertThrows(
                BudgetExceededException.class,
                () -> loaded(directory, entries, store.lsn, Residency.AUTO, needed / 40));
    }

    @Test
    void whereNothingCanBeMappedVectorsAreReadIntoMemory() {
        put(100);
        List<FileEntry> entries = store.checkpoint(directory);

        try (TruthStore loaded = loaded(unmappable(), entries, store.lsn, Residency.MAPPED, 1L << 40)) {
            assertEquals(Residency.RESIDENT, loaded.mappings.residency());
            assertEquals(store.content(), loaded.content());
        }
    }

    @Test
    void aCheckpointThatCannotBeMappedLeavesPagesInMemory() {
        put(100);
        long image = vectors().imageAddress(0);

        store.checkpoint(unmappable());

        assertEquals(image, vectors().imageAddress(0));
        put(100);
        store.checkpoint(directory);
        assertTrue(vectors().imageAddress(0) != image, "the next one moves them");
    }

    private StorageDirectory unmappable() {
        return new FaultyDirectory(directory, Fault.sticky(1, Fault.Kind.NO_MAPPING));
    }

    @Test
    void damageIsFoundByReadingBeforeAPageIsUsed() {
        put(203);
        List<FileEntry> entries = store.checkpoint(directory);
        String name = entries.stream()
                .filter(one -> one.kind() == FileKind.VECTORS)
                .findFirst()
                .orElseThrow()
                .fileName();
        byte[] bytes = directory.content(name);
        int step = 64 << 10;
        for (int at = 4096 + 777; at < bytes.length - 8192; at += step) {
            byte[] broken = bytes.clone();
            broken[at] ^= 0x10;

            assertThrows(
                    CorruptSegmentException.class,
                    () -> loaded(directory.with(name, broken), entries, store.lsn, Residency.MAPPED, 1L << 40)
                            .close(),
                    "at " + at);
        }
    }
}
