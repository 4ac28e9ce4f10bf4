// SPDX-License-Identifier: Apache-2.0
package dev.simonides.embedding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HashingEmbedderTest {
    private static final HashingEmbedder EMBEDDER = HashingEmbedder.ofDimension(384);

    @Test
    void findsTheTextThatSharesWordsWithTheQuestion() {
        List<String> texts = List.of(
                "The roof of the banquet hall fell on the guests",
                "She plays the violin in a small orchestra",
                "Octopuses taste with the skin of their arms",
                "The train to Lisbon leaves at noon",
                "He repairs old clocks and watches");

        assertEquals(0, nearest(texts, "Which guests were under the falling roof?"));
        assertEquals(2, nearest(texts, "How does an octopus taste things?"));
        assertEquals(3, nearest(texts, "when does the lisbon train leave"));
        assertEquals(4, nearest(texts, "clock repair"));
    }

    @ParameterizedTest
    @CsvSource({
        "Wir treffen uns in Kraków, wir treffen uns in krakow",
        "Straße nach Süden, STRASSE NACH SUDEN",
        "don’t, don't",
        "ﬁne coﬀee, fine coffee",
        "ΟΔΟΣ και σοφός, οδος ΚΑΙ ΣΟΦΟΣ",
        "two  words — here, Two words: here!"
    })
    void takesSpellingsOfTheSameTextForTheSame(String first, String second) {
        assertArrayEquals(EMBEDDER.embed(first), EMBEDDER.embed(second));
    }

    @ParameterizedTest
    @CsvSource({
        "remember the apointment, remembered an appointment, a bottle of ointment",
        "私は東京に住んでいます, 東京に住む人, 大阪は楽しい",
        "Мы встретились в Кракове, встреча в Кракове, Он чинит часы"
    })
    void forgivesInflectionsAndTypingErrorsInAnyScript(String text, String close, String far) {
        assertTrue(cosine(text, close) > cosine(text, far) + 0.1, cosine(text, close) + " " + cosine(text, far));
    }

    @Test
    void tellsTheOrderOfWords() {
        assertTrue(cosine("the dog bites the man", "the man bites the dog") < 0.999);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t\n", "\u200B\u00A0", "\u0000"})
    void refusesATextWithoutAnything(String blank) {
        Throwable refusal = assertThrows(IllegalArgumentException.class, () -> EMBEDDER.embed(blank));

        assertEquals(
                "text: expected at least one character that is not blank, actual=" + blank.length() + " characters",
                refusal.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"?", "🙂", "…!!", "\u0301", "'", "🙂 👍 🙂", "\uD83D"})
    void embedsWhatHasNoLettersByItsSigns(String signs) {
        assertEquals(1.0, cosine(signs, signs), 1e-6);
        assertTrue(cosine(signs, "something else") < 0.5);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4096})
    void fillsVectorsOfAnyDimension(int dimension) {
        HashingEmbedder embedder = HashingEmbedder.ofDimension(dimension);
        for (int i = 0; i < 500; i++) {
            float[] vector = embedder.embed("a" + i);

            assertEquals(dimension, vector.length);
            assertEquals(1.0, dot(vector, vector), 1e-5);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -3, 4097})
    void refusesADimensionOutOfRange(int dimension) {
        Throwable refusal = assertThrows(IllegalArgumentException.class, () -> HashingEmbedder.ofDimension(dimension));

        assertEquals("dimension: expected=1..4096, actual=" + dimension, refusal.getMessage());
    }

    /** Vectors are stored: the same text must give the same bits in every release and on every machine. */
    @Test
    void givesTheSameBitsForGood() {
        float[] vector = HashingEmbedder.ofDimension(8).embed("Simonides of Ceos remembers every place.");

        assertArrayEquals(
                new float[] {
                    -0.10182415f,
                    -0.015806932f,
                    0.66282815f,
                    0.090382844f,
                    0.2570729f,
                    -0.050386686f,
                    0.3140487f,
                    -0.61206204f
                },
                vector);
    }

    @Test
    void dependsOnNoLocale() {
        Locale before = Locale.getDefault();
        float[] expected = EMBEDDER.embed("TITLE in ISTANBUL");
        try {
            Locale.setDefault(Locale.of("tr", "TR"));

            assertArrayEquals(expected, EMBEDDER.embed("TITLE in ISTANBUL"));
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void embedsAListInItsOrder() {
        List<float[]> vectors = EMBEDDER.embedAll(List.of("first text", "second text"));

        assertEquals(2, vectors.size());
        assertArrayEquals(EMBEDDER.embed("first text"), vectors.get(0));
        assertArrayEquals(EMBEDDER.embed("second text"), vectors.get(1));
    }

    @Test
    void weightsLetTheRareWordDecide() {
        String common = "quarterly meeting minutes";
        String rare = "zebra feeding";
        List<String> corpus = new ArrayList<>(Collections.nCopies(200, common));
        corpus.add(rare);
        HashingEmbedder weighted = EMBEDDER.weighted(WordWeights.learn(corpus));
        String question = "quarterly meeting: zebra";

        assertTrue(cosine(question, common) > cosine(question, rare));
        assertTrue(dot(weighted.embed(question), EMBEDDER.embed(rare))
                > dot(weighted.embed(question), EMBEDDER.embed(common)));
        assertEquals(384, weighted.dimension());
    }

    private static int nearest(List<String> texts, String question) {
        int nearest = 0;
        for (int i = 1; i < texts.size(); i++) {
            if (cosine(question, texts.get(i)) > cosine(question, texts.get(nearest))) {
                nearest = i;
            }
        }
        return nearest;
    }

    private static double cosine(String first, String second) {
        return dot(EMBEDDER.embed(first), EMBEDDER.embed(second));
    }

    private static double dot(float[] x, float[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += (double) x[i] * y[i];
        }
        return sum;
    }
}
