// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.data;

import dev.simonides.Limits;

/**
 * How many vectors of how many components a checked file holds.
 *
 * <p>Immutable.
 *
 * @param dimension components of every vector, 1..{@link #DIMENSION_MAX}
 * @param count number of vectors, at least 0
 */
public record VectorShape(int dimension, long count) {

    /** The largest dimension that a file may have; the index takes no larger one. */
    public static final int DIMENSION_MAX = Limits.DIMENSION_MAX;

    /**
     * A shape.
     *
     * @throws IllegalArgumentException if the dimension is not in 1..{@link #DIMENSION_MAX}, or the count is negative
     */
    public VectorShape {
        if (dimension < 1 || dimension > DIMENSION_MAX) {
            throw new IllegalArgumentException("dimension: expected=1.." + DIMENSION_MAX + ", actual=" + dimension);
        }
        if (count < 0) {
            throw new IllegalArgumentException("count: expected=0.., actual=" + count);
        }
    }
}
