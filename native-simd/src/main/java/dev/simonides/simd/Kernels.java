// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

/**
 * The inner loops over vectors in native memory. Immutable; any thread; does not allocate.
 *
 * <p>All memory is passed as raw addresses, and <em>nothing is checked</em>: an address, a dimension or a count that
 * does not match the memory behind it kills the process. No alignment is assumed. Dimensions are at least 1, counts at
 * least 0, inputs finite.
 *
 * <p>Most kernels come as a trio: <em>single</em>; <em>bulk</em>, over {@code count} vectors that stand {@code pitch}
 * bytes apart; and <em>gather</em>, over {@code count} vectors whose addresses are listed. Bulk and gather are
 * the primary forms: they take several vectors at a time and, in the native tiers, fetch the next ones ahead.
 *
 * <p><b>Same bits.</b> The INT8 dot products and scores, everything about 1-bit codes, the quantisation and the
 * conversions return the same bits on every tier and in every form.
 *
 * <p><b>Error bound.</b> The other sums of float32 products are added up in an order that differs between tiers. (Within
 * the scalar tier and each native one the three forms return the same bits; the Vector API leaves the order open, and it
 * changes when a loop is compiled.) With
 * {@code t} the terms of the sum (of a dot product the products, of a distance or norm the squares), {@code dim} their
 * number and {@code u = 2^-24}, every tier lies within {@code (dim + 8) · u · Σ|t| + dim · 2^-149} of the exact value,
 * as long as {@code Σ|t|} is below the largest float32 (Higham, <cite>Accuracy and Stability of Numerical
 * Algorithms</cite>, section 3.1: γ_n for any order of summation). The scalar tier sums in double precision, and so is
 * within half a unit in the last place.
 *
 * <p><b>INT8 codes.</b> A <em>query</em> code is signed, −127..127. A <em>document</em> code is the same number with
 * the bias 128 added, u8, 1..255 (that is, its top bit flipped): VNNI multiplies unsigned by signed bytes, and so needs
 * no instruction to convert the document.
 *
 * <p><b>1-bit codes.</b> {@code components} is the dimension rounded up to 64. A vector is rotated in integers, exactly;
 * a document keeps the signs of the rotated components, a query four bits of each.
 */
public sealed interface Kernels permits ScalarKernels, VectorApiKernels, NativeKernels {
    /**
     * The fastest kernels this machine has, chosen once for the process.
     *
     * <p>The system property {@code dev.simonides.kernels}, read once, caps the choice: it holds the
     * {@linkplain KernelTier#label() label} of the fastest tier to use.
     *
     * @return always the same object
     * @throws IllegalArgumentException if the system property holds no tier's label
     */
    static Kernels best() {
        return KernelSelection.chosen().best();
    }

    /**
     * The kernels of one tier, for tests and benchmarks. The system property does not matter here.
     *
     * @param tier which
     * @return the kernels of this tier
     * @throws UnsupportedOperationException if this machine has not got the tier, with the reason
     */
    static Kernels of(KernelTier tier) {
        return switch (KernelSelection.offer(tier)) {
            case KernelSelection.Offer.Present(Kernels kernels, String remark) -> kernels;
            case KernelSelection.Offer.Absent(String reason) ->
                throw new UnsupportedOperationException(tier.label() + ": " + reason);
        };
    }

    /**
     * One readable line: the tier that {@link #best} runs, why, and why each faster one is missing.
     *
     * @return a line without a line break
     */
    static String describe() {
        return KernelSelection.chosen().describe();
    }

    /**
     * The tier these kernels belong to.
     *
     * @return never another one
     */
    KernelTier tier();

    /**
     * {@code Σ_d query[d] · (code[d] − 128)}, exactly.
     *
     * @param code u8[dimension], a document
     * @param query s8[dimension], −127..127
     * @param dimension 1..65536
     * @return the dot product without the bias
     */
    int int8Dot(long code, long query, int dimension);

