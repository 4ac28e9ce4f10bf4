// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli.demo;

import dev.simonides.embedding.Embedder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Queries that are near the stored texts and equal none: texts of the corpus with words left out and in another order.
 *
 * <p>Immutable.
 *
 * @param corpus where the texts come from
 * @param seed the same seed makes the same queries
 */
record Garbled(Corpus corpus, long seed) {
    private static final double KEPT_SHARE = 0.6;
    private static final int WORDS_MIN = 3;

    float[][] queries(int count, Embedder embedder) {
        Random random = new Random(seed);
        return IntStream.range(0, count)
                .mapToObj(_ -> corpus.facts().get(random.nextInt(corpus.size())).text())
                .map(text -> embedder.embed(garbled(text, random)))
                .toArray(float[][]::new);
    }

    static String garbled(String text, Random random) {
        List<String> words = new ArrayList<>(List.of(text.split(" ")));
        Collections.shuffle(words, random);
        int kept = Math.max(Math.min(WORDS_MIN, words.size()), (int) Math.round(words.size() * KEPT_SHARE));
        return String.join(" ", words.subList(0, kept));
    }
}
