// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli.demo;

import dev.simonides.Memory;
import dev.simonides.embedding.Embedder;

/**
 * The memories that the killed process writes. The n-th is a function of n alone, so the process that reopens the store
 * knows what must be there without having been told.
 *
 * <p>Immutable.
 *
 * @param corpus where the words come from
 * @param embedder makes the vectors
 */
record Notes(Corpus corpus, Embedder embedder) {
    /** Whose memories they are; the imported texts belong to no tenant. */
    static final String TENANT = "notes";

    // A prime beyond the corpus, so that consecutive notes come from far apart.
    private static final long STRIDE = 104_729;

    Memory memory(long number) {
        String text = text(number);
        return Memory.of(key(number), embedder.embed(text)).text(text).tenant(TENANT);
    }

    static String key(long number) {
        return "note-" + number;
    }

    String text(long number) {
        int fact = (int) (number * STRIDE % corpus.size());
        return "Note " + number + ": " + corpus.facts().get(fact).text();
    }
}