    /**
     * {@link #int8Dot} of one query and documents that stand {@code pitch} bytes apart.
     *
     * @param codes u8[count × pitch], row-major
     * @param pitch bytes from one code to the next
     * @param count number of documents
     * @param query s8[dimension]
     * @param dimension 1..65536
     * @param dots out, int32[count]
     */
    default void int8DotBulk(long codes, long pitch, int count, long query, int dimension, long dots) {
        for (int i = 0; i < count; i++) {
            OffHeap.everything().set(JAVA_INT_UNALIGNED, dots + 4L * i, int8Dot(codes + i * pitch, query, dimension));
        }
    }

    /**
     * {@link #int8Dot} of one query and documents at the listed addresses.
     *
     * @param addresses int64[count], addresses of u8[dimension]
     * @param count number of documents
     * @param query s8[dimension]
     * @param dimension 1..65536
     * @param dots out, int32[count]
     */
    default void int8DotGather(long addresses, int count, long query, int dimension, long dots) {
        for (int i = 0; i < count; i++) {
            long code = OffHeap.everything().get(JAVA_LONG_UNALIGNED, addresses + 8L * i);
            OffHeap.everything().set(JAVA_INT_UNALIGNED, dots + 4L * i, int8Dot(code, query, dimension));
        }
    }

    /**
     * Scores of documents that stand {@code pitch} bytes apart; larger is closer.
     *
     * <p>A document is a code and, at the query's {@code factorsOffset} from its start, two float32 factors. With
     * {@code dot} from {@link #int8Dot} and the header fields of {@link Int8QueryLayout}: {@code score = (((float) dot ·
     * factor0) · scoreScale + factor1 · normWeight) + scoreOffset}, each operation rounded to float32, in this order.
     *
     * @param codes record[count × pitch]
     * @param pitch bytes from one record to the next
     * @param count number of documents
     * @param query a query block as {@link Int8QueryLayout} describes
     * @param scores out, float32[count]
     */
    default void int8ScoreBulk(long codes, long pitch, int count, long query, long scores) {
        int dimension = Int8Score.dimension(query);
        for (int i = 0; i < count; i++) {
            long code = codes + i * pitch;
            int dot = int8Dot(code, query + Int8QueryLayout.HEADER_BYTES, dimension);
            OffHeap.everything().set(JAVA_FLOAT_UNALIGNED, scores + 4L * i, Int8Score.of(dot, code, query));
        }
    }

    /**
     * Scores as in {@link #int8ScoreBulk} of documents at the listed addresses.
     *
     * @param addresses int64[count], addresses of records
     * @param count number of documents
     * @param query a query block as {@link Int8QueryLayout} describes
     * @param scores out, float32[count]
     * @param ahead address of a record that is wanted next, or 0; a tier that can, fetches it while it scores
     * @param aheadBytes how much of that record, 0 or more
     */
    default void int8ScoreGather(long addresses, int count, long query, long scores, long ahead, int aheadBytes) {
        int dimension = Int8Score.dimension(query);
        for (int i = 0; i < count; i++) {
            long code = OffHeap.everything().get(JAVA_LONG_UNALIGNED, addresses + 8L * i);
            int dot = int8Dot(code, query + Int8QueryLayout.HEADER_BYTES, dimension);
            OffHeap.everything().set(JAVA_FLOAT_UNALIGNED, scores + 4L * i, Int8Score.of(dot, code, query));
        }
    }

    /**
     * Rotates signed codes, up to a factor: three rounds of sign flips and Walsh-Hadamard transforms.
     *
     * <p>With {@code block} the largest power of two that divides {@code components}, and the codes filled up with zeros to
     * {@code components}: round {@code r} multiplies component {@code i} with {@code signs[r · components + i]}; from the
     * second round on it then moves component {@code b · block + i} to {@code i · (components / block) + b}; and transforms
     * every {@code block} components in a row. A transform is multiplication with the Walsh-Hadamard matrix in natural
     * order, of entries 1 and −1, so that all three stretch the vector to {@code block^1.5} times its length, and no
     * component passes {@code 127 · 2^24}.
     *
     * @param codes s8[dimension], −127..127
     * @param dimension 1..4096
     * @param signs int32[3 × components], each −1 or 1
     * @param rotated out, int32[2 × components]: the rotated components, then as many of work space
     */
    void bitRotate(long codes, int dimension, long signs, long rotated);

