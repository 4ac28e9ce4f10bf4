// SPDX-License-Identifier: Apache-2.0
package dev.simonides.quantization;

import java.util.Random;

/** The kinds of vectors the properties range over. */
enum VectorShape {
    GAUSSIAN,
    UNIT,
    /** Every component within a hair of the others. */
    FLAT,
    /** One component dwarfs all others. */
    SPIKE,
    /** Mostly zeros of both signs. */
    SPARSE,
    /** Components of all magnitudes from 2^-60 to 2^12. */
    WIDE,
    /** Components below the normal range of float32, and just above it. */
    SUBNORMAL,
    /** As large as {@link VectorCodec#NORM_MAX} allows. */
    HUGE,
    /** Components that are exact halves of a code step, where rounding must decide. */
    TIES;

    float[] vector(int dimension, long seed) {
        Random random = new Random(seed);
        float[] vector = new float[dimension];
        for (int i = 0; i < dimension; i++) {
            vector[i] = component(random, i, dimension);
        }
        if (this == UNIT) {
            double norm = Math.sqrt(DoubleVectors.squaredNorm(vector));
            for (int i = 0; i < dimension; i++) {
                vector[i] = (float) (vector[i] / norm);
            }
        }
        // At least one component that is not zero, so that cosine takes every shape.
        int any = random.nextInt(dimension);
        if (vector[any] == 0f) {
            vector[any] = this == SUBNORMAL ? Float.MIN_VALUE : 0.5f;
        }
        return vector;
    }

    /** Whether F16 originals hold such vectors under every similarity. */
    boolean fitsF16() {
        return this != HUGE;
    }

    private float component(Random random, int i, int dimension) {
        float gaussian = (float) random.nextGaussian();
        return switch (this) {
            case GAUSSIAN, UNIT -> gaussian;
            case FLAT -> 1f + gaussian * 0x1p-12f;
            case SPIKE -> i == dimension / 2 ? 1000f : gaussian;
            case SPARSE -> random.nextInt(8) == 0 ? gaussian : random.nextBoolean() ? 0f : -0f;
            case WIDE -> Math.scalb(gaussian, random.nextInt(73) - 61);
            case SUBNORMAL -> Float.intBitsToFloat(random.nextInt(0x0100_0000)) * Math.signum(gaussian);
            case HUGE -> (float) ((random.nextDouble() - 0.5) * 2 * VectorCodec.NORM_MAX / Math.sqrt(dimension));
            case TIES -> i == 0 ? 127f : random.nextInt(-127, 127) + 0.5f;
        };
    }
}
