// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
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

    @Override
    public void bitRotate(long codes, int dimension, long signs, long rotated) {
        int components = (dimension + 63) & -64;
        int block = Integer.lowestOneBit(components);
        long work = rotated + 4L * components;
        for (int i = 0; i < components; i++) {
            setI32(rotated, i, i < dimension ? MEMORY.get(JAVA_BYTE, codes + i) * i32(signs, i) : 0);
        }
        transform(rotated, components, block);
        transpose(rotated, signs + 4L * components, components, block, work);
        transform(work, components, block);
        transpose(work, signs + 8L * components, components, block, rotated);
        transform(rotated, components, block);
    }

    /** Flips signs, and gives every block a part of all others. */
    static void transpose(long from, long signs, int components, int block, long to) {
        int blocks = components / block;
        for (int b = 0; b < blocks; b++) {
            for (int i = 0; i < block; i++) {
                int at = b * block + i;
                setI32(to, i * blocks + b, i32(from, at) * i32(signs, at));
            }
        }
    }

    /** The Walsh-Hadamard transform of every block: of a pair that differs in one bit of its index, sum and difference. */
    private static void transform(long values, int components, int block) {
        for (int half = 1; half < block; half *= 2) {
            for (int low = 0; low < components; low++) {
                int high = low + half;
                if ((low & half) == 0) {
                    int a = i32(values, low);
                    int b = i32(values, high);
                    setI32(values, low, a + b);
                    setI32(values, high, a - b);
                }
            }
        }
    }

    @Override
    public long bitEncode(long rotated, int components, long bits) {
        long sum = 0;
        for (int word = 0; word < components / Long.SIZE; word++) {
            long set = 0;
            for (int i = 0; i < Long.SIZE; i++) {
                int value = i32(rotated, word * Long.SIZE + i);
                set |= (value >= 0 ? 1L : 0L) << i;
                sum += Math.abs(value);
            }
            MEMORY.set(JAVA_LONG_UNALIGNED, bits + 8L * word, set);
        }
        return sum;
    }

    @Override
    public int bitEncodeQuery(long rotated, int components, long planes) {
        int largest = 0;
        for (int i = 0; i < components; i++) {
            largest = Math.max(largest, Math.abs(i32(rotated, i)));
        }
        float inverse = largest == 0 ? 0f : BitQueryLayout.LEVEL_MAX / (float) largest;
        for (int plane = 0; plane < BitQueryLayout.PLANES; plane++) {
            for (int word = 0; word < components / Long.SIZE; word++) {
                long set = 0;
                for (int i = 0; i < Long.SIZE; i++) {
                    int level = (int) Math.rint(i32(rotated, word * Long.SIZE + i) * inverse);
                    set |= (level >> plane & 1L) << i;
                }
                MEMORY.set(JAVA_LONG_UNALIGNED, planes + (long) plane * components / Byte.SIZE + 8L * word, set);
            }
        }
        return largest;
    }

    @Override
    public void bitScoreGather(long addresses, int count, long query, long scores, long ahead, int aheadBytes) {
        int levelSum = MEMORY.get(JAVA_INT_UNALIGNED, query + BitQueryLayout.LEVEL_SUM_OFFSET);
        for (int i = 0; i < count; i++) {
            long code = MEMORY.get(JAVA_LONG_UNALIGNED, addresses + 8L * i);
            float score = Int8Score.of(2 * levelsOfSetBits(code, query) - levelSum, code, query);
            MEMORY.set(JAVA_FLOAT_UNALIGNED, scores + 4L * i, score);
        }
    }

    private static int levelsOfSetBits(long code, long query) {
        int planeBytes = MEMORY.get(JAVA_INT_UNALIGNED, query + BitQueryLayout.COMPONENTS_OFFSET) / Byte.SIZE;
        int sum = 0;
        for (int plane = 0; plane < BitQueryLayout.PLANES; plane++) {
            // Two's complement: the highest bit counts −8.
            int weight = plane == BitQueryLayout.PLANES - 1 ? -(1 << plane) : 1 << plane;
            long levels = query + BitQueryLayout.HEADER_BYTES + (long) plane * planeBytes;
            for (int offset = 0; offset < planeBytes; offset += Long.BYTES) {
                long common = MEMORY.get(JAVA_LONG_UNALIGNED, code + offset)
                        & MEMORY.get(JAVA_LONG_UNALIGNED, levels + offset);
                sum += weight * Long.bitCount(common);
            }
        }
        return sum;
    }

    private static byte unbiased(byte code) {
        return (byte) (code ^ Int8Quantization.BIAS);
    }

    private static int i32(long values, int index) {
        return MEMORY.get(JAVA_INT_UNALIGNED, values + 4L * index);
    }

    private static void setI32(long values, int index, int value) {
        MEMORY.set(JAVA_INT_UNALIGNED, values + 4L * index, value);
    }

    private static float f32(long vector, int index) {
        return MEMORY.get(JAVA_FLOAT_UNALIGNED, vector + 4L * index);
    }

    private static float f16(long vector, int index) {
        return Float.float16ToFloat(MEMORY.get(JAVA_SHORT_UNALIGNED, vector + 2L * index));
    }
}
