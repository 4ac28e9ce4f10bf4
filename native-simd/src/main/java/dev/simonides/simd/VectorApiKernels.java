// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * The Vector API tier. Immutable; any thread.
 *
 * <p>Bulk and gather take four vectors at a time and the last one to three singly. Nothing is fetched ahead: Java has no
 * instruction for it. The conversions are the scalar tier's: C2 has an instruction for each already.
 *
 * <p>This class needs the module {@code jdk.incubator.vector}; {@link KernelSelection} touches it only where it is there.
 */
final class VectorApiKernels implements Kernels {
    private static final MemorySegment MEMORY = OffHeap.everything();

    private final Kernels scalar = new ScalarKernels();

    @Override
    public KernelTier tier() {
        return KernelTier.VECTOR_API;
    }

    // ---- INT8 ------------------------------------------------------------------------------------------------------

    @Override
    public int int8Dot(long code, long query, int dimension) {
        return VectorApiInt8.dot(code, query, dimension);
    }

    @Override
    public void int8DotBulk(long codes, long pitch, int count, long query, int dimension, long dots) {
        int i = 0;
        for (; i + 4 <= count; i += 4) {
            long code = codes + i * pitch;
            VectorApiInt8.dots(code, code + pitch, code + 2 * pitch, code + 3 * pitch, query, dimension, dots + 4L * i);
        }
        for (; i < count; i++) {
            setInt(dots, i, VectorApiInt8.dot(codes + i * pitch, query, dimension));
        }
    }

    @Override
    public void int8DotGather(long addresses, int count, long query, int dimension, long dots) {
        int i = 0;
        for (; i + 4 <= count; i += 4) {
            VectorApiInt8.dots(
                    address(addresses, i),
                    address(addresses, i + 1),
                    address(addresses, i + 2),
                    address(addresses, i + 3),
                    query,
                    dimension,
                    dots + 4L * i);
        }
        for (; i < count; i++) {
            setInt(dots, i, VectorApiInt8.dot(address(addresses, i), query, dimension));
        }
    }

    /** The dot products are written where the scores go, and then turned into scores. */
    @Override
    public void int8ScoreBulk(long codes, long pitch, int count, long query, long scores) {
        int8DotBulk(codes, pitch, count, query + Int8QueryLayout.HEADER_BYTES, Int8Score.dimension(query), scores);
        for (int i = 0; i < count; i++) {
            setFloat(scores, i, Int8Score.of(getInt(scores, i), codes + i * pitch, query));
        }
    }

    @Override
    public void int8ScoreGather(long addresses, int count, long query, long scores, long ahead, int aheadBytes) {
        int8DotGather(addresses, count, query + Int8QueryLayout.HEADER_BYTES, Int8Score.dimension(query), scores);
        for (int i = 0; i < count; i++) {
            setFloat(scores, i, Int8Score.of(getInt(scores, i), address(addresses, i), query));
        }
    }

    // ---- 1-bit codes -----------------------------------------------------------------------------------------------

    @Override
    public void bitRotate(long codes, int dimension, long signs, long rotated) {
        VectorApiBits.rotate(codes, dimension, signs, rotated);
    }

    @Override
    public long bitEncode(long rotated, int components, long bits) {
        return VectorApiBits.encode(rotated, components, bits);
    }

    @Override
    public int bitEncodeQuery(long rotated, int components, long planes) {
        return VectorApiBits.encodeQuery(rotated, components, planes);
    }

    @Override
    public void bitScoreGather(long addresses, int count, long query, long scores, long ahead, int aheadBytes) {
        VectorApiBits.scoreGather(addresses, count, query, scores);
    }

    // ---- sums of floats --------------------------------------------------------------------------------------------

    @Override
    public float f32Dot(long vector, long query, int dimension) {
        return VectorApiF32.dot(vector, query, dimension);
    }

    @Override
    public void f32DotBulk(long vectors, long pitch, int count, long query, int dimension, long results) {
        int i = 0;
        for (; i + 4 <= count; i += 4) {
            long vector = vectors + i * pitch;
            VectorApiF32.dots(
                    vector, vector + pitch, vector + 2 * pitch, vector + 3 * pitch, query, dimension, results + 4L * i);
        }
        for (; i < count; i++) {
            setFloat(results, i, VectorApiF32.dot(vectors + i * pitch, query, dimension));
        }
    }

    @Override
    public void f32DotGather(long addresses, int count, long query, int dimension, long results) {
        int i = 0;
        for (; i + 4 <= count; i += 4) {
            VectorApiF32.dots(
                    address(addresses, i),
                    address(addresses, i + 1),
                    address(addresses, i + 2),
                    address(addresses, i + 3),
                    query,
                    dimension,
                    results + 4L * i);
        }
        for (; i < count; i++) {
            setFloat(results, i, VectorApiF32.dot(address(addresses, i), query, dimension));
        }
    }

    @Override
    public float f32SquaredDistance(long vector, long query, int dimension) {
        return VectorApiF32.squaredDistance(vector, query, dimension);
    }

