// SPDX-License-Identifier: Apache-2.0
package dev.simonides.embedding;

import java.util.ArrayList;
import java.util.List;

/**
 * Turns texts into vectors: what an embedding model implements to be used with the index.
 *
 * <p>All vectors of a store, and all queries put to it, come from the same model. An implementation says in its Javadoc
 * from which threads it may be called, and whether its vectors have length 1; the index under cosine needs neither.
 */
public interface Embedder {
    /**
     * Components of every vector.
     *
     * @return 1..4096, always the same
     */
    int dimension();

    /**
     * The vector of a text.
     *
     * @param text what to embed
     * @return a new float32[dimension], all components finite, not all zero
     * @throws IllegalArgumentException if nothing in the text can be embedded, such as an empty one
     */
    float[] embed(String text);

    /**
     * The vectors of several texts, in their order. A model that computes in batches overrides this.
     *
     * @param texts what to embed
     * @return as many vectors as there are texts
     * @throws IllegalArgumentException as {@link #embed}
     */
    default List<float[]> embedAll(List<String> texts) {
        List<float[]> vectors = new ArrayList<>(texts.size());
        for (String text : texts) {
            vectors.add(embed(text));
        }
        return vectors;
    }
}
