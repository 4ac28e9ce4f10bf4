// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.wal.Durability;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Memories in the order of their keys, whatever happens meanwhile. */
@Timeout(60)
class ScanTest {
    private static final int DIMENSION = 8;
    private static final MemoryIndexOptions OPTIONS = MemoryIndexOptions.ofDimension(DIMENSION)
            .similarity(Similarity.DOT)
            .originals(OriginalFormat.F32)
            .durability(new Durability.None())
            .exactScanMax(0);

    @TempDir
    private Path directory;

    private MemoryIndex index;

    @BeforeEach
    void open() {
        index = MemoryIndex.create(directory.resolve("store"), OPTIONS);
    }

    @AfterEach
    void close() {
        index.close();
    }

    private static float[] vector(String text) {
        return Vectors.gaussian(text.hashCode(), DIMENSION);
    }

    private void put(String tenant, String key, String text) {
        index.put(Memory.of(key, vector(text)).text(text).tenant(tenant));
    }

    private static List<String> keys(Iterator<Memory> scan) {
        List<String> keys = new ArrayList<>();
        while (scan.hasNext()) {
            keys.add(scan.next().key());
            assertTrue(keys.size() < 5_000, "it goes round in circles");
        }
        return keys;
    }

    @Test
    void keysComeInTheOrderOfTheirCodePoints() {
        // In UTF-16 the last two are the other way round.
        List<String> keys =
                List.of("Z", "a", "a b", "aa", "\u007f", "\u0080", "\u00e9", "\u4e00", "\uff61", "\ud83d\ude00");
        for (String key : keys.reversed()) {
            put("", key, key);
        }

        assertEquals(keys, keys(index.scan("", "")));
    }

    @Test
    void aPrefixLimitsThem() {
        for (String key : List.of("note/1", "note/10", "note/2", "note", "noté/1", "other")) {
            put("", key, key);
        }

        assertEquals(List.of("note/1", "note/10", "note/2"), keys(index.scan("", "note/")));
        assertEquals(List.of("other"), keys(index.scan("", "other")));
        assertEquals(List.of(), keys(index.scan("", "others")));
        assertEquals(List.of("note", "note/1", "note/10", "note/2", "noté/1", "other"), keys(index.scan("", "")));
    }

    @Test
    void aMemoryComesWhole() {
        put("alice", "a", "first");
        put("alice", "a", "second");
        put("bob", "a", "another's");

        Iterator<Memory> scan = index.scan("alice", "");
        Memory memory = scan.next();

        assertEquals("alice", memory.tenant());
        assertEquals("second", memory.text());
        assertArrayEquals(vector("second"), memory.vector());
        assertFalse(scan.hasNext());
        assertThrows(NoSuchElementException.class, scan::next);
        assertFalse(index.scan("nobody", "").hasNext());
    }

    /** Random puts and deletes beside a sorted map. */
    @Test
    void agreesWithASortedMap() {
        Random random = new Random(5);
        TreeMap<String, String> expected = new TreeMap<>(
                Comparator.comparing((String key) -> key.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned));
        for (int i = 0; i < 3_000; i++) {
            String key = Integer.toString(random.nextInt(900), 5);
            if (random.nextInt(3) == 0) {
                assertEquals(expected.remove(key) != null, index.delete("", key));
            } else {
                put("", key, "text " + i);
                expected.put(key, "text " + i);
            }
            if (i % 600 == 599) {
                if (i % 1200 == 599) {
                    index.compact(ProgressListener.SILENT);
                }
                for (String prefix : List.of("", "1", "12", "4")) {
                    TreeMap<String, String> found = new TreeMap<>(expected.comparator());
                    index.scan("", prefix).forEachRemaining(memory -> found.put(memory.key(), memory.text()));
                    TreeMap<String, String> some = new TreeMap<>(expected);
                    some.keySet().removeIf(other -> !other.startsWith(prefix));
                    assertEquals(some, found, "prefix " + prefix);
                }
            }
        }
    }