    @Override
    public void f32SquaredDistanceBulk(long vectors, long pitch, int count, long query, int dimension, long results) {
        int i = 0;
        for (; i + 4 <= count; i += 4) {
            long vector = vectors + i * pitch;
            VectorApiF32.squaredDistances(
                    vector, vector + pitch, vector + 2 * pitch, vector + 3 * pitch, query, dimension, results + 4L * i);
        }
        for (; i < count; i++) {
            setFloat(results, i, VectorApiF32.squaredDistance(vectors + i * pitch, query, dimension));
        }
    }

    @Override
    public void f32SquaredDistanceGather(long addresses, int count, long query, int dimension, long results) {
        int i = 0;
        for (; i + 4 <= count; i += 4) {
            VectorApiF32.squaredDistances(
                    address(addresses, i),
                    address(addresses, i + 1),
                    address(addresses, i + 2),
                    address(addresses, i + 3),
                    query,
                    dimension,
                    results + 4L * i);
        }
        for (; i < count; i++) {
            setFloat(results, i, VectorApiF32.squaredDistance(address(addresses, i), query, dimension));
        }
    }

    @Override
    public float f16Dot(long vector, long query, int dimension) {
        return VectorApiF16.dot(vector, query, dimension);
    }

    @Override
    public void f16DotBulk(long vectors, long pitch, int count, long query, int dimension, long results) {
        int i = 0;
        for (; i + 4 <= count; i += 4) {
            long vector = vectors + i * pitch;
            VectorApiF16.dots(
                    vector, vector + pitch, vector + 2 * pitch, vector + 3 * pitch, query, dimension, results + 4L * i);
        }
        for (; i < count; i++) {
            setFloat(results, i, VectorApiF16.dot(vectors + i * pitch, query, dimension));
        }
    }

    @Override
    public void f16DotGather(long addresses, int count, long query, int dimension, long results) {
        int i = 0;
        for (; i + 4 <= count; i += 4) {
            VectorApiF16.dots(
                    address(addresses, i),
                    address(addresses, i + 1),
                    address(addresses, i + 2),
                    address(addresses, i + 3),
                    query,
                    dimension,
                    results + 4L * i);
        }
        for (; i < count; i++) {
            setFloat(results, i, VectorApiF16.dot(address(addresses, i), query, dimension));
        }
    }

    @Override
    public float f16SquaredDistance(long vector, long query, int dimension) {
        return VectorApiF16.squaredDistance(vector, query, dimension);
    }

    @Override
    public void f16SquaredDistanceBulk(long vectors, long pitch, int count, long query, int dimension, long results) {
        int i = 0;
        for (; i + 4 <= count; i += 4) {
            long vector = vectors + i * pitch;
            VectorApiF16.squaredDistances(
                    vector, vector + pitch, vector + 2 * pitch, vector + 3 * pitch, query, dimension, results + 4L * i);
        }
        for (; i < count; i++) {
            setFloat(results, i, VectorApiF16.squaredDistance(vectors + i * pitch, query, dimension));
        }
    }

    @Override
    public void f16SquaredDistanceGather(long addresses, int count, long query, int dimension, long results) {
        int i = 0;
        for (; i + 4 <= count; i += 4) {
            VectorApiF16.squaredDistances(
                    address(addresses, i),
                    address(addresses, i + 1),
                    address(addresses, i + 2),
                    address(addresses, i + 3),
                    query,
                    dimension,
                    results + 4L * i);
        }
        for (; i < count; i++) {
            setFloat(results, i, VectorApiF16.squaredDistance(address(addresses, i), query, dimension));
        }
    }

    @Override
    public float f32SquaredNorm(long vector, int dimension) {
        return VectorApiF32.dot(vector, vector, dimension);
    }

    // ---- quantisation and conversions ------------------------------------------------------------------------------

    @Override
    public float int8QuantizeQuery(long vector, int dimension, long codes) {
        return VectorApiQuantization.quantize(vector, dimension, codes, 0);
    }

    @Override
    public float int8QuantizeDocument(long vector, int dimension, long codes) {
        return VectorApiQuantization.quantize(vector, dimension, codes, Int8Quantization.BIAS);
    }

    @Override
    public int int8Unbias(long code, int dimension, long query) {
        return scalar.int8Unbias(code, dimension, query);
    }

    @Override
    public void f32ToF16(long vector, int dimension, long half) {
        scalar.f32ToF16(vector, dimension, half);
    }

    @Override
    public void f16ToF32(long half, int dimension, long vector) {
        scalar.f16ToF32(half, dimension, vector);
    }

    private static long address(long addresses, int index) {
        return MEMORY.get(JAVA_LONG_UNALIGNED, addresses + 8L * index);
    }

    private static int getInt(long results, int index) {
        return MEMORY.get(JAVA_INT_UNALIGNED, results + 4L * index);
    }

    private static void setInt(long results, int index, int value) {
        MEMORY.set(JAVA_INT_UNALIGNED, results + 4L * index, value);
    }

    private static void setFloat(long results, int index, float value) {
        MEMORY.set(JAVA_FLOAT_UNALIGNED, results + 4L * index, value);
    }
}
