// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.generate;

import dev.simonides.bench.data.VectorShape;
import java.util.SplittableRandom;

/**
 * Gaussian clusters in a random subspace, with noise around it: what embeddings look like, with the numbers chosen.
 *
 * <p>With B an orthonormal basis, float64[dim × r], of a random subspace of r = {@link ClusterShape#intrinsicDimension}
 * dimensions, and all z drawn from N(0, I): {@code x = B · (z₁/√r + spread · z₂/√r) + noise · z₃/√dim}, where z₁ is drawn
 * once for each cluster and the cluster of each vector at random.
 *
 * <p>Confined to one thread.
 */
public final class ClusteredGenerator implements VectorGenerator {

    private final int dimension;
    private final ClusterShape shape;
    private final boolean unit;
    private final SplittableRandom random;
    private final double[][] basis;
    private final double[][] centres;

    private ClusteredGenerator(int dimension, ClusterShape shape, boolean unit, long seed) {
        this.dimension = new VectorShape(dimension, 0).dimension();
        if (shape.intrinsicDimension() > dimension) {
            throw new IllegalArgumentException(
                    "intrinsicDimension: expected=1.." + dimension + ", actual=" + shape.intrinsicDimension());
        }
        this.shape = shape;
        this.unit = unit;
        this.random = new SplittableRandom(seed);
        this.basis = orthonormal(shape.intrinsicDimension(), dimension, random);
        this.centres = new double[shape.clusters()][];
        for (int i = 0; i < centres.length; i++) {
            centres[i] = gaussian(shape.intrinsicDimension(), random);
        }
    }

    /**
     * Vectors of any length.
     *
     * @param dimension 1..4096
     * @param shape the geometry
     * @param seed the same seed gives the same vectors
     * @return the generator
     * @throws IllegalArgumentException if the intrinsic dimension is above the dimension
     */
    public static ClusteredGenerator of(int dimension, ClusterShape shape, long seed) {
        return new ClusteredGenerator(dimension, shape, false, seed);
    }

    /**
     * The same vectors, each divided by its length.
     *
     * @param dimension 1..4096
     * @param shape the geometry
     * @param seed the same seed gives the same vectors
     * @return the generator
     * @throws IllegalArgumentException if the intrinsic dimension is above the dimension
     */
    public static ClusteredGenerator unit(int dimension, ClusterShape shape, long seed) {
        return new ClusteredGenerator(dimension, shape, true, seed);
    }

    /** Rows that are orthonormal, by Gram and Schmidt in their modified form, taken twice for the rounding errors. */
    private static double[][] orthonormal(int count, int dimension, SplittableRandom random) {
        double[][] rows = new double[count][];
        for (int i = 0; i < count; i++) {
            double[] row = gaussian(dimension, random);
            for (int round = 0; round < 2; round++) {
                for (int j = 0; j < i; j++) {
                    add(row, rows[j], -dot(row, rows[j]));
                }
            }
            scale(row, 1 / Math.sqrt(dot(row, row)));
            rows[i] = row;
        }
        return rows;
    }

    /** Components of variance 1/length, so that the vector is about 1 long. */
    private static double[] gaussian(int length, SplittableRandom random) {
        double[] vector = new double[length];
        double scale = 1 / Math.sqrt(length);
        for (int i = 0; i < length; i++) {
            vector[i] = random.nextGaussian() * scale;
        }
        return vector;
    }

    @Override
    public int dimension() {
        return dimension;
    }

    @Override
    public float[] next() {
        double[] vector = new double[dimension];
        double squaredNorm;
        do {
            draw(vector);
            squaredNorm = dot(vector, vector);
        } while (unit && squaredNorm == 0);
        if (unit) {
            scale(vector, 1 / Math.sqrt(squaredNorm));
        }
        float[] rounded = new float[dimension];
        for (int d = 0; d < dimension; d++) {
            rounded[d] = (float) vector[d];
        }
        return rounded;
    }

    private void draw(double[] vector) {
        double[] inside = gaussian(shape.intrinsicDimension(), random);
        scale(inside, shape.spread());
        add(inside, centres[random.nextInt(centres.length)], 1);
        System.arraycopy(gaussian(dimension, random), 0, vector, 0, dimension);
        scale(vector, shape.noise());
        for (int i = 0; i < inside.length; i++) {
            add(vector, basis[i], inside[i]);
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static void add(double[] to, double[] what, double factor) {
        for (int i = 0; i < to.length; i++) {
            to[i] += what[i] * factor;
        }
    }

    private static void scale(double[] vector, double factor) {
        for (int i = 0; i < vector.length; i++) {
            vector[i] *= factor;
        }
    }
}