    /**
     * The signs of rotated components, as bits.
     *
     * @param rotated int32[components], magnitudes of at most 127 · 2^24
     * @param components a multiple of 64, at most 4096
     * @param bits out, components / 8 bytes: bit {@code i}, counted from the lowest of the first byte, is 1 if component
     *     {@code i} is 0 or more
     * @return {@code Σ |rotated[i]|}
     */
    long bitEncode(long rotated, int components, long bits);

    /**
     * Four bits of each rotated component, as bit planes.
     *
     * <p>With {@code largest = max |rotated[i]|}: {@code level[i] = rint(rotated[i] · (7 / largest))}, −7..7, in float32,
     * {@code rint} to the nearest, ties to even; all are 0 if {@code largest} is. Plane {@code p}, {@code p} 0 to 3, holds bit
     * {@code p} of the levels in two's complement, in the order of {@link #bitEncode}.
     *
     * @param rotated int32[components], magnitudes of at most 127 · 2^24
     * @param components a multiple of 64, at most 4096
     * @param planes out, 4 × components / 8 bytes
     * @return {@code largest}
     */
    int bitEncodeQuery(long rotated, int components, long planes);

    /**
     * Scores of 1-bit codes at the listed addresses; larger is closer.
     *
     * <p>A document is {@code components / 8} bytes of bits and, at the query's {@code factorsOffset}, two float32 factors.
     * With the query's levels: {@code dot = 2 · Σ_i bit[i] · level[i] − levelSum}, the levels multiplied with 1 where the
     * document's bit is set and −1 where it is not. The score is that of {@link #int8ScoreBulk}, of this {@code dot}.
     *
     * @param addresses int64[count], addresses of codes
     * @param count number of documents
     * @param query a query block as {@link BitQueryLayout} describes
     * @param scores out, float32[count]
     * @param ahead address of a record that is wanted next, or 0; a tier that can, fetches it while it scores
     * @param aheadBytes how much of that record, 0 or more
     */
    void bitScoreGather(long addresses, int count, long query, long scores, long ahead, int aheadBytes);

    /**
     * {@code Σ_d vector[d] · query[d]}, within the bound above.
     *
     * @param vector float32[dimension]
     * @param query float32[dimension]
     * @param dimension at least 1
     * @return the dot product
     */
    float f32Dot(long vector, long query, int dimension);

    /**
     * {@link #f32Dot} of one query and vectors that stand {@code pitch} bytes apart.
     *
     * @param vectors float32[count × dimension], one each {@code pitch} bytes
     * @param pitch bytes from one vector to the next
     * @param count number of vectors
     * @param query float32[dimension]
     * @param dimension at least 1
     * @param results out, float32[count]
     */
    default void f32DotBulk(long vectors, long pitch, int count, long query, int dimension, long results) {
        for (int i = 0; i < count; i++) {
            float result = f32Dot(vectors + i * pitch, query, dimension);
            OffHeap.everything().set(JAVA_FLOAT_UNALIGNED, results + 4L * i, result);
        }
    }

    /**
     * {@link #f32Dot} of one query and vectors at the listed addresses.
     *
     * @param addresses int64[count], addresses of float32[dimension]
     * @param count number of vectors
     * @param query float32[dimension]
     * @param dimension at least 1
     * @param results out, float32[count]
     */
    default void f32DotGather(long addresses, int count, long query, int dimension, long results) {
        for (int i = 0; i < count; i++) {
            long vector = OffHeap.everything().get(JAVA_LONG_UNALIGNED, addresses + 8L * i);
            OffHeap.everything().set(JAVA_FLOAT_UNALIGNED, results + 4L * i, f32Dot(vector, query, dimension));
        }
    }

