// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.generate;

import dev.simonides.bench.data.NeighbourTable;
import dev.simonides.quantization.Similarity;
import java.util.stream.IntStream;

/**
 * The true neighbours, by brute force in float64: every query against every base vector, on all cores. Plain Java on
 * purpose, so that nothing that is measured takes part in its own yardstick.
 */
public final class ExactNeighbours {

    private ExactNeighbours() {}

    /**
     * Finds the nearest base vectors of each query.
     *
     * @param base float32[count][dim]
     * @param queries float32[queries][dim]
     * @param width neighbours to find for each query, 1..count
     * @param similarity what near means; under {@link Similarity#COSINE} a zero vector has the score 0
     * @return rows of the base, the nearest first, the lower row first among equals
     * @throws IllegalArgumentException if the width is above the count, or a vector has another dimension than the first
     *     or a component that is not finite
     */
    public static NeighbourTable find(float[][] base, float[][] queries, int width, Similarity similarity) {
        if (width < 1 || width > base.length) {
            throw new IllegalArgumentException("width: expected=1.." + base.length + ", actual=" + width);
        }
        double[] squaredNorms = squaredNorms(base, base[0].length);
        double[] querySquaredNorms = squaredNorms(queries, base[0].length);
        int[] rows = new int[Math.multiplyExact(queries.length, width)];
        IntStream.range(0, queries.length).parallel().forEach(query -> {
            Nearest nearest = new Nearest(width);
            for (int row = 0; row < base.length; row++) {
                double dot = dot(base[row], queries[query]);
                nearest.offer(
                        row,
                        switch (similarity) {
                            case COSINE -> dot == 0 ? 0 : dot / Math.sqrt(squaredNorms[row]);
                            case DOT -> dot;
                            case EUCLIDEAN -> 2 * dot - squaredNorms[row] - querySquaredNorms[query];
                        });
            }
            System.arraycopy(nearest.rows, 0, rows, query * width, width);
        });
        return NeighbourTable.of(width, rows);
    }

    private static double[] squaredNorms(float[][] vectors, int dimension) {
        double[] squaredNorms = new double[vectors.length];
        for (int i = 0; i < vectors.length; i++) {
            if (vectors[i].length != dimension) {
                throw new IllegalArgumentException(
                        "dimension of vector " + i + ": expected=" + dimension + ", actual=" + vectors[i].length);
            }
            squaredNorms[i] = dot(vectors[i], vectors[i]);
            if (!Double.isFinite(squaredNorms[i])) {
                throw new IllegalArgumentException("vector " + i + ": expected finite components");
            }
        }
        return squaredNorms;
    }

    /** Four sums, so that the additions do not wait for one another. */
    private static double dot(float[] a, float[] b) {
        double sum0 = 0;
        double sum1 = 0;
        double sum2 = 0;
        double sum3 = 0;
        int whole = a.length & -4;
        for (int d = 0; d < whole; d += 4) {
            sum0 += (double) a[d] * b[d];
            sum1 += (double) a[d + 1] * b[d + 1];
            sum2 += (double) a[d + 2] * b[d + 2];
            sum3 += (double) a[d + 3] * b[d + 3];
        }
        for (int d = whole; d < a.length; d++) {
            sum0 += (double) a[d] * b[d];
        }
        return (sum0 + sum1) + (sum2 + sum3);
    }

    /** The best scores so far, in order; rows come in order, so an equal score does not displace an earlier one. */
    private static final class Nearest {

        private final double[] scores;
        private final int[] rows;
        private int count;

        Nearest(int width) {
            scores = new double[width];
            rows = new int[width];
        }

        void offer(int row, double score) {
            int width = rows.length;
            if (count == width && !(score > scores[width - 1])) {
                return;
            }
            int place = count == width ? width - 1 : count++;
            while (place > 0 && score > scores[place - 1]) {
                scores[place] = scores[place - 1];
                rows[place] = rows[place - 1];
                place--;
            }
            scores[place] = score;
            rows[place] = row;
        }
    }
}
