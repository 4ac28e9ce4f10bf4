// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.simonides.embedding.Embedder;
import dev.simonides.embedding.HashingEmbedder;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.wal.Durability;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The manual: every method shows one thing a program does with a store, from the first put to the last check. Read it from
 * top to bottom. The first example is the one of the README, word for word.
 */
class TutorialTest {
    /** Anything that turns a text into a vector will do; this one needs no model. */
    private static final Embedder EMBEDDER = HashingEmbedder.ofDimension(384);

    @TempDir
    private Path temporary;

    private Path directory;

    @BeforeEach
    void chooseADirectory() {
        directory = temporary.resolve("memories");
    }

    @Test
    void theExampleOfTheReadmeFindsTheDog() {
        PrintStream screen = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            example(directory);
        } finally {
            System.setOut(screen);
        }

        List<String> lines = printed.toString(StandardCharsets.UTF_8).lines().toList();
        assertEquals(1, lines.size());
        assertTrue(lines.getFirst().endsWith("  turn-2  Her dog is called Azor"), lines.getFirst());
        try (MemoryIndex index = MemoryIndex.open(directory)) {
            assertEquals(1, index.stats().liveCount());
        }
    }

    private static void example(Path directory) {
        try (MemoryIndex index = MemoryIndex.open(directory, MemoryIndexOptions.ofDimension(384))) {
            Embedder embedder = HashingEmbedder.ofDimension(384);
            index.put(Memory.of("turn-1", embedder.embed("We met in Kraków in May"))
                    .text("We met in Kraków in May")
                    .tenant("alice"));
            index.put(Memory.of("turn-2", embedder.embed("Her dog is called Azor"))
                    .text("Her dog is called Azor")
                    .tenant("alice"));

            Query question = Query.of(embedder.embed("What is her dog called?"))
                    .tenant("alice")
                    .top(1);
            for (Hit hit : index.search(question)) {
                System.out.println(hit.score() + "  " + hit.key() + "  " + hit.text());
            }
            index.delete("alice", "turn-1");
        }
    }

    @Test
    void theReadmeShowsThisExample() throws IOException {
        Path readme = Path.of("..", "README.md");
        assumeTrue(Files.exists(readme), "there is no README.md yet");

        String shown = withoutSpace(javaBlock(Files.readAllLines(readme)));
        String source = withoutSpace(Files.readAllLines(Path.of("src/test/java/dev/simonides/TutorialTest.java")));

        assertFalse(shown.isEmpty(), "README.md has no block of Java");
        assertTrue(source.contains(shown), () -> "README.md shows something else than this test runs: " + shown);
    }

    private static List<String> javaBlock(List<String> lines) {
        int begin = lines.indexOf("```java");
        return begin < 0
                ? List.of()
                : lines.stream()
                        .skip(begin + 1)
                        .takeWhile(line -> !line.equals("```"))
                        .toList();
    }

    private static String withoutSpace(List<String> lines) {
        return String.join("", lines).replaceAll("\\s+", "");
    }

    @Test
    void aMemoryIsAKeyAVectorAndAPayload() {
        try (MemoryIndex index = MemoryIndex.open(directory, MemoryIndexOptions.ofDimension(384))) {
            float[] vector = EMBEDDER.embed("The blue notebook is in the second drawer.");
            index.put(Memory.of("note", vector).payload(new byte[] {1, 2, 3}));

            Memory memory = index.get("note").orElseThrow();

            assertEquals(3, memory.payload().length);
            assertEquals(384, memory.vector().length);
        }
    }

    @Test
    void whatWasAcknowledgedIsThereWhenTheStoreIsOpenedAgain() {
        try (MemoryIndex index = MemoryIndex.open(directory, MemoryIndexOptions.ofDimension(384))) {
            index.put(Memory.of("note", EMBEDDER.embed("blue notebook")).text("blue notebook"));
        }

        // The store knows its own options.
        try (MemoryIndex index = MemoryIndex.open(directory)) {
            assertEquals("blue notebook", index.get("note").orElseThrow().text());
        }
    }

    @Test
    void aPutWithAKnownKeyReplacesTheMemory() {
        try (MemoryIndex index = MemoryIndex.open(directory, MemoryIndexOptions.ofDimension(384))) {
            index.put(Memory.of("drawer", EMBEDDER.embed("a notebook")).text("a notebook"));
            index.put(Memory.of("drawer", EMBEDDER.embed("a passport")).text("a passport"));

            SearchResult found = index.search(Query.of(EMBEDDER.embed("notebook")));

            assertEquals(1, found.size());
            assertEquals("a passport", found.get(0).text());
        }
    }

    @Test
    void deleteSaysWhetherThereWasSomething() {
        try (MemoryIndex index = MemoryIndex.open(directory, MemoryIndexOptions.ofDimension(384))) {
            index.put(Memory.of("secret", EMBEDDER.embed("a secret")).tenant("alice"));

            assertTrue(index.delete("alice", "secret"));
            assertFalse(index.delete("alice", "secret"));
            assertTrue(index.get("alice", "secret").isEmpty());
        }
    }

    @Test
    void tenantsShareNothing() {
        try (MemoryIndex index = MemoryIndex.open(directory, MemoryIndexOptions.ofDimension(384))) {
            float[] vector = EMBEDDER.embed("where the key is");
            index.put(Memory.of("key", vector).text("under the mat").tenant("alice"));
            index.put(Memory.of("key", vector).text("in the car").tenant("bob"));

            SearchResult found = index.search(Query.of(vector).tenant("bob"));

            assertEquals(1, found.size());
            assertEquals("in the car", found.get(0).text());
        }
    }

    @Test
    void aBatchIsStoredWholeOrNotAtAll() {
        try (MemoryIndex index = MemoryIndex.open(directory, MemoryIndexOptions.ofDimension(384))) {
            Memory question = Memory.of("question", EMBEDDER.embed("Where is it?"));
            Memory answer = Memory.of("answer", EMBEDDER.embed("In the drawer."));
            Memory wrong = Memory.of("wrong", new float[3]);

            assertThrows(IllegalArgumentException.class, () -> index.putAll(List.of(question, wrong)));
            assertEquals(0, index.stats().liveCount());

            index.putAll(List.of(question, answer));
            assertEquals(2, index.stats().liveCount());
        }
    }

    @Test
    void manyWritesShareTheWaitForTheDisk() {
        try (MemoryIndex index = MemoryIndex.open(directory, MemoryIndexOptions.ofDimension(384))) {
            List<CompletableFuture<Long>> acknowledgements = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                acknowledgements.add(index.submit(Memory.of("turn-" + i, EMBEDDER.embed("turn number " + i))));
            }

            // LSNs number all writes of a store, in their order.
            assertEquals(100, acknowledgements.getLast().join());
        }
    }

    @Test
    void durabilityIsChosenByThePrice() {
        MemoryIndexOptions cheap = MemoryIndexOptions.ofDimension(384).durability(new Durability.None());
        try (MemoryIndex index = MemoryIndex.open(directory, cheap)) {
            // Survives the death of the process at once, and power loss after the flush.
            index.put(Memory.of("note", EMBEDDER.embed("a note")));
            index.flush();

            assertEquals(index.stats().lastLsn(), index.stats().durableLsn());
        }
    }

    @Test
    void theExactTwinMeasuresRecall() {
        // A graph from the first vector on, instead of the exact scan of a small tenant.
        MemoryIndexOptions options = MemoryIndexOptions.ofDimension(384).exactScanMax(0);
        try (MemoryIndex index = MemoryIndex.open(directory, options)) {
            List<Memory> memories = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                memories.add(Memory.of("turn-" + i, EMBEDDER.embed("turn " + i + " of " + i % 7 + " and " + i % 11)));
            }
            index.putAll(memories);
            index.awaitLinked(ProgressListener.SILENT);
            Query query = Query.of(EMBEDDER.embed("turn 77 of 5 and 3")).top(10);

            SearchResult fast = index.search(query.ef(100));
            SearchResult exact = index.exact().search(query);

            List<String> truth = exact.hits().stream().map(Hit::key).toList();
            long found = fast.hits().stream()
                    .filter(hit -> truth.contains(hit.key()))
                    .count();
            assertEquals(Strategy.GRAPH, fast.strategy());
            assertTrue(found >= 9, "recall@10 " + found / 10.0);
        }
    }

    @Test
    void similarityAndOriginalsAreChosenOnce() {
        MemoryIndexOptions options = MemoryIndexOptions.ofDimension(2)
                .similarity(Similarity.EUCLIDEAN)
                .originals(OriginalFormat.F32);
        try (MemoryIndex index = MemoryIndex.open(directory, options)) {
            index.put(Memory.of("here", new float[] {3, 4}));

            Hit hit = index.search(Query.of(new float[] {0, 0})).get(0);

            assertEquals(5, hit.distance());
            assertEquals(-25, hit.score());
        }
        MemoryIndexOptions other = options.similarity(Similarity.DOT);
        assertThrows(IllegalArgumentException.class, () -> MemoryIndex.open(directory, other));
    }

    @Test
    void aStoreTellsWhatItHoldsAndProvesThatItIsSound() {
        try (MemoryIndex index = MemoryIndex.open(directory, MemoryIndexOptions.ofDimension(384))) {
            index.put(Memory.of("note", EMBEDDER.embed("a note")));

            MemoryIndexStats stats = index.stats();
            VerifyReport report = index.verify(ProgressListener.SILENT);

            assertEquals(1, stats.liveCount());
            assertEquals(1, stats.lastLsn());
            assertTrue(report.clean(), () -> report.findings().toString());
        }
    }
}
