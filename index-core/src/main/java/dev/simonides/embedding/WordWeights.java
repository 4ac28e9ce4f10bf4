// SPDX-License-Identifier: Apache-2.0
package dev.simonides.embedding;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;

/**
 * How much each word tells, learnt from a sample of texts: the rarer, the more. Immutable; any thread.
 *
 * <p>With {@code n} texts of which {@code d} contain the word, its weight is the inverse document frequency of BM25,
 * {@code ln(1 + (n − d + 1/2) / (d + 1/2))}: above 0 for every word, largest for one that was never seen. (Robertson
 * and Zaragoza, <cite>The Probabilistic Relevance Framework: BM25 and Beyond</cite>, section 3.)
 */
public final class WordWeights {
    /** Distinct words that are counted; further ones count as never seen. */
    public static final int WORDS_MAX = 1 << 20;

    private final Map<String, Integer> textsByWord;
    private final long texts;

    private WordWeights(Map<String, Integer> textsByWord, long texts) {
        this.textsByWord = textsByWord;
        this.texts = texts;
    }

    /**
     * Learns from texts like those that will be searched; some thousands are plenty.
     *
     * @param sample texts; blank ones count as texts without words
     * @return the weights
     */
    public static WordWeights learn(Iterable<String> sample) {
        return learn(sample, WORDS_MAX);
    }

    static WordWeights learn(Iterable<String> sample, int wordsMax) {
        Map<String, Integer> textsByWord = new HashMap<>();
        long texts = 0;
        for (String text : sample) {
            texts++;
            for (String word : new HashSet<>(TextWords.of(text))) {
                if (textsByWord.size() < wordsMax || textsByWord.containsKey(word)) {
                    textsByWord.merge(word, 1, Integer::sum);
                }
            }
        }
        return new WordWeights(Map.copyOf(textsByWord), texts);
    }

    /**
     * Number of texts learnt from.
     *
     * @return 0 or more
     */
    public long texts() {
        return texts;
    }

    /**
     * Number of distinct words learnt.
     *
     * @return 0..{@link #WORDS_MAX}
     */
    public int words() {
        return textsByWord.size();
    }

    /** The weight of a word of {@link TextWords}, above 0. */
    double weight(String word) {
        int containing = textsByWord.getOrDefault(word, 0);
        return StrictMath.log(1 + (texts - containing + 0.5) / (containing + 0.5));
    }
}