    /**
     * {@code Σ_d (vector[d] − query[d])²}, within the bound above.
     *
     * @param vector float32[dimension]
     * @param query float32[dimension]
     * @param dimension at least 1
     * @return the squared Euclidean distance
     */
    float f32SquaredDistance(long vector, long query, int dimension);

    /**
     * {@link #f32SquaredDistance} of one query and vectors that stand {@code pitch} bytes apart.
     *
     * @param vectors float32[count × dimension], one each {@code pitch} bytes
     * @param pitch bytes from one vector to the next
     * @param count number of vectors
     * @param query float32[dimension]
     * @param dimension at least 1
     * @param results out, float32[count]
     */
    default void f32SquaredDistanceBulk(long vectors, long pitch, int count, long query, int dimension, long results) {
        for (int i = 0; i < count; i++) {
            float result = f32SquaredDistance(vectors + i * pitch, query, dimension);
            OffHeap.everything().set(JAVA_FLOAT_UNALIGNED, results + 4L * i, result);
        }
    }

    /**
     * {@link #f32SquaredDistance} of one query and vectors at the listed addresses.
     *
     * @param addresses int64[count], addresses of float32[dimension]
     * @param count number of vectors
     * @param query float32[dimension]
     * @param dimension at least 1
     * @param results out, float32[count]
     */
    default void f32SquaredDistanceGather(long addresses, int count, long query, int dimension, long results) {
        for (int i = 0; i < count; i++) {
            long vector = OffHeap.everything().get(JAVA_LONG_UNALIGNED, addresses + 8L * i);
            OffHeap.everything()
                    .set(JAVA_FLOAT_UNALIGNED, results + 4L * i, f32SquaredDistance(vector, query, dimension));
        }
    }

    /**
     * {@code Σ_d vector[d] · query[d]}, within the bound above.
     *
     * @param vector float16[dimension]
     * @param query float32[dimension]
     * @param dimension at least 1
     * @return the dot product
     */
    float f16Dot(long vector, long query, int dimension);

    /**
     * {@link #f16Dot} of one query and vectors that stand {@code pitch} bytes apart.
     *
     * @param vectors float16[count × dimension], one each {@code pitch} bytes
     * @param pitch bytes from one vector to the next
     * @param count number of vectors
     * @param query float32[dimension]
     * @param dimension at least 1
     * @param results out, float32[count]
     */
    default void f16DotBulk(long vectors, long pitch, int count, long query, int dimension, long results) {
        for (int i = 0; i < count; i++) {
            float result = f16Dot(vectors + i * pitch, query, dimension);
            OffHeap.everything().set(JAVA_FLOAT_UNALIGNED, results + 4L * i, result);
        }
    }

    /**
     * {@link #f16Dot} of one query and vectors at the listed addresses.
     *
     * @param addresses int64[count], addresses of float16[dimension]
     * @param count number of vectors
     * @param query float32[dimension]
     * @param dimension at least 1
     * @param results out, float32[count]
     */
    default void f16DotGather(long addresses, int count, long query, int dimension, long results) {
        for (int i = 0; i < count; i++) {
            long vector = OffHeap.everything().get(JAVA_LONG_UNALIGNED, addresses + 8L * i);
            OffHeap.everything().set(JAVA_FLOAT_UNALIGNED, results + 4L * i, f16Dot(vector, query, dimension));
        }
    }

    /**
     * {@code Σ_d (vector[d] − query[d])²}, within the bound above.
     *
     * @param vector float16[dimension]
     * @param query float32[dimension]
     * @param dimension at least 1
     * @return the squared Euclidean distance
     */
    float f16SquaredDistance(long vector, long query, int dimension);

    /**
     * {@link #f16SquaredDistance} of one query and vectors that stand {@code pitch} bytes apart.
     *
     * @param vectors float16[count × dimension], one each {@code pitch} bytes
     * @param pitch bytes from one vector to the next
     * @param count number of vectors
     * @param query float32[dimension]
     * @param dimension at least 1
     * @param results out, float32[count]
     */
    default void f16SquaredDistanceBulk(long vectors, long pitch, int count, long query, int dimension, long results) {
        for (int i = 0; i < count; i++) {
            float result = f16SquaredDistance(vectors + i * pitch, query, dimension);
            OffHeap.everything().set(JAVA_FLOAT_UNALIGNED, results + 4L * i, result);
        }
    }

