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
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Stores of every format version stay readable. Whoever changes a byte adds a store of the new version beside the old ones,
 * written by {@link #main} of that version, and never touches the old ones.
 */
class GoldenStoreTest {
    private static final Path VERSION_1 = Path.of("src/test/resources/golden/store-v1");
    private static final byte[] PAYLOAD = {0, 1, -2, -1};

    @TempDir
    private Path temporary;

    private Path store;

    /** Writes the store of the present version into a directory that must not exist. */
    static void main(String[] arguments) {
        Path directory = Path.of(arguments[0]);
        MemoryIndexOptions options = MemoryIndexOptions.ofDimension(4)
                .clock(Clock.fixed(Instant.ofEpochMilli(1_700_000_000_000L), ZoneOffset.UTC))
                .seed(1);
        try (MemoryIndex index = MemoryIndex.create(directory, options)) {
            index.put(Memory.of("pythagoras", new float[] {3, 4, 0, 0}).text("three, four, five"));
            index.put(Memory.of("kraków", new float[] {1, 2, 2, 0})
                    .payload(PAYLOAD)
                    .tenant("alice"));
            index.putAll(List.of(
                    Memory.of("a", new float[] {1, 0, 0, 0}).text("first").tenant("bob"),
                    Memory.of("b", new float[] {0, -1, 0, 0}).tenant("bob")));
        }
        // A second session: a second segment of the log.
        try (MemoryIndex index = MemoryIndex.open(directory)) {
            index.put(Memory.of("a", new float[] {0, 0, 0, 7}).text("second").tenant("bob"));
            index.delete("bob", "b");
        }
    }

    /** Opening for writing changes a store, so the test works on a copy. */
    @BeforeEach
    void copy() throws IOException {
        store = temporary.resolve("store");
        Files.createDirectory(
                store, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try (Stream<Path> files = Files.list(VERSION_1)) {
            for (Path file : files.toList()) {
                Files.copy(file, store.resolve(file.getFileName().toString()));
            }
        }
    }

    private static float[] stored(float... unit) {
        float[] stored = new float[unit.length];
        for (int i = 0; i < unit.length; i++) {
            stored[i] = Float.float16ToFloat(Float.floatToFloat16(unit[i]));
        }
        return stored;
    }

    private static void assertHoldsWhatItSays(MemoryIndex index) {
        assertEquals(4, index.options().dimension());
        assertEquals(Similarity.COSINE, index.options().similarity());
        assertEquals(OriginalFormat.F16, index.options().originals());
        assertEquals(1, index.options().seed());
        MemoryIndexStats stats = index.stats();
        assertEquals(3, stats.liveCount());
        assertEquals(5, stats.ordinalCount());
        assertEquals(3, stats.tenantCount());

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

    @Test
    void aStoreOfVersion1HoldsWhatItSays() {
        try (MemoryIndex index = MemoryIndex.open(store)) {
            assertHoldsWhatItSays(index);
            assertEquals(6, index.stats().lastLsn());
            assertEquals(2, index.stats().replay().segments());
            assertTrue(index.stats().replay().closed());
            assertEquals(List.of(), index.verify(ProgressListener.SILENT).findings());
        }
    }

    @Test
    void aStoreOfVersion1IsWrittenOn() {
        try (MemoryIndex index = MemoryIndex.open(store)) {
            assertEquals(7, index.put(Memory.of("new", new float[] {1, 1, 1, 1}).tenant("carol")));
        }

        try (MemoryIndex index = MemoryIndex.open(store)) {
            assertTrue(index.get("carol", "new").isPresent());
            assertTrue(index.delete("carol", "new"));
            MemoryIndexStats stats = index.stats();
            assertEquals(3, stats.liveCount());
            assertEquals(List.of(), index.verify(ProgressListener.SILENT).findings());
        }
    }

    @Test
    void aStoreMadeNowHoldsTheSame() {
        Path made = temporary.resolve("made");
        main(new String[] {made.toString()});

        try (MemoryIndex index = MemoryIndex.open(made)) {
            assertHoldsWhatItSays(index);
        }
    }
}
