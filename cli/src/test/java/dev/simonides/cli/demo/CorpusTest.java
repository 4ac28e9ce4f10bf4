// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

final class CorpusTest {
    /** As in cli/src/corpus/README.md. */
    private static final String SHA_256 = "4282f0c6f3983304237335f51473f0926009eb7053d95b5c632761ad10b0151b";

    @Test
    void isTheOneThatTheReadmeDescribes() throws IOException, NoSuchAlgorithmException {
        byte[] lines;
        try (InputStream resource = Corpus.class.getResourceAsStream("corpus.tsv.gz")) {
            assertNotNull(resource);
            lines = new GZIPInputStream(resource).readAllBytes();
        }

        byte[] digest = MessageDigest.getInstance("SHA-256").digest(lines);

        assertEquals(SHA_256, HexFormat.of().formatHex(digest));
    }

    @Test
    void namesItsSourceAndLicence() throws IOException {
        try (InputStream licence = Corpus.class.getResourceAsStream("corpus.LICENSE.txt")) {
            assertNotNull(licence);
            String text = new String(licence.readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(text.contains("WordNet 3.0 Copyright 2006 by Princeton University"), text);
        }
    }

    @Test
    void hasAKeyAndAStatementInEachLine() {
        Corpus corpus = Corpus.load();

        assertEquals(5_988, corpus.size());
        assertEquals(5_988, corpus.rows().size());
        assertEquals(
                5_988,
                corpus.facts().stream()
                        .map(Corpus.Fact::text)
                        .collect(Collectors.toSet())
                        .size());
        for (Corpus.Fact fact : corpus.facts()) {
            assertTrue(fact.key().matches("[a-z]+/\\d{8}"), fact.key());
            assertTrue(fact.text().contains(": ") && fact.text().length() > 50, fact.text());
        }
    }

    @Test
    void isThinnedEvenly() {
        Corpus corpus = Corpus.load();

        Corpus thinned = corpus.thinned(3);

        assertEquals(
                List.of(0, 1_996, 3_992),
                thinned.facts().stream().map(corpus.facts()::indexOf).toList());
        assertEquals(corpus, corpus.thinned(Integer.MAX_VALUE));
    }

    @Test
    void isGarbledIntoSomeOfItsWords() {
        String text = "Alexander Fleming: Scottish bacteriologist who discovered penicillin";
        List<String> words = List.of(text.split(" "));

        List<String> garbled = List.of(Garbled.garbled(text, new Random(1)).split(" "));

        assertEquals(4, garbled.size());
        assertTrue(words.containsAll(garbled), garbled::toString);
    }
}