    /**
     * {@link #f16SquaredDistance} of one query and vectors at the listed addresses.
     *
     * @param addresses int64[count], addresses of float16[dimension]
     * @param count number of vectors
     * @param query float32[dimension]
     * @param dimension at least 1
     * @param results out, float32[count]
     */
    default void f16SquaredDistanceGather(long addresses, int count, long query, int dimension, long results) {
        for (int i = 0; i < count; i++) {
            long vector = OffHeap.everything().get(JAVA_LONG_UNALIGNED, addresses + 8L * i);
            OffHeap.everything()
                    .set(JAVA_FLOAT_UNALIGNED, results + 4L * i, f16SquaredDistance(vector, query, dimension));
        }
    }

    /**
     * {@code Σ_d vector[d]²}, within the bound above.
     *
     * @param vector float32[dimension]
     * @param dimension at least 1
     * @return the squared Euclidean norm
     */
    float f32SquaredNorm(long vector, int dimension);

    /**
     * {@link #f32SquaredNorm} of vectors that stand {@code pitch} bytes apart.
     *
     * @param vectors float32[count × dimension], one each {@code pitch} bytes
     * @param pitch bytes from one vector to the next
     * @param count number of vectors
     * @param dimension at least 1
     * @param results out, float32[count]
     */
    default void f32SquaredNormBulk(long vectors, long pitch, int count, int dimension, long results) {
        for (int i = 0; i < count; i++) {
            float result = f32SquaredNorm(vectors + i * pitch, dimension);
            OffHeap.everything().set(JAVA_FLOAT_UNALIGNED, results + 4L * i, result);
        }
    }

    /**
     * {@link #f32SquaredNorm} of vectors at the listed addresses.
     *
     * @param addresses int64[count], addresses of float32[dimension]
     * @param count number of vectors
     * @param dimension at least 1
     * @param results out, float32[count]
     */
    default void f32SquaredNormGather(long addresses, int count, int dimension, long results) {
        for (int i = 0; i < count; i++) {
            long vector = OffHeap.everything().get(JAVA_LONG_UNALIGNED, addresses + 8L * i);
            OffHeap.everything().set(JAVA_FLOAT_UNALIGNED, results + 4L * i, f32SquaredNorm(vector, dimension));
        }
    }

    /**
     * Quantises a vector symmetrically to signed codes.
     *
     * <p>With {@code maxAbs = max |vector[d]|}: {@code codes[d] = clamp(rint(vector[d] · (127 / maxAbs)), −127, 127)}
     * and {@code scale = maxAbs / 127}, all in float32, {@code rint} to the nearest, ties to even. A {@code maxAbs}
     * below 2^-100 gives codes of zero and the scale 0.
     *
     * @param vector float32[dimension]
     * @param dimension at least 1
     * @param codes out, s8[dimension], −127..127
     * @return the scale: {@code vector[d] ≈ scale · codes[d]}
     */
    float int8QuantizeQuery(long vector, int dimension, long codes);

    /**
     * {@link #int8QuantizeQuery} of vectors that stand {@code pitch} bytes apart.
     *
     * @param vectors float32[count × dimension], one each {@code pitch} bytes
     * @param pitch bytes from one vector to the next
     * @param count number of vectors
     * @param dimension at least 1
     * @param codes out, s8[count × dimension], one each {@code codePitch} bytes
     * @param codePitch bytes from one code to the next
     * @param scales out, float32[count]
     */
    default void int8QuantizeQueryBulk(
            long vectors, long pitch, int count, int dimension, long codes, long codePitch, long scales) {
        for (int i = 0; i < count; i++) {
            float scale = int8QuantizeQuery(vectors + i * pitch, dimension, codes + i * codePitch);
            OffHeap.everything().set(JAVA_FLOAT_UNALIGNED, scales + 4L * i, scale);
        }
    }

