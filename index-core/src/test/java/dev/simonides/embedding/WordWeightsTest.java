// SPDX-License-Identifier: Apache-2.0
package dev.simonides.embedding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class WordWeightsTest {
    @Test
    void countsEachWordOnceInAText() {
        WordWeights weights = WordWeights.learn(List.of("Again and again and AGAIN", "and then", ""));

        assertEquals(3, weights.texts());
        assertEquals(3, weights.words());
        assertEquals(Math.log(1 + (3 - 1 + 0.5) / 1.5), weights.weight("again"), 1e-12);
        assertEquals(Math.log(1 + (3 - 2 + 0.5) / 2.5), weights.weight("and"), 1e-12);
    }

    @Test
    void weighsEveryWordAlikeWhenNothingWasLearnt() {
        WordWeights weights = WordWeights.learn(List.of());

        assertEquals(0, weights.words());
        assertTrue(weights.weight("any") > 0);
        assertEquals(weights.weight("any"), weights.weight("other"));
    }

    @Test
    void countsNoFurtherWordsThanItsLimit() {
        WordWeights weights = WordWeights.learn(List.of("one two three", "two three four", "one"), 2);

        assertEquals(2, weights.words());
        assertTrue(weights.weight("four") > weights.weight("one"));
        assertEquals(WordWeights.learn(List.of("x", "y", "z")).weight("unseen"), weights.weight("four"));
    }
}
