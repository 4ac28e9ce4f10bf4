// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.generate;

import dev.simonides.bench.data.VectorShape;
import java.util.SplittableRandom;

/**
 * Vectors spread evenly over the unit sphere or the unit cube: the hardest case, for nothing but the dimension itself
 * tells near from far.
 *
 * <p>Confined to one thread.
 */
public final class UniformGenerator implements VectorGenerator {

    private final int dimension;
    private final boolean sphere;
    private final SplittableRandom random;

    private UniformGenerator(int dimension, boolean sphere, long seed) {
        this.dimension = new VectorShape(dimension, 0).dimension();
        this.sphere = sphere;
        this.random = new SplittableRandom(seed);
    }

    /**
     * Unit vectors of every direction alike: a Gaussian vector by its length (Muller 1959).
     *
     * @param dimension 1..4096
     * @param seed the same seed gives the same vectors
     * @return the generator
     */
    public static UniformGenerator sphere(int dimension, long seed) {
        return new UniformGenerator(dimension, true, seed);
    }

    /**
     * Components independent and even in 0..1, 1 excluded.
     *
     * @param dimension 1..4096
     * @param seed the same seed gives the same vectors
     * @return the generator
     */
    public static UniformGenerator cube(int dimension, long seed) {
        return new UniformGenerator(dimension, false, seed);
    }

    @Override
    public int dimension() {
        return dimension;
    }

    @Override
    public float[] next() {
        float[] vector = new float[dimension];
        if (!sphere) {
            for (int d = 0; d < dimension; d++) {
                vector[d] = random.nextFloat();
            }
            return vector;
        }
        double[] gaussian = new double[dimension];
        double squaredNorm;
        do {
            squaredNorm = 0;
            for (int d = 0; d < dimension; d++) {
                gaussian[d] = random.nextGaussian();
                squaredNorm += gaussian[d] * gaussian[d];
            }
        } while (squaredNorm == 0);
        double inverse = 1 / Math.sqrt(squaredNorm);
        for (int d = 0; d < dimension; d++) {
            vector[d] = (float) (gaussian[d] * inverse);
        }
        return vector;
    }
}