    /**
     * {@link #int8QuantizeQuery} of vectors at the listed addresses.
     *
     * @param addresses int64[count], addresses of float32[dimension]
     * @param count number of vectors
     * @param dimension at least 1
     * @param codeAddresses int64[count], where the codes go: addresses of s8[dimension]
     * @param scales out, float32[count]
     */
    default void int8QuantizeQueryGather(long addresses, int count, int dimension, long codeAddresses, long scales) {
        for (int i = 0; i < count; i++) {
            long vector = OffHeap.everything().get(JAVA_LONG_UNALIGNED, addresses + 8L * i);
            long code = OffHeap.everything().get(JAVA_LONG_UNALIGNED, codeAddresses + 8L * i);
            OffHeap.everything().set(JAVA_FLOAT_UNALIGNED, scales + 4L * i, int8QuantizeQuery(vector, dimension, code));
        }
    }

    /**
     * Quantises a vector as {@link #int8QuantizeQuery} does, to biased codes.
     *
     * @param vector float32[dimension]
     * @param dimension at least 1
     * @param codes out, u8[dimension], 1..255: the signed code plus 128
     * @return the scale: {@code vector[d] ≈ scale · (codes[d] − 128)}
     */
    float int8QuantizeDocument(long vector, int dimension, long codes);

    /**
     * {@link #int8QuantizeDocument} of vectors that stand {@code pitch} bytes apart.
     *
     * @param vectors float32[count × dimension], one each {@code pitch} bytes
     * @param pitch bytes from one vector to the next
     * @param count number of vectors
     * @param dimension at least 1
     * @param codes out, u8[count × dimension], one each {@code codePitch} bytes
     * @param codePitch bytes from one code to the next
     * @param scales out, float32[count]
     */
    default void int8QuantizeDocumentBulk(
            long vectors, long pitch, int count, int dimension, long codes, long codePitch, long scales) {
        for (int i = 0; i < count; i++) {
            float scale = int8QuantizeDocument(vectors + i * pitch, dimension, codes + i * codePitch);
            OffHeap.everything().set(JAVA_FLOAT_UNALIGNED, scales + 4L * i, scale);
        }
    }

    /**
     * {@link #int8QuantizeDocument} of vectors at the listed addresses.
     *
     * @param addresses int64[count], addresses of float32[dimension]
     * @param count number of vectors
     * @param dimension at least 1
     * @param codeAddresses int64[count], where the codes go: addresses of u8[dimension]
     * @param scales out, float32[count]
     */
    default void int8QuantizeDocumentGather(long addresses, int count, int dimension, long codeAddresses, long scales) {
        for (int i = 0; i < count; i++) {
            long vector = OffHeap.everything().get(JAVA_LONG_UNALIGNED, addresses + 8L * i);
            long code = OffHeap.everything().get(JAVA_LONG_UNALIGNED, codeAddresses + 8L * i);
            OffHeap.everything()
                    .set(JAVA_FLOAT_UNALIGNED, scales + 4L * i, int8QuantizeDocument(vector, dimension, code));
        }
    }

    /**
     * Makes a query of a document: takes the bias out of its codes.
     *
     * @param code u8[dimension]
     * @param dimension 1..65536
     * @param query out, s8[dimension]: {@code code[d] − 128}
     * @return the sum of the signed codes
     */
    int int8Unbias(long code, int dimension, long query);

    /**
     * Rounds float32 to float16, to the nearest, ties to even; what is too large becomes infinite.
     *
     * @param vector float32[dimension]
     * @param dimension at least 1
     * @param half out, float16[dimension]
     */
    void f32ToF16(long vector, int dimension, long half);

    /**
     * Widens float16 to float32, exactly.
     *
     * @param half float16[dimension]
     * @param dimension at least 1
     * @param vector out, float32[dimension]
     */
    void f16ToF32(long half, int dimension, long vector);
}
