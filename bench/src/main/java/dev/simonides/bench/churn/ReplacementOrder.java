// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.churn;

import dev.simonides.bench.recall.MemoryIndexRows;
import java.util.Locale;
import java.util.Random;

/** In which order vectors are replaced. */
public enum ReplacementOrder {
    /** Everywhere at once. */
    RANDOM,

    /** One neighbourhood after the other: the hard case, for whole parts of the graph are dead at times. */
    CLUSTERED;

    private static final int CENTRES = 200;

    /**
     * Puts rows in this order.
     *
     * @param vectors the vector that each row holds before it is replaced, float32[count][dim]
     * @param random for the order, and for the vectors around which neighbourhoods lie
     * @return every row once
     */
    int[] of(float[][] vectors, Random random) {
        double[] keys = random.doubles(vectors.length).toArray();
        if (this == CLUSTERED) {
            int[] centres = random.ints(CENTRES, 0, vectors.length).toArray();
            for (int row = 0; row < vectors.length; row++) {
                keys[row] += nearest(vectors, centres, row);
            }
        }
        return MemoryIndexRows.inOrderOf(keys);
    }

    String lower() {
        return name().toLowerCase(Locale.ROOT);
    }

    private static int nearest(float[][] vectors, int[] centres, int row) {
        int nearest = 0;
        double best = Double.NEGATIVE_INFINITY;
        for (int centre = 0; centre < centres.length; centre++) {
            double score = dot(vectors[centres[centre]], vectors[row]);
            if (score > best) {
                best = score;
                nearest = centre;
            }
        }
        return nearest;
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
