// SPDX-License-Identifier: Apache-2.0
package dev.simonides.embedding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;

class HashingEmbedderProperties {
    @Property
    void everyTextGivesAVectorOfLengthOneOrIsBlank(
            @ForAll @StringLength(max = 60) String text, @ForAll @IntRange(min = 1, max = 512) int dimension) {
        HashingEmbedder embedder = HashingEmbedder.ofDimension(dimension);
        try {
            float[] vector = embedder.embed(text);

            assertEquals(dimension, vector.length);
            assertEquals(1.0, dot(vector, vector), 1e-5);
            assertArrayEquals(vector, embedder.embed(text));
        } catch (IllegalArgumentException refusal) {
            assertTrue(text.codePoints().allMatch(HashingEmbedderProperties::blank), text);
        }
    }

    @Property
    void wordsInAnotherOrderAreNearlyTheSameText(
            @ForAll @Size(min = 2, max = 12) List<@AlphaChars @StringLength(min = 1, max = 12) String> words,
            @ForAll long seed) {
        HashingEmbedder embedder = HashingEmbedder.ofDimension(384);
        List<String> shuffled = new ArrayList<>(words);
        Collections.shuffle(shuffled, new Random(seed));

        double cosine = dot(embedder.embed(String.join(" ", words)), embedder.embed(String.join(" ", shuffled)));

        assertTrue(cosine > 0.85, "cosine " + cosine);
    }

    @Property
    void textsWithoutACommonLetterAreNearlyOrthogonal(@ForAll long seed) {
        HashingEmbedder embedder = HashingEmbedder.ofDimension(1024);
        Random random = new Random(seed);

        double cosine = dot(embedder.embed(text(random, 'a')), embedder.embed(text(random, 'n')));

        assertTrue(Math.abs(cosine) < 0.3, "cosine " + cosine);
    }

    @Property
    void everyWordHasAWeightAndTheRarerTheMore(
            @ForAll @Size(max = 30) List<@AlphaChars @StringLength(min = 1, max = 2) String> texts) {
        WordWeights weights = WordWeights.learn(texts);

        assertEquals(texts.size(), weights.texts());
        for (String text : texts) {
            String word = TextWords.of(text).getFirst();
            long containing = texts.stream()
                    .filter(other -> TextWords.of(other).contains(word))
                    .count();
            assertEquals(
                    Math.log(1 + (texts.size() - containing + 0.5) / (containing + 0.5)), weights.weight(word), 1e-12);
            assertTrue(weights.weight(word) > 0);
            assertTrue(weights.weight(word) < weights.weight("neverseen"));
        }
    }

    /** Eight words of six letters from the thirteen that begin with the given one. */
    private static String text(Random random, char first) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 8 * 7; i++) {
            text.append(i % 7 == 6 ? ' ' : (char) (first + random.nextInt(13)));
        }
        return text.toString();
    }

    private static boolean blank(int c) {
        return Character.isWhitespace(c)
                || Character.isSpaceChar(c)
                || Character.isISOControl(c)
                || Character.getType(c) == Character.FORMAT;
    }

    private static double dot(float[] x, float[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += (double) x[i] * y[i];
        }
        return sum;
    }
}
