// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import dev.simonides.quantization.Similarity;
import java.util.Random;

/** Vectors for tests, the same for the same seed, and what brute force says about them. */
public final class Vectors {
    private Vectors() {}

    /** A vector of independent normal components. */
    public static float[] gaussian(long seed, int dimension) {
        return around(new Random(seed), new float[dimension], 1);
    }

    /**
     * Vectors in clusters: centres of normal components, members around them.
     *
     * @param seed the same seed gives the same vectors
     * @param count how many vectors
     * @param dimension their components
     * @param clusters how many centres
     * @param spread standard deviation of a member's components; 1 is that of the centres
     */
    public static float[][] clustered(long seed, int count, int dimension, int clusters, double spread) {
        Random random = new Random(seed);
        float[][] centres = new float[clusters][];
        for (int i = 0; i < clusters; i++) {
            centres[i] = around(random, new float[dimension], 1);
        }
        float[][] vectors = new float[count][];
        for (int i = 0; i < count; i++) {
            vectors[i] = around(random, centres[random.nextInt(clusters)], spread);
        }
        return vectors;
    }

    private static float[] around(Random random, float[] centre, double spread) {
        float[] vector = new float[centre.length];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) (centre[i] + spread * random.nextGaussian());
        }
        return vector;
    }

    /** The score that {@link Hit} defines, in double precision. */
    public static double score(Similarity similarity, float[] query, float[] vector) {
        return switch (similarity) {
            case COSINE -> dot(query, vector) / Math.sqrt(dot(query, query) * dot(vector, vector));
            case DOT -> dot(query, vector);
            case EUCLIDEAN -> -squaredDistance(query, vector);
        };
    }

    public static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }

    private static double squaredDistance(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            double difference = (double) a[i] - b[i];
            sum += difference * difference;
        }
        return sum;
    }
}
