// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.generate;

/** Means and covariances of vectors. */
final class Moments {

    private final double[] means;
    private final double[][] covariances;

    private Moments(double[] means, double[][] covariances) {
        this.means = means;
        this.covariances = covariances;
    }

    static Moments of(float[][] vectors) {
        int dimension = vectors[0].length;
        double[] means = new double[dimension];
        for (float[] vector : vectors) {
            for (int i = 0; i < dimension; i++) {
                means[i] += vector[i] / (double) vectors.length;
            }
        }
        double[][] covariances = new double[dimension][dimension];
        for (float[] vector : vectors) {
            for (int i = 0; i < dimension; i++) {
                for (int j = 0; j < dimension; j++) {
                    covariances[i][j] += (vector[i] - means[i]) * (vector[j] - means[j]) / vectors.length;
                }
            }
        }
        return new Moments(means, covariances);
    }

    double mean(int i) {
        return means[i];
    }

    double covariance(int i, int j) {
        return covariances[i][j];
    }

    /** The sum of all variances. */
    double trace() {
        double trace = 0;
        for (int i = 0; i < means.length; i++) {
            trace += covariances[i][i];
        }
        return trace;
    }

    /** The participation ratio tr(C)² / tr(C²): r for r equal variances and nothing else, less for unequal ones. */
    double effectiveDimension() {
        double squares = 0;
        for (double[] row : covariances) {
            for (double covariance : row) {
                squares += covariance * covariance;
            }
        }
        return trace() * trace() / squares;
    }

    static double dot(float[] a, float[] b) {
        double dot = 0;
        for (int d = 0; d < a.length; d++) {
            dot += (double) a[d] * b[d];
        }
        return dot;
    }
}
