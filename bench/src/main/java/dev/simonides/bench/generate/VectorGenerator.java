// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.generate;

import dev.simonides.bench.data.VectorSource;

/**
 * An endless stream of vectors from one distribution. A base and its queries are taken from the same generator, one
 * after the other, so that both follow the same distribution and no query is a base vector.
 *
 * <p>Confined to one thread.
 */
public sealed interface VectorGenerator permits UniformGenerator, ClusteredGenerator {

    /**
     * Components of every vector.
     *
     * @return 1..4096
     */
    int dimension();

    /**
     * Draws a vector.
     *
     * @return float32[dim], the caller's own
     */
    float[] next();

    /**
     * Draws vectors.
     *
     * @param count how many
     * @return float32[count][dim]
     */
    default float[][] next(int count) {
        float[][] vectors = new float[count][];
        for (int i = 0; i < count; i++) {
            vectors[i] = next();
        }
        return vectors;
    }

    /**
     * The vectors to come as the rows of a source, drawn as they are read.
     *
     * @param count how many
     * @return the source
     */
    default VectorSource source(long count) {
        return new GeneratedSource(this, count);
    }
}