    @Test
    void changesMeanwhileAreSeenWhenTheirTurnComes() {
        for (String key : List.of("a", "b", "c", "d", "e")) {
            put("", key, "old " + key);
        }
        Iterator<Memory> scan = index.scan("", "");
        assertEquals("old a", scan.next().text());

        put("", "a", "new a");
        put("", "c", "new c");
        assertTrue(index.delete("", "d"));

        assertEquals("old b", scan.next().text());
        assertEquals("new c", scan.next().text());
        assertEquals("old e", scan.next().text());
        assertFalse(scan.hasNext());
    }

    @Test
    void aCompactionMeanwhileChangesNothing() {
        for (int i = 0; i < 100; i++) {
            put("", String.format("key-%03d", i), "old");
        }
        for (int i = 0; i < 100; i += 3) {
            assertTrue(index.delete("", String.format("key-%03d", i)));
        }
        List<String> expected = keys(index.scan("", ""));
        List<String> found = new ArrayList<>();
        Iterator<Memory> scan = index.scan("", "");
        for (int i = 0; scan.hasNext() && i < 200; i++) {
            found.add(scan.next().key());
            if (i % 20 == 10) {
                index.compact(ProgressListener.SILENT);
            }
        }

        assertEquals(66, found.size());
        assertEquals(expected, found);
    }

    /** What stays comes exactly once and in order, beside a thread that updates, deletes, puts and compacts. */
    @Test
    void whatStaysComesOnceBesideAWriter() throws InterruptedException {
        for (int i = 0; i < 600; i++) {
            put("", String.format("key-%03d", i), "old");
        }
        AtomicBoolean stop = new AtomicBoolean();
        Thread writer = Thread.ofPlatform().start(() -> {
            Random random = new Random(7);
            for (int round = 0; !stop.get(); round++) {
                String key = String.format("key-%03d", random.nextInt(600));
                put("", key, "round " + round);
                put("", key + "+", "comes and goes");
                index.delete("", key + "+");
                if (round % 400 == 399) {
                    index.compact(ProgressListener.SILENT);
                }
            }
        });
        try {
            for (int round = 0; round < 60; round++) {
                List<String> found = keys(index.scan("", "key-"));
                assertEquals(found.stream().sorted().distinct().toList(), found);
                assertEquals(
                        600, found.stream().filter(key -> !key.endsWith("+")).count());
            }
        } finally {
            stop.set(true);
            writer.join();
        }
    }

    @Test
    void aStoreOpenedForReadingIsScannedAndAClosedOneIsNot() {
        put("", "a", "text");
        put("", "b", "text");
        index.close();
        try (MemoryIndex reading = MemoryIndex.openReadOnly(directory.resolve("store"))) {
            assertEquals(List.of("a", "b"), keys(reading.scan("", "")));
        }
        Iterator<Memory> scan = index.scan("", "");
        assertThrows(IllegalStateException.class, scan::hasNext);
    }

    @Test
    void namesOutOfTheirLimitsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> index.scan("", "x".repeat(513)));
        assertThrows(IllegalArgumentException.class, () -> index.scan("x".repeat(257), ""));
        assertThrows(IllegalArgumentException.class, () -> index.scan("", "\ud800"));
    }

    @Test
    void tenantsAreNamedWithWhatTheyHold() {
        assertEquals(List.of(), index.tenants());
        put("bob", "a", "1");
        put("alice", "a", "1");
        put("alice", "b", "1");
        put("alice", "b", "2");
        index.awaitLinked(ProgressListener.SILENT);

        List<TenantStats> tenants = index.tenants();

        assertEquals(
                List.of("alice", "bob"), tenants.stream().map(TenantStats::name).toList());
        assertEquals(new TenantStats("alice", 2, 3, 0, true), tenants.getFirst());
        assertEquals(1, tenants.get(1).liveCount());
    }
}
