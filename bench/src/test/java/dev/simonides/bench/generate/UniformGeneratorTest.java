// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.bench.data.VectorSource;
import java.util.Arrays;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class UniformGeneratorTest {

    private static final int COUNT = 20_000;

    @Test
    void spreadsEvenlyOverTheSphere() {
        int dimension = 8;
        float[][] vectors = UniformGenerator.sphere(dimension, 1).next(COUNT);

        for (float[] vector : vectors) {
            assertEquals(1, Moments.dot(vector, vector), 1e-6);
        }
        Moments moments = Moments.of(vectors);
        for (int i = 0; i < dimension; i++) {
            // Standard error: √(1/8 / 20,000) = 0.0025, that of a covariance is below; five of them.
            assertEquals(0, moments.mean(i), 0.0125);
            for (int j = 0; j < dimension; j++) {
                assertEquals(i == j ? 1.0 / dimension : 0, moments.covariance(i, j), 0.006);
            }
        }
    }

    @Test
    void spreadsEvenlyOverTheCube() {
        float[][] vectors = UniformGenerator.cube(4, 2).next(COUNT);

        int[] quarters = new int[4];
        for (float[] vector : vectors) {
            for (float component : vector) {
                assertTrue(component >= 0 && component < 1);
                quarters[(int) (component * 4)]++;
            }
        }
        for (int quarter : quarters) {
            assertEquals(COUNT, quarter, 5 * Math.sqrt(COUNT));
        }
        Moments moments = Moments.of(vectors);
        for (int i = 0; i < 4; i++) {
            assertEquals(0.5, moments.mean(i), 0.0102);
            assertEquals(1 / 12.0, moments.covariance(i, i), 0.003);
            assertEquals(0, moments.covariance(i, (i + 1) % 4), 0.003);
        }
    }

    @Test
    void repeatsItselfBySeed() {
        float[][] first = UniformGenerator.sphere(5, 7).next(3);
        float[][] second = UniformGenerator.sphere(5, 7).next(3);
        float[][] other = UniformGenerator.sphere(5, 8).next(3);

        for (int i = 0; i < 3; i++) {
            assertArrayEquals(first[i], second[i]);
            assertFalse(Arrays.equals(first[i], other[i]));
        }
        assertFalse(Arrays.equals(first[0], first[1]));
    }

    @Test
    void isASourceOfRows() {
        float[][] expected = UniformGenerator.cube(3, 9).next(2);

        try (VectorSource rows = UniformGenerator.cube(3, 9).source(2)) {
            assertEquals(3, rows.dimension());
            assertEquals(2, rows.count());
            assertArrayEquals(expected[0], rows.next().vector());
            assertEquals("row-1", rows.next().key());
            assertFalse(rows.hasNext());
            assertThrows(NoSuchElementException.class, rows::next);
        }
    }

    @Test
    void refusesADimensionOutOfRange() {
        assertThrows(IllegalArgumentException.class, () -> UniformGenerator.sphere(0, 1));
        assertThrows(IllegalArgumentException.class, () -> UniformGenerator.cube(4097, 1));
    }
}
