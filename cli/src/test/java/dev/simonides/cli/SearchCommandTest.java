// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.embedding.HashingEmbedder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SearchCommandTest {
    @TempDir
    private Path folder;

    private Path store;
    private Path base;

    @BeforeEach
    void importVectors() {
        store = folder.resolve("s");
        base = Samples.fvecs(folder.resolve("base.fvecs"), Samples.vectors(50));
        Outcome.of("create", store, "--dim", Samples.DIMENSION).done();
        Outcome.of("import", store, base).done();
    }

    @Test
    void keepsStoredTextsFromSteeringTheTerminal() {
        Path steering = folder.resolve("t");
        Outcome.of("create", steering, "--dim", Samples.DIMENSION).done();
        try (MemoryIndex index = MemoryIndex.open(steering)) {
            var _ = index.put(Memory.of("k\u001b[2J", Samples.vectors(1)[0])
                    .text("one\ntwo\r\u001b]0;title\u0007 \u009b \u202e ł"));
        }

        Outcome outcome =
                Outcome.of("search", steering, "--vector", base, "--row", 0).done();
        Outcome json = Outcome.of("search", steering, "--vector", base, "--row", 0, "--json")
                .done();

        assertEquals(2, outcome.out().size(), outcome::toString);
        String line = outcome.out().getFirst();
        assertTrue(line.contains("one two "), line);
        assertTrue(line.contains("ł"), line);
        assertTrue(line.codePoints().noneMatch(c -> Character.isISOControl(c) || c == 0x202E), line);
        assertTrue(((String) json.object().get("text")).contains("\u001b"), json::toString);
    }

    @Test
    void printsAnObjectAHitClosestFirst() {
        List<Map<String, Object>> hits = Outcome.of("search", store, "--vector", base, "--row", 17, "-k", 5, "--json")
                .done()
                .json();

        assertEquals(5, hits.size());
        assertEquals("row-17", hits.getFirst().get("key"));
        for (int i = 0; i < 5; i++) {
            assertEquals(i + 1L, hits.get(i).get("rank"));
            double score = (double) hits.get(i).get("score");
            assertEquals(Math.max(0, 1 - score), (double) hits.get(i).get("distance"), 1e-6);
            assertTrue(i == 0 || score <= (double) hits.get(i - 1).get("score"));
        }
    }

    @Test
    void returnsTenUnlessToldOtherwiseAndAllIfThereAreFewer() {
        assertEquals(
                10,
                Outcome.of("search", store, "--vector", base, "--row", 0, "--json")
                        .done()
                        .out()
                        .size());
        assertEquals(
                50,
                Outcome.of("search", store, "--vector", base, "--row", 0, "-k", 99, "--json")
                        .done()
                        .out()
                        .size());
    }

    @Test
    void findsATextByItsWords() {
        Path texts = folder.resolve("t");
        Outcome.of("create", texts, "--dim", 256).done();
        HashingEmbedder embedder = HashingEmbedder.ofDimension(256);
        try (MemoryIndex index = MemoryIndex.open(texts)) {
            for (String text : List.of("We met in Kraków", "Der Zug fährt um acht", "The roof came down")) {
                var _ = index.put(Memory.of(text, embedder.embed(text)).text(text));
            }
        }

        Outcome outcome = Outcome.of("search", texts, "--text", "when did the roof come down?", "-k", 1)
                .done();

        assertTrue(outcome.out().getFirst().contains("The roof came down"), outcome::toString);
        assertTrue(outcome.out().getLast().startsWith("1 hits in "), outcome::toString);
    }

    @Test
    void printsTextsOfSeveralLinesAsOneObject() {
        Path texts = folder.resolve("t");
        Outcome.of("create", texts, "--dim", 2).done();
        String text = "first line\nsecond \"line\"\u2028 Kraków";
        try (MemoryIndex index = MemoryIndex.open(texts)) {
            var _ = index.put(Memory.of("k", new float[] {1, 0}).text(text));
        }

        Map<String, Object> hit =
                Outcome.of("search", texts, "--text", "line", "--json").done().object();

        assertEquals(text, hit.get("text"));
    }

    @Test
    void refusesWhatItCannotAsk() throws IOException {
        Path narrow = Samples.fvecs(folder.resolve("narrow.fvecs"), new float[] {1, 2});

        Refusals.assertRefused(Outcome.of("search", store), "--text", "--vector");
        Refusals.assertRefused(Outcome.of("search", store, "--vector", base), "--row");
        Refusals.assertRefused(Outcome.of("search", store, "--vector", base, "--row", 50), base.toString(), "50");
        Refusals.assertRefused(Outcome.of("search", store, "--vector", narrow, "--row", 0), "24", "2");
        Refusals.assertRefused(Outcome.of("search", store, "--text", " "), "text");
        Refusals.assertRefused(Outcome.of("search", store, "--text", "a", "-k", 0), "k", "0");
        Refusals.assertRefused(Outcome.of("search", store, "--text", "a", "--ef", 100_001), "ef", "100001");
    }
}
