// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClusteredGeneratorTest {

    private static final int DIMENSION = 48;

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 12, DIMENSION})
    void hasTheIntrinsicDimensionAskedFor(int intrinsic) {
        ClusterShape shape = new ClusterShape(1, intrinsic, 0.5, 0);
        Moments moments = Moments.of(ClusteredGenerator.of(DIMENSION, shape, 3).next(6000));

        // Sampling alone lowers the ratio by the factor 1 + intrinsic/count, here less than one hundredth.
        assertEquals(intrinsic, moments.effectiveDimension(), 0.05 * intrinsic);
        assertEquals(0.25, moments.trace(), 0.25 * 0.1);
    }

    @Test
    void addsNoiseInAllDimensions() {
        ClusterShape shape = new ClusterShape(1, 2, 0, 0.2);
        Moments moments = Moments.of(ClusteredGenerator.of(DIMENSION, shape, 4).next(6000));

        assertEquals(DIMENSION, moments.effectiveDimension(), 1);
        assertEquals(0.04, moments.trace(), 0.002);
    }

    @Test
    void gathersInClusters() {
        int clusters = 5;
        ClusterShape shape = new ClusterShape(clusters, 16, 0.05, 0.01);
        float[][] vectors = ClusteredGenerator.of(DIMENSION, shape, 5).next(1000);

        // Vectors of one cluster are about √2 · 0.05 apart, centres about √2: no pair is anywhere between.
        int[] clusterOf = new int[vectors.length];
        int found = 0;
        for (int i = 0; i < vectors.length; i++) {
            clusterOf[i] = -1;
            for (int j = 0; j < i && clusterOf[i] < 0; j++) {
                double distance = distance(vectors[i], vectors[j]);
                assertTrue(distance < 0.25 || distance > 0.4, "distance " + distance);
                if (distance < 0.25) {
                    clusterOf[i] = clusterOf[j];
                }
            }
            if (clusterOf[i] < 0) {
                clusterOf[i] = found++;
            }
        }
        assertEquals(clusters, found);
    }

    @Test
    void givesUnitVectorsOfTheSameDirections() {
        ClusterShape shape = new ClusterShape(4, 8, 0.3, 0.1);
        float[][] free = ClusteredGenerator.of(DIMENSION, shape, 6).next(50);
        float[][] unit = ClusteredGenerator.unit(DIMENSION, shape, 6).next(50);

        for (int i = 0; i < free.length; i++) {
            assertEquals(1, Moments.dot(unit[i], unit[i]), 1e-6);
            assertEquals(Math.sqrt(Moments.dot(free[i], free[i])), Moments.dot(free[i], unit[i]), 1e-6);
        }
    }

    @Test
    void repeatsItselfBySeed() {
        ClusterShape shape = new ClusterShape(4, 8, 0.3, 0.1);

        assertArrayEquals(
                ClusteredGenerator.of(DIMENSION, shape, 7).next(3)[2],
                ClusteredGenerator.of(DIMENSION, shape, 7).next(3)[2]);
    }

    @Test
    void refusesAShapeThatCannotBe() {
        ClusterShape shape = new ClusterShape(1, 9, 0, 0);

        assertThrows(IllegalArgumentException.class, () -> ClusteredGenerator.of(8, shape, 1));
        assertThrows(IllegalArgumentException.class, () -> new ClusterShape(0, 1, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new ClusterShape(1, 0, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new ClusterShape(1, 1, -1, 0));
        assertThrows(IllegalArgumentException.class, () -> new ClusterShape(1, 1, 0, Double.NaN));
    }

    private static double distance(float[] a, float[] b) {
        double squared = 0;
        for (int d = 0; d < a.length; d++) {
            squared += Math.pow(a[d] - (double) b[d], 2);
        }
        return Math.sqrt(squared);
    }
}
