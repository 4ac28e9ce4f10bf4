// SPDX-License-Identifier: Apache-2.0
package dev.simonides.quantization;

/** Vector arithmetic in float64, as the truth that float32 results are compared with. */
final class DoubleVectors {
    private DoubleVectors() {}

    static double dot(float[] x, float[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += (double) x[i] * y[i];
        }
        return sum;
    }

    static double squaredNorm(float[] x) {
        return dot(x, x);
    }

    static double norm(float[] x) {
        return Math.sqrt(squaredNorm(x));
    }

    static double squaredDistance(float[] x, float[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            double difference = (double) x[i] - y[i];
            sum += difference * difference;
        }
        return sum;
    }

    static double cosine(float[] x, float[] y) {
        return dot(x, y) / (norm(x) * norm(y));
    }

    static double maxAbs(float[] x) {
        double max = 0;
        for (float component : x) {
            max = Math.max(max, Math.abs((double) component));
        }
        return max;
    }

    /** The vector as the codec prepares it. */
    static float[] prepared(float[] x, Similarity similarity) {
        if (similarity != Similarity.COSINE) {
            return x;
        }
        double norm = norm(x);
        float[] unit = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            unit[i] = (float) (x[i] / norm);
        }
        return unit;
    }
}
