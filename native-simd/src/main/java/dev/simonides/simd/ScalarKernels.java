// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * Plain loops: the oracle. Written to be obviously right; sums of floats are kept in double precision.
 *
 * <p>The bulk and gather forms are the ones {@link Kernels} defines: the single form, once for each vector.
 */
final class ScalarKernels implements Kernels {
    private static final MemorySegment MEMORY = OffHeap.everything();

    @Override
    public KernelTier tier() {
        return KernelTier.SCALAR;
    }

    @Override
    public int int8Dot(long code, long query, int dimension) {
        int sum = 0;
        for (int d = 0; d < dimension; d++) {
            sum += MEMORY.get(JAVA_BYTE, query + d) * unbiased(MEMORY.get(JAVA_BYTE, code + d));
        }
        return sum;
    }

    @Override
    public float f32Dot(long vector, long query, int dimension) {
        double sum = 0;
        for (int d = 0; d < dimension; d++) {
            sum += (double) f32(vector, d) * f32(query, d);
        }
        return (float) sum;
    }

    @Override
    public float f32SquaredDistance(long vector, long query, int dimension) {
        double sum = 0;
        for (int d = 0; d < dimension; d++) {
            double difference = (double) f32(vector, d) - f32(query, d);
            sum += difference * difference;
        }
        return (float) sum;
    }

    @Override
    public float f16Dot(long vector, long query, int dimension) {
        double sum = 0;
        for (int d = 0; d < dimension; d++) {
            sum += (double) f16(vector, d) * f32(query, d);
        }
        return (float) sum;
    }

    @Override
    public float f16SquaredDistance(long vector, long query, int dimension) {
        double sum = 0;
        for (int d = 0; d < dimension; d++) {
            double difference = (double) f16(vector, d) - f32(query, d);
            sum += difference * difference;
        }
        return (float) sum;
    }

    @Override
    public float f32SquaredNorm(long vector, int dimension) {
        double sum = 0;
        for (int d = 0; d < dimension; d++) {
            double component = f32(vector, d);
            sum += component * component;
        }
        return (float) sum;
    }

    @Override
    public float int8QuantizeQuery(long vector, int dimension, long codes) {
        return quantize(vector, dimension, codes, 0);
    }

    @Override
    public float int8QuantizeDocument(long vector, int dimension, long codes) {
        return quantize(vector, dimension, codes, Int8Quantization.BIAS);
    }

    private static float quantize(long vector, int dimension, long codes, int bias) {
        float maxAbs = 0;
        for (int d = 0; d < dimension; d++) {
            maxAbs = Math.max(maxAbs, Math.abs(f32(vector, d)));
        }
        float inverse = Int8Quantization.inverse(maxAbs);
        for (int d = 0; d < dimension; d++) {
            MEMORY.set(JAVA_BYTE, codes + d, (byte) (Int8Quantization.code(f32(vector, d), inverse) + bias));
        }
        return Int8Quantization.scale(maxAbs);
    }

    @Override
    public int int8Unbias(long code, int dimension, long query) {
        int sum = 0;
        for (int d = 0; d < dimension; d++) {
            byte signed = unbiased(MEMORY.get(JAVA_BYTE, code + d));
            MEMORY.set(JAVA_BYTE, query + d, signed);
            sum += signed;
        }
        return sum;
    }

    @Override
    public void f32ToF16(long vector, int dimension, long half) {
        for (int d = 0; d < dimension; d++) {
            MEMORY.set(JAVA_SHORT_UNALIGNED, half + 2L * d, Float.floatToFloat16(f32(vector, d)));
        }
    }

    @Override
    public void f16ToF32(long half, int dimension, long vector) {
        for (int d = 0; d < dimension; d++) {
            MEMORY.set(JAVA_FLOAT_UNALIGNED, vector + 4L * d, f16(half, d));
        }
    }

    private static byte unbiased(byte code) {
        return (byte) (code ^ Int8Quantization.BIAS);
    }

    private static float f32(long vector, int index) {
        return MEMORY.get(JAVA_FLOAT_UNALIGNED, vector + 4L * index);
    }

    private static float f16(long vector, int index) {
        return Float.float16ToFloat(MEMORY.get(JAVA_SHORT_UNALIGNED, vector + 2L * index));
    }
}
