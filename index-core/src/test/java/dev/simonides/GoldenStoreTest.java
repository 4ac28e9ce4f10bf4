// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Stores of every format version stay readable. Whoever changes a byte adds a store of the new version beside the old ones,
 * written by {@link #main} of that version, and never touches the old ones.
 */
class GoldenStoreTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    private static final byte[] PAYLOAD = {0, 1, -2, -1};
    private static final Map<String, GoldenStore.Stored> GOLDEN_2 = GoldenStore.contents(2);
    private static final Map<String, GoldenStore.Stored> GOLDEN_3 = GoldenStore.contents(3);

    @TempDir
    private Path temporary;

    /** Writes the store of the present version into a directory that must not exist. */
    static void main(String[] arguments) {
        System.out.println(GoldenStore.write(Path.of(arguments[0])).size() + " memories");
    }

    /** Opening for writing changes a store, so the tests work on copies. */
    private Path copy(String version) throws IOException {
        Path copy = temporary.resolve("store");
        Files.createDirectory(copy, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try (Stream<Path> files = Files.list(GOLDEN.resolve(version))) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName().toString()));
            }
        }
        return copy;
    }

    private static float[] stored(float... unit) {
        float[] stored = new float[unit.length];
        for (int i = 0; i < unit.length; i++) {
            stored[i] = Float.float16ToFloat(Float.floatToFloat16(unit[i]));
        }
        return stored;
    }

    private static void assertHoldsVersion1(MemoryIndex index) {
        assertHoldsVersion1(index, 5, 3);
    }

    private static void assertHoldsVersion1(MemoryIndex index, int ordinals, int tenants) {
        assertEquals(4, index.options().dimension());
        assertEquals(Similarity.COSINE, index.options().similarity());
        assertEquals(OriginalFormat.F16, index.options().originals());
        assertEquals(1, index.options().seed());
        MemoryIndexStats stats = index.stats();
        assertEquals(3, stats.liveCount());
        assertEquals(ordinals, stats.ordinalCount());
        assertEquals(tenants, stats.tenantCount());

        Memory first = index.get("pythagoras").orElseThrow();
        assertEquals("three, four, five", first.text());
        assertArrayEquals(stored(0.6f, 0.8f, 0, 0), first.vector());
        Memory second = index.get("alice", "kraków").orElseThrow();
        assertArrayEquals(PAYLOAD, second.payload());
        assertArrayEquals(stored(1 / 3f, 2 / 3f, 2 / 3f, 0), second.vector());
        Memory updated = index.get("bob", "a").orElseThrow();
        assertEquals("second", updated.text());
        assertArrayEquals(stored(0, 0, 0, 1), updated.vector());
        assertTrue(index.get("bob", "b").isEmpty());
        Hit hit = index.search(Query.of(new float[] {0, 0, 0, 1}).tenant("bob")).get(0);
        assertEquals(5, hit.lsn());
        assertEquals(1, hit.score(), 1e-6);
    }

    private static void assertHoldsVersion2(MemoryIndex index) {
        assertHolds(GOLDEN_2, index);
    }

    private static void assertHoldsVersion3(MemoryIndex index) {
        assertHolds(GOLDEN_3, index);
    }

    private static void assertHolds(Map<String, GoldenStore.Stored> golden, MemoryIndex index) {
        MemoryIndexOptions expected = GoldenStore.options();
        assertEquals(expected.dimension(), index.options().dimension());
        assertEquals(expected.similarity(), index.options().similarity());
        assertEquals(expected.originals(), index.options().originals());
        assertEquals(expected.m(), index.options().m());
        assertEquals(expected.efConstruction(), index.options().efConstruction());
        assertEquals(expected.exactScanMax(), index.options().exactScanMax());
        assertEquals(expected.seed(), index.options().seed());
        assertEquals(golden.size(), index.stats().liveCount());
        assertEquals(List.of(), index.recovery().rebuilt());
        for (GoldenStore.Stored stored : golden.values()) {
            Memory memory = index.get(stored.tenant(), stored.key()).orElseThrow();
            assertArrayEquals(stored.payload(), memory.payload(), stored.key());
            assertArrayEquals(stored.vector(), memory.vector(), stored.key());
        }
        for (String tenant : List.of("", "kraków", "many", "late", "last")) {
            List<GoldenStore.Stored> all = golden.values().stream()
                    .filter(stored -> stored.tenant().equals(tenant))
                    .toList();
            float[] question = {1, -2, 3, -4, 5};
            Query query = Query.of(question).tenant(tenant).top(Limits.TOP_MAX);
            for (List<Hit> hits : List.of(
                    index.search(query).hits(), index.exact().search(query).hits())) {
                assertEquals(all.size(), hits.size(), tenant);
                for (Hit hit : hits) {
                    GoldenStore.Stored stored = Objects.requireNonNull(golden.get(tenant + "/" + hit.key()));
                    assertEquals(stored.text(), hit.text());
                    assertEquals(stored.lsn(), hit.lsn());
                    assertEquals(Vectors.dot(question, stored.vector()), hit.score(), 1e-3);
                }
            }
        }
    }

    @Test
    void aStoreOfVersion1HoldsWhatItSays() throws IOException {
        Path store = copy("store-v1");
        try (MemoryIndex index = MemoryIndex.open(store)) {
            assertHoldsVersion1(index);
            assertEquals(6, index.stats().lastLsn());
            assertEquals(2, index.stats().replay().segments());
            assertTrue(index.stats().replay().closed());
            assertEquals(List.of(), index.verify(ProgressListener.SILENT).findings());
        }
    }

    @Test
    void aStoreOfVersion1IsWrittenOn() throws IOException {
        Path store = copy("store-v1");
        try (MemoryIndex index = MemoryIndex.open(store)) {
            assertEquals(7, index.put(Memory.of("new", new float[] {1, 1, 1, 1}).tenant("carol")));
            assertEquals(7, index.checkpoint());
        }

        try (MemoryIndex index = MemoryIndex.open(store)) {
            assertTrue(index.get("carol", "new").isPresent());
            assertTrue(index.delete("carol", "new"));
            assertHoldsVersion1(index, 6, 4);
            assertEquals(1, index.recovery().generation());
            assertEquals(List.of(), index.verify(ProgressListener.SILENT).findings());
        }
    }

    @Test
    void aStoreOfVersion1IsCompacted() throws IOException {
        Path store = copy("store-v1");
        try (MemoryIndex index = MemoryIndex.open(store)) {
            index.compact(ProgressListener.SILENT);
            assertHoldsVersion1(index, 3, 3);
        }
        try (MemoryIndex index = MemoryIndex.open(store)) {
            assertHoldsVersion1(index, 3, 3);
            assertEquals(List.of(), index.verify(ProgressListener.SILENT).findings());
        }
    }

    @Test
    void aStoreOfVersion2HoldsWhatItSays() throws IOException {
        Path store = copy("store-v2");
        try (MemoryIndex index = MemoryIndex.open(store)) {
            assertHoldsVersion2(index);
            assertEquals(2, index.recovery().generation());
            assertEquals(4, index.recovery().replayed());
            assertTrue(index.recovery().closed());
            assertEquals(Optional.empty(), index.recovery().fallback());
            index.awaitLinked(ProgressListener.SILENT);
            Query walk =
                    Query.of(GoldenStore.vector("many 3")).tenant("many").top(3).ef(GoldenStore.MANY);
            assertEquals(Strategy.GRAPH, index.search(walk).strategy());
            assertEquals(
                    index.exact().search(walk).hits().stream().map(Hit::key).toList(),
                    index.search(walk).hits().stream().map(Hit::key).toList());
            VerifyReport report = index.verify(ProgressListener.SILENT);
            assertEquals(List.of(), report.findings());
            assertEquals(0, report.unreachable());
            assertEquals(
                    names(store).keySet().stream()
                            .filter(name -> !name.startsWith("wal-") && !name.equals("STORE"))
                            .count(),
                    report.filesChecked(),
                    "both generations, with their manifests");
        }
    }

    @Test
    void aStoreOfVersion2IsWrittenOn() throws IOException {
        Path store = copy("store-v2");
        long lsn;
        try (MemoryIndex index = MemoryIndex.open(store)) {
            lsn = index.put(Memory.of("new", GoldenStore.vector("new")).tenant("carol"));
            assertEquals(lsn, index.checkpoint());
        }

        try (MemoryIndex index = MemoryIndex.open(store)) {
            assertEquals(3, index.recovery().generation());
            assertTrue(index.delete("carol", "new"));
            assertHoldsVersion2(index);
            assertEquals(List.of(), index.verify(ProgressListener.SILENT).findings());
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Residency.class,
            names = {"RESIDENT", "MAPPED"})
    void aStoreOfVersion2IsCompacted(Residency residency) throws IOException {
        Path store = copy("store-v2");
        try (MemoryIndex index = MemoryIndex.open(store, stored -> stored.residency(residency))) {
            index.put(Memory.of("new", GoldenStore.vector("new")).tenant("many"));
            assertTrue(index.delete("many", "new"));
            index.compact(ProgressListener.SILENT);
            assertHoldsVersion2(index);
        }
        try (MemoryIndex index = MemoryIndex.open(store, stored -> stored.residency(residency))) {
            assertHoldsVersion2(index);
            assertEquals(GOLDEN_2.size(), index.stats().ordinalCount());
            assertEquals(List.of(), index.verify(ProgressListener.SILENT).findings());
        }
    }

    @Test
    void aStoreOfVersion2IsOpenedForReading() throws IOException {
        Path store = copy("store-v2");
        Files.setPosixFilePermissions(store, PosixFilePermissions.fromString("r-x------"));
        try (MemoryIndex index = MemoryIndex.openReadOnly(store)) {
            assertHoldsVersion2(index);
        } finally {
            Files.setPosixFilePermissions(store, PosixFilePermissions.fromString("rwx------"));
        }
        assertEquals(names(GOLDEN.resolve("store-v2")), names(store));
    }

    @Test
    void aStoreOfVersion2IsMapped() throws IOException {
        Path store = copy("store-v2");
        try (MemoryIndex index = MemoryIndex.open(store, stored -> stored.residency(Residency.MAPPED))) {
            assertHoldsVersion2(index);
        }
    }

    @Test
    void bothGenerationsOfAStoreOfVersion2AreWhole() throws IOException {
        Path store = copy("store-v2");
        Files.delete(store.resolve("MANIFEST-0000000002"));
        try (MemoryIndex index = MemoryIndex.open(store)) {
            assertHoldsVersion2(index);
            assertEquals(1, index.recovery().generation());
            assertEquals(8, index.recovery().replayed());
        }
    }

    @Test
    void aStoreOfVersion2IsSalvaged() throws IOException {
        Path store = copy("store-v2");
        Path target = temporary.resolve("target");
        SalvageReport report = StoreSalvage.run(store, target);
        assertEquals(List.of(), report.losses());
        assertEquals(List.of(), report.damages());
        try (MemoryIndex index = MemoryIndex.open(target)) {
            assertEquals(GOLDEN_2.size(), index.stats().liveCount());
        }
    }

    @Test
    void aStoreOfVersion3HoldsWhatItSays() throws IOException {
        Path store = copy("store-v3");
        try (MemoryIndex index = MemoryIndex.open(store)) {
            assertHoldsVersion3(index);
            assertEquals(4, index.recovery().generation());
            assertEquals(7, index.recovery().replayed());
            index.awaitLinked(ProgressListener.SILENT);
            assertEquals(List.of(), index.verify(ProgressListener.SILENT).findings());
            assertEquals(GOLDEN_3.size() + 2L, index.stats().ordinalCount(), "compacted again by the log");
        }
    }

    @Test
    void aStoreOfVersion3IsWrittenOn() throws IOException {
        Path store = copy("store-v3");
        try (MemoryIndex index = MemoryIndex.open(store)) {
            index.put(Memory.of("new", GoldenStore.vector("new")).tenant("carol"));
            index.checkpoint();
            index.compact(ProgressListener.SILENT);
        }
        try (MemoryIndex index = MemoryIndex.open(store)) {
            assertTrue(index.delete("carol", "new"));
            assertHoldsVersion3(index);
            assertEquals(List.of(), index.verify(ProgressListener.SILENT).findings());
        }
    }

    @Test
    void bothGenerationsOfAStoreOfVersion3AreWhole() throws IOException {
        Path store = copy("store-v3");
        Files.delete(store.resolve("MANIFEST-0000000004"));
        try (MemoryIndex index = MemoryIndex.open(store)) {
            assertHoldsVersion3(index);
            assertEquals(3, index.recovery().generation());
        }
    }

    @Test
    void aStoreOfVersion3IsMappedAndOpenedForReadingAndSalvaged() throws IOException {
        Path store = copy("store-v3");
        try (MemoryIndex index = MemoryIndex.openReadOnly(store)) {
            assertHoldsVersion3(index);
        }
        Path target = temporary.resolve("target");
        SalvageReport report = StoreSalvage.run(store, target);
        assertEquals(List.of(), report.losses());
        assertEquals(List.of(), report.damages());
        try (MemoryIndex index = MemoryIndex.open(target)) {
            assertEquals(GOLDEN_3.size(), index.stats().liveCount());
            for (GoldenStore.Stored stored : GOLDEN_3.values()) {
                Memory memory = index.get(stored.tenant(), stored.key()).orElseThrow();
                assertArrayEquals(stored.vector(), memory.vector(), stored.key());
            }
        }
        try (MemoryIndex index = MemoryIndex.open(store, stored -> stored.residency(Residency.MAPPED))) {
            assertHoldsVersion3(index);
        }
    }

    /** What is written now has the names and the sizes of what was written then. */
    @Test
    void aStoreMadeNowIsTheSame() throws IOException {
        Path made = temporary.resolve("made");
        assertEquals(GOLDEN_3, GoldenStore.write(made));

        assertEquals(names(GOLDEN.resolve("store-v3")), names(made));
        try (MemoryIndex index = MemoryIndex.open(made)) {
            assertHoldsVersion3(index);
        }
    }

    /** Without LOCK, which says which process had it. */
    private static Map<String, Long> names(Path directory) throws IOException {
        Map<String, Long> names = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                names.put(file.getFileName().toString(), Files.size(file));
            }
        }
        names.remove("LOCK");
        return names;
    }
}
