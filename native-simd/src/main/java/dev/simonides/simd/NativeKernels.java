// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

import java.lang.foreign.MemorySegment;

/**
 * One tier of the C library. Immutable; any thread.
 *
 * <p>To add a kernel: a line in {@code kernels.h}, its code in {@code kernel_forms.h}, and here a field, a look-up and a
 * method; a new shape also needs a handle in {@link Downcalls}.
 */
final class NativeKernels implements Kernels {
    private final KernelTier tier;
    private final MemorySegment int8Dot;
    private final MemorySegment int8DotBulk;
    private final MemorySegment int8DotGather;
    private final MemorySegment int8ScoreBulk;
    private final MemorySegment int8ScoreGather;
    private final MemorySegment f32Dot;
    private final MemorySegment f32DotBulk;
    private final MemorySegment f32DotGather;
    private final MemorySegment f32SquaredDistance;
    private final MemorySegment f32SquaredDistanceBulk;
    private final MemorySegment f32SquaredDistanceGather;
    private final MemorySegment f16Dot;
    private final MemorySegment f16DotBulk;
    private final MemorySegment f16DotGather;
    private final MemorySegment f16SquaredDistance;
    private final MemorySegment f16SquaredDistanceBulk;
    private final MemorySegment f16SquaredDistanceGather;
    private final MemorySegment f32SquaredNorm;
    private final MemorySegment f32SquaredNormBulk;
    private final MemorySegment f32SquaredNormGather;
    private final MemorySegment int8QuantizeQuery;
    private final MemorySegment int8QuantizeQueryBulk;
    private final MemorySegment int8QuantizeQueryGather;
    private final MemorySegment int8QuantizeDocument;
    private final MemorySegment int8QuantizeDocumentBulk;
    private final MemorySegment int8QuantizeDocumentGather;
    private final MemorySegment int8Unbias;
    private final MemorySegment bitRotate;
    private final MemorySegment bitEncode;
    private final MemorySegment bitEncodeQuery;
    private final MemorySegment bitScoreGather;
    private final MemorySegment f32ToF16;
    private final MemorySegment f16ToF32;

    /**
     * Looks every kernel of the tier up.
     *
     * @throws UnsupportedOperationException naming the kernel that the library lacks
     */
    NativeKernels(KernelTier tier, NativeLibrary.Loaded library) {
        this.tier = tier;
        int8Dot = library.kernel("int8_dot", tier);
        int8DotBulk = library.kernel("int8_dot_bulk", tier);
        int8DotGather = library.kernel("int8_dot_gather", tier);
        int8ScoreBulk = library.kernel("int8_score_bulk", tier);
        int8ScoreGather = library.kernel("int8_score_gather", tier);
        f32Dot = library.kernel("f32_dot", tier);
        f32DotBulk = library.kernel("f32_dot_bulk", tier);
        f32DotGather = library.kernel("f32_dot_gather", tier);
        f32SquaredDistance = library.kernel("f32_squared_distance", tier);
        f32SquaredDistanceBulk = library.kernel("f32_squared_distance_bulk", tier);
        f32SquaredDistanceGather = library.kernel("f32_squared_distance_gather", tier);
        f16Dot = library.kernel("f16_dot", tier);
        f16DotBulk = library.kernel("f16_dot_bulk", tier);
        f16DotGather = library.kernel("f16_dot_gather", tier);
        f16SquaredDistance = library.kernel("f16_squared_distance", tier);
        f16SquaredDistanceBulk = library.kernel("f16_squared_distance_bulk", tier);
        f16SquaredDistanceGather = library.kernel("f16_squared_distance_gather", tier);
        f32SquaredNorm = library.kernel("f32_squared_norm", tier);
        f32SquaredNormBulk = library.kernel("f32_squared_norm_bulk", tier);
        f32SquaredNormGather = library.kernel("f32_squared_norm_gather", tier);
        int8QuantizeQuery = library.kernel("int8_quantize_query", tier);
        int8QuantizeQueryBulk = library.kernel("int8_quantize_query_bulk", tier);
        int8QuantizeQueryGather = library.kernel("int8_quantize_query_gather", tier);
        int8QuantizeDocument = library.kernel("int8_quantize_document", tier);
        int8QuantizeDocumentBulk = library.kernel("int8_quantize_document_bulk", tier);
        int8QuantizeDocumentGather = library.kernel("int8_quantize_document_gather", tier);
        int8Unbias = library.kernel("int8_unbias", tier);
        bitRotate = library.kernel("bit_rotate", tier);
        bitEncode = library.kernel("bit_encode", tier);
        bitEncodeQuery = library.kernel("bit_encode_query", tier);
        bitScoreGather = library.kernel("bit_score_gather", tier);
        f32ToF16 = library.kernel("f32_to_f16", tier);
        f16ToF32 = library.kernel("f16_to_f32", tier);
    }

    @Override
    public KernelTier tier() {
        return tier;
    }

    @Override
    public int int8Dot(long code, long query, int dimension) {
        return Downcalls.intOfRow(int8Dot, code, query, dimension);
    }

    @Override
    public void int8DotBulk(long codes, long pitch, int count, long query, int dimension, long dots) {
        Downcalls.bulk(int8DotBulk, codes, pitch, count, query, dimension, dots);
    }

    @Override
    public void int8DotGather(long addresses, int count, long query, int dimension, long dots) {
        Downcalls.gather(int8DotGather, addresses, count, query, dimension, dots);
    }

    @Override
    public void int8ScoreBulk(long codes, long pitch, int count, long query, long scores) {
        Downcalls.scoreBulk(int8ScoreBulk, codes, pitch, count, query, scores);
    }

    @Override
    public void int8ScoreGather(long addresses, int count, long query, long scores, long ahead, int aheadBytes) {
        Downcalls.scoreGather(int8ScoreGather, addresses, count, query, scores, ahead, aheadBytes);
    }

    @Override
    public float f32Dot(long vector, long query, int dimension) {
        return Downcalls.floatOfRow(f32Dot, vector, query, dimension);
    }

    @Override
    public void f32DotBulk(long vectors, long pitch, int count, long query, int dimension, long results) {
        Downcalls.bulk(f32DotBulk, vectors, pitch, count, query, dimension, results);
    }

    @Override
    public void f32DotGather(long addresses, int count, long query, int dimension, long results) {
        Downcalls.gather(f32DotGather, addresses, count, query, dimension, results);
    }

    @Override
    public float f32SquaredDistance(long vector, long query, int dimension) {
        return Downcalls.floatOfRow(f32SquaredDistance, vector, query, dimension);
    }

    @Override
    public void f32SquaredDistanceBulk(long vectors, long pitch, int count, long query, int dimension, long results) {
        Downcalls.bulk(f32SquaredDistanceBulk, vectors, pitch, count, query, dimension, results);
    }

    @Override
    public void f32SquaredDistanceGather(long addresses, int count, long query, int dimension, long results) {
        Downcalls.gather(f32SquaredDistanceGather, addresses, count, query, dimension, results);
    }

    @Override
    public float f16Dot(long vector, long query, int dimension) {
        return Downcalls.floatOfRow(f16Dot, vector, query, dimension);
    }

    @Override
    public void f16DotBulk(long vectors, long pitch, int count, long query, int dimension, long results) {
        Downcalls.bulk(f16DotBulk, vectors, pitch, count, query, dimension, results);
    }

    @Override
    public void f16DotGather(long addresses, int count, long query, int dimension, long results) {
        Downcalls.gather(f16DotGather, addresses, count, query, dimension, results);
    }

    @Override
    public float f16SquaredDistance(long vector, long query, int dimension) {
        return Downcalls.floatOfRow(f16SquaredDistance, vector, query, dimension);
    }

    @Override
    public void f16SquaredDistanceBulk(long vectors, long pitch, int count, long query, int dimension, long results) {
        Downcalls.bulk(f16SquaredDistanceBulk, vectors, pitch, count, query, dimension, results);
    }

    @Override
    public void f16SquaredDistanceGather(long addresses, int count, long query, int dimension, long results) {
        Downcalls.gather(f16SquaredDistanceGather, addresses, count, query, dimension, results);
    }

    @Override
    public float f32SquaredNorm(long vector, int dimension) {
        return Downcalls.norm(f32SquaredNorm, vector, dimension);
    }

    @Override
    public void f32SquaredNormBulk(long vectors, long pitch, int count, int dimension, long results) {
        Downcalls.normBulk(f32SquaredNormBulk, vectors, pitch, count, dimension, results);
    }

    @Override
    public void f32SquaredNormGather(long addresses, int count, int dimension, long results) {
        Downcalls.normGather(f32SquaredNormGather, addresses, count, dimension, results);
    }

    @Override
    public float int8QuantizeQuery(long vector, int dimension, long codes) {
        return Downcalls.quantize(int8QuantizeQuery, vector, dimension, codes);
    }

    @Override
    public void int8QuantizeQueryBulk(
            long vectors, long pitch, int count, int dimension, long codes, long codePitch, long scales) {
        Downcalls.quantizeBulk(int8QuantizeQueryBulk, vectors, pitch, count, dimension, codes, codePitch, scales);
    }

    @Override
    public void int8QuantizeQueryGather(long addresses, int count, int dimension, long codeAddresses, long scales) {
        Downcalls.quantizeGather(int8QuantizeQueryGather, addresses, count, dimension, codeAddresses, scales);
    }

    @Override
    public float int8QuantizeDocument(long vector, int dimension, long codes) {
        return Downcalls.quantize(int8QuantizeDocument, vector, dimension, codes);
    }

    @Override
    public void int8QuantizeDocumentBulk(
            long vectors, long pitch, int count, int dimension, long codes, long codePitch, long scales) {
        Downcalls.quantizeBulk(int8QuantizeDocumentBulk, vectors, pitch, count, dimension, codes, codePitch, scales);
    }

    @Override
    public void int8QuantizeDocumentGather(long addresses, int count, int dimension, long codeAddresses, long scales) {
        Downcalls.quantizeGather(int8QuantizeDocumentGather, addresses, count, dimension, codeAddresses, scales);
    }

    @Override
    public int int8Unbias(long code, int dimension, long query) {
        return Downcalls.intOfVector(int8Unbias, code, dimension, query);
    }

    @Override
    public void bitRotate(long codes, int dimension, long signs, long rotated) {
        Downcalls.rotate(bitRotate, codes, dimension, signs, rotated);
    }

    @Override
    public long bitEncode(long rotated, int components, long bits) {
        return Downcalls.longOfVector(bitEncode, rotated, components, bits);
    }

    @Override
    public int bitEncodeQuery(long rotated, int components, long planes) {
        return Downcalls.intOfVector(bitEncodeQuery, rotated, components, planes);
    }

    @Override
    public void bitScoreGather(long addresses, int count, long query, long scores, long ahead, int aheadBytes) {
        Downcalls.scoreGather(bitScoreGather, addresses, count, query, scores, ahead, aheadBytes);
    }

    @Override
    public void f32ToF16(long vector, int dimension, long half) {
        Downcalls.convert(f32ToF16, vector, dimension, half);
    }

    @Override
    public void f16ToF32(long half, int dimension, long vector) {
        Downcalls.convert(f16ToF32, half, dimension, vector);
    }
}
