// SPDX-License-Identifier: Apache-2.0
package dev.simonides.quantization;

import static dev.simonides.quantization.CodeLayout.BIAS;
import static dev.simonides.quantization.CodeLayout.CODE_MAX;
import static dev.simonides.quantization.CodeLayout.FACTOR0_OFFSET;
import static dev.simonides.quantization.CodeLayout.FACTOR1_OFFSET;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.simonides.simd.Int8QueryLayout;
import dev.simonides.simd.Kernels;
import dev.simonides.simd.OffHeap;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/**
 * The form in which the vectors of one store are kept: writes codes and originals, prepares queries, scores.
 *
 * <p>Immutable; any thread. All memory is the caller's, given as raw addresses: nothing here checks that enough of it is
 * there. {@link #encode}, {@link #encodeQuery}, {@link #queryFromCode}, {@link #scoreCode} and {@link #rescore} do not
 * allocate.
 *
 * <p><b>Quantisation.</b> A vector is <em>prepared</em> first: under cosine it is divided by its norm (in float64, then
 * rounded to float32), otherwise it is left as it is. With {@code maxAbs} the largest magnitude in the prepared vector
 * {@code x} and {@code scale = maxAbs/127}, the signed codes are {@code c = rint(x/scale)}, −127..127, in float32
 * arithmetic that is the same on every machine. The stored point is {@code x̂ = factor0·c}, where {@code factor0} is
 * {@code scale}, under cosine {@code 1/‖c‖}, so that scores are true cosines between stored points.
 *
 * <p><b>Error bounds</b>, for every accepted vector {@code x} and query {@code q} of {@code dim} components:
 *
 * <ul>
 *   <li>a component: {@code |x − scale·c| ≤ scale·(1/2 + 2^-15) + 2^-100}, as a vector with {@code maxAbs < 2^-100} is
 *       stored as 0
 *   <li>a vector: {@code ‖x − x̂‖ ≤ e(x)} with {@code e(x) = √dim·(scale·(1/2 + 2^-15) + 2^-100)}, under cosine 1.01
 *       times that
 *   <li>cosine: {@code |cos(x,q) − score| ≤ e(x) + e(q) + 2^-21}
 *   <li>dot: {@code |⟨x,q⟩ − score| ≤ e(x)·‖q‖ + ‖x‖·e(q) + e(x)·e(q) + 2^-22·‖x̂‖·‖q̂‖ + 2^-140}
 *   <li>Euclidean: {@code |‖x−q‖² + score| ≤ E·(2·‖x−q‖ + E) + 2^-21·(‖x̂‖+‖q̂‖)² + 2^-140} with {@code E = e(x)+e(q)}
 * </ul>
 *
 * <p>{@link #rescore} has none of these errors but the rounding of {@link OriginalFormat} and of float32 sums. A cosine
 * score may pass 1 by the roundings named here: {@code 2^-21}, rescored from F16 {@code 2^-10}. {@link #distance} does
 * not turn that into a negative distance.
 */
public final class VectorCodec {
    /** Largest number of components. */
    public static final int DIMENSION_MAX = 4096;
    /** Largest magnitude of a component that {@link OriginalFormat#F16} holds. */
    public static final float F16_MAX = 65504f;
    /** Largest norm of a vector or query under dot and Euclidean similarity, 2^62: no score can then overflow. */
    public static final double NORM_MAX = 0x1p62;

    private static final MemorySegment MEMORY = OffHeap.everything();
    private static final ValueLayout.OfByte S8 = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfShort F16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);

    private final int dimension;
    private final Similarity similarity;
    private final OriginalFormat originals;
    private final Kernels kernels;
    private final int factorsOffset;

    private VectorCodec(int dimension, Similarity similarity, OriginalFormat originals, Kernels kernels) {
        this.dimension = dimension;
        this.similarity = similarity;
        this.originals = originals;
        this.kernels = kernels;
        this.factorsOffset = CodeLayout.factorsOffset(dimension);
    }

    /**
     * The codec of a store.
     *
     * @param dimension components of every vector and query, 1..4096
     * @param similarity how closeness is measured
     * @param originals what is kept beside the codes
     * @param kernels what computes; every tier writes the same codes and gives the same code scores, bit for bit
     * @return the codec
     * @throws IllegalArgumentException if the dimension is out of range
     */
    public static VectorCodec of(int dimension, Similarity similarity, OriginalFormat originals, Kernels kernels) {
        if (dimension < 1 || dimension > DIMENSION_MAX) {
            throw new IllegalArgumentException("dimension: expected=1.." + DIMENSION_MAX + ", actual=" + dimension);
        }
        return new VectorCodec(dimension, similarity, originals, kernels);
    }

    /**
     * Components of every vector.
     *
     * @return 1..4096
     */
    public int dimension() {
        return dimension;
    }

    /**
     * How closeness is measured.
     *
     * @return the similarity of the store
     */
    public Similarity similarity() {
        return similarity;
    }

    /**
     * What is kept beside the codes.
     *
     * @return the format of the originals
     */
    public OriginalFormat originals() {
        return originals;
    }

    /**
     * Size of a code record, see {@link CodeLayout}.
     *
     * @return bytes: the dimension rounded up to 4, and 8
     */
    public int codeBytes() {
        return CodeLayout.bytes(dimension);
    }

    /**
     * Distance between code records in a page.
     *
     * @return {@link #codeBytes} rounded up to 64
     */
    public int codePitch() {
        return CodeLayout.pitch(dimension);
    }

    /**
     * Size of an original.
     *
     * @return bytes; 0 if none are kept
     */
    public int originalBytes() {
        return dimension * originals.bytesPerComponent();
    }

    /**
     * Size of a query block, see {@link Int8QueryLayout}.
     *
     * @return bytes, a multiple of 64
     */
    public int queryBytes() {
        return Int8QueryLayout.bytes(dimension);
    }

    /**
     * Size of a prepared vector or query, {@code float32[dimension]}, with the work space that encoding needs behind it.
     *
     * @return bytes
     */
    public int exactQueryBytes() {
        return preparedBytes() + dimension;
    }

    /**
     * Checks that a vector can be stored; {@link #encode} does so too.
     *
     * @param vector the vector as the caller gave it
     * @throws IllegalArgumentException naming what was expected and what was found, if the number of components is not
     *     {@link #dimension}; a component is NaN or infinite; all are zero under cosine; the norm is above
     *     {@link #NORM_MAX} under dot or Euclidean; a component is above {@link #F16_MAX} in magnitude under dot or
     *     Euclidean with F16 originals
     */
    public void check(float[] vector) {
        checkDocument(vector);
    }

    /**
     * Checks that a vector can be searched for; {@link #encodeQuery} does so too.
     *
     * @param vector the query as the caller gave it
     * @throws IllegalArgumentException as {@link #check}, but for the limit of F16: queries are kept as float32
     */
    public void checkQuery(float[] vector) {
        checkedSquaredNorm(vector);
    }

    /**
     * Writes the code record and the original of a vector; nothing is written if the vector is refused.
     *
     * @param vector float32[dimension], refused as {@link #check} says
     * @param scratch address of {@link #exactQueryBytes} bytes of work memory
     * @param code address of {@link #codeBytes} bytes, out
     * @param original address of {@link #originalBytes} bytes, out; not used, and may be 0, if no originals are kept
     * @throws IllegalArgumentException if the vector is refused
     */
    public void encode(float[] vector, long scratch, long code, long original) {
        prepare(vector, checkDocument(vector), scratch);
        float scale = kernels.int8QuantizeDocument(scratch, dimension, code);
        switch (originals) {
            case NONE -> {}
            case F16 -> kernels.f32ToF16(scratch, dimension, original);
            case F32 -> MemorySegment.copy(MEMORY, scratch, MEMORY, original, preparedBytes());
        }
        // From here on the prepared vector is no longer needed, and its place serves for the signed codes.
        kernels.int8Unbias(code, dimension, scratch);
        int squaredNorm = kernels.int8Dot(code, scratch, dimension);
        for (int i = dimension; i < factorsOffset; i++) {
            MEMORY.set(S8, code + i, (byte) 0);
        }
        float factor0 = factor0(scale, squaredNorm);
        MEMORY.set(F32, code + factorsOffset + FACTOR0_OFFSET, factor0);
        MEMORY.set(F32, code + factorsOffset + FACTOR1_OFFSET, factor1(factor0, squaredNorm));
    }

    /**
     * Prepares a query, for {@link #scoreCode} and the scoring kernels, and for {@link #rescore}; nothing is written if it
     * is refused.
     *
     * @param vector float32[dimension], refused as {@link #checkQuery} says
     * @param exactQuery address of {@link #exactQueryBytes} bytes, out: the prepared query, then work space
     * @param query address of {@link #queryBytes} bytes, out: the query block
     * @throws IllegalArgumentException if the vector is refused
     */
    public void encodeQuery(float[] vector, long exactQuery, long query) {
        prepare(vector, checkedSquaredNorm(vector), exactQuery);
        long codes = query + Int8QueryLayout.HEADER_BYTES;
        // Through the document's form, because the norm of a code is its dot product with itself in the other form.
        long documentCodes = exactQuery + preparedBytes();
        float scale = kernels.int8QuantizeDocument(exactQuery, dimension, documentCodes);
        int sum = kernels.int8Unbias(documentCodes, dimension, codes);
        int squaredNorm = kernels.int8Dot(documentCodes, codes, dimension);
        float factor0 = factor0(scale, squaredNorm);
        writeQueryHeader(query, sum, factor0, factor1(factor0, squaredNorm));
    }

    /**
     * Makes a stored vector the query, as linking a graph needs it: the block {@link #encodeQuery} made of its vector.
     *
     * @param code address of a code record
     * @param query address of {@link #queryBytes} bytes, out: the query block
     */
    public void queryFromCode(long code, long query) {
        int sum = kernels.int8Unbias(code, dimension, query + Int8QueryLayout.HEADER_BYTES);
        float factor0 = MEMORY.get(F32, code + factorsOffset + FACTOR0_OFFSET);
        float factor1 = MEMORY.get(F32, code + factorsOffset + FACTOR1_OFFSET);
        writeQueryHeader(query, sum, factor0, factor1);
    }

    /**
     * Scores one stored code, with the same bits as the bulk and gather kernels.
     *
     * @param code address of a code record
     * @param query address of a query block
     * @return larger is closer, see {@link Similarity}
     */
    public float scoreCode(long code, long query) {
        int dot = kernels.int8Dot(code, query + Int8QueryLayout.HEADER_BYTES, dimension);
        float factor0 = MEMORY.get(F32, code + factorsOffset + FACTOR0_OFFSET);
        float factor1 = MEMORY.get(F32, code + factorsOffset + FACTOR1_OFFSET);
        float scaled = (float) dot * factor0;
        scaled = scaled * MEMORY.get(F32, query + Int8QueryLayout.SCORE_SCALE_OFFSET);
        float norm = factor1 * MEMORY.get(F32, query + Int8QueryLayout.NORM_WEIGHT_OFFSET);
        return (scaled + norm) + MEMORY.get(F32, query + Int8QueryLayout.SCORE_OFFSET_OFFSET);
    }

    /**
     * Scores originals, on the same scale as code scores but without the error of the codes.
     *
     * @param addresses address of int64[count]: where the originals lie
     * @param count number of originals, 0 or more
     * @param exactQuery address of the prepared query
     * @param scores address of float32[count], out: larger is closer, see {@link Similarity}
     * @throws IllegalStateException if no originals are kept
     */
    public void rescore(long addresses, int count, long exactQuery, long scores) {
        requireOriginals();
        boolean half = originals == OriginalFormat.F16;
        if (similarity != Similarity.EUCLIDEAN) {
            if (half) {
                kernels.f16DotGather(addresses, count, exactQuery, dimension, scores);
            } else {
                kernels.f32DotGather(addresses, count, exactQuery, dimension, scores);
            }
            return;
        }
        if (half) {
            kernels.f16SquaredDistanceGather(addresses, count, exactQuery, dimension, scores);
        } else {
            kernels.f32SquaredDistanceGather(addresses, count, exactQuery, dimension, scores);
        }
        for (long score = scores, end = scores + (long) count * Float.BYTES; score < end; score += Float.BYTES) {
            MEMORY.set(F32, score, 0f - MEMORY.get(F32, score));
        }
    }

    /**
     * The distance that a score stands for; a larger score never has the larger distance.
     *
     * @param score of {@link #scoreCode}, {@link #rescore} or a scoring kernel
     * @return under cosine {@code 1 − score} and under Euclidean {@code √−score}, both at least 0; under dot
     *     {@code −score}
     */
    public float distance(float score) {
        return switch (similarity) {
            case COSINE -> Math.max(0f, 1f - score);
            case DOT -> 0f - score;
            case EUCLIDEAN -> (float) Math.sqrt(Math.max(0f, 0f - score));
        };
    }

    /**
     * The stored point, {@code factor0 · signed code}; under cosine a unit vector.
     *
     * @param code address of a code record
     * @param out float32[dimension]
     * @throws IllegalArgumentException if {@code out} has another length
     */
    public void decode(long code, float[] out) {
        requireDimension(out);
        float factor0 = MEMORY.get(F32, code + factorsOffset + FACTOR0_OFFSET);
        for (int i = 0; i < dimension; i++) {
            out[i] = signedCode(code, i) * factor0;
        }
    }

    /**
     * The original as it was kept; under cosine a unit vector.
     *
     * @param original address of an original
     * @param out float32[dimension]
     * @throws IllegalArgumentException if {@code out} has another length
     * @throws IllegalStateException if no originals are kept
     */
    public void decodeOriginal(long original, float[] out) {
        requireDimension(out);
        requireOriginals();
        if (originals == OriginalFormat.F32) {
            MemorySegment.copy(MEMORY, F32, original, out, 0, dimension);
            return;
        }
        for (int i = 0; i < dimension; i++) {
            out[i] = Float.float16ToFloat(MEMORY.get(F16, original + (long) i * Short.BYTES));
        }
    }

    /**
     * What makes a code record invalid by the list in {@link CodeLayout}, for checking what was read from a medium.
     *
     * @param code address of a code record
     * @return one line that names the field, what was expected and what was found; empty if the record is valid
     */
    public Optional<String> defect(long code) {
        int squaredNorm = 0;
        for (int i = 0; i < dimension; i++) {
            int signed = signedCode(code, i);
            if (signed < -CODE_MAX) {
                return Optional.of("code byte " + i + ": expected=1..255, actual=0");
            }
            squaredNorm += signed * signed;
        }
        for (int i = dimension; i < factorsOffset; i++) {
            if (MEMORY.get(S8, code + i) != 0) {
                return Optional.of("padding byte " + i + ": expected=0, actual=" + (MEMORY.get(S8, code + i) & 0xFF));
            }
        }
        float factor0 = MEMORY.get(F32, code + factorsOffset + FACTOR0_OFFSET);
        float factor1 = MEMORY.get(F32, code + factorsOffset + FACTOR1_OFFSET);
        if (similarity == Similarity.COSINE && (squaredNorm == 0 || factor0 != factor0(0f, squaredNorm))) {
            return Optional.of("factor0: expected=1/√" + squaredNorm + ", actual=" + factor0);
        }
        if (!(factor0 >= 0f && factor0 < Float.POSITIVE_INFINITY) || (factor0 == 0f && squaredNorm != 0)) {
            return Optional.of("factor0: expected a finite scale above 0 for codes that are not 0, actual=" + factor0);
        }
        float expected = factor1(factor0, squaredNorm);
        if (factor1 != expected || factor1 == Float.POSITIVE_INFINITY) {
            return Optional.of("factor1: expected=" + expected + " and finite, actual=" + factor1);
        }
        return Optional.empty();
    }

    private int preparedBytes() {
        return dimension * Float.BYTES;
    }

    private static int signedCode(long code, int i) {
        return (MEMORY.get(S8, code + i) & 0xFF) - BIAS;
    }

    private float factor0(float scale, int squaredCodeNorm) {
        return similarity == Similarity.COSINE ? (float) (1.0 / Math.sqrt(squaredCodeNorm)) : scale;
    }

    private static float factor1(float factor0, int squaredCodeNorm) {
        return (float) ((double) factor0 * factor0 * squaredCodeNorm);
    }

    private void writeQueryHeader(long query, int sum, float factor0, float factor1) {
        boolean euclidean = similarity == Similarity.EUCLIDEAN;
        MEMORY.set(I32, query + Int8QueryLayout.DIMENSION_OFFSET, dimension);
        MEMORY.set(I32, query + Int8QueryLayout.FACTORS_OFFSET_OFFSET, factorsOffset);
        MEMORY.set(I32, query + Int8QueryLayout.BIAS_CORRECTION_OFFSET, BIAS * sum);
        MEMORY.set(I32, query + Int8QueryLayout.RESERVED_OFFSET, 0);
        MEMORY.set(F32, query + Int8QueryLayout.SCORE_SCALE_OFFSET, euclidean ? 2f * factor0 : factor0);
        MEMORY.set(F32, query + Int8QueryLayout.NORM_WEIGHT_OFFSET, euclidean ? -1f : 0f);
        MEMORY.set(F32, query + Int8QueryLayout.SCORE_OFFSET_OFFSET, euclidean ? 0f - factor1 : 0f);
        MEMORY.set(I32, query + Int8QueryLayout.CODE_SUM_OFFSET, sum);
        zero(query + Int8QueryLayout.CODE_SUM_OFFSET + Integer.BYTES, query + Int8QueryLayout.HEADER_BYTES);
        zero(query + Int8QueryLayout.HEADER_BYTES + dimension, query + queryBytes());
    }

    private static void zero(long from, long to) {
        for (long address = from; address < to; address++) {
            MEMORY.set(S8, address, (byte) 0);
        }
    }

    private void prepare(float[] vector, double squaredNorm, long out) {
        if (similarity != Similarity.COSINE) {
            MemorySegment.copy(vector, 0, MEMORY, F32, out, dimension);
            return;
        }
        double inverse = 1.0 / Math.sqrt(squaredNorm);
        for (int i = 0; i < vector.length; i++) {
            MEMORY.set(F32, out + (long) i * Float.BYTES, (float) (vector[i] * inverse));
        }
    }

    private double checkDocument(float[] vector) {
        double squaredNorm = checkedSquaredNorm(vector);
        boolean bounded = originals == OriginalFormat.F16 && similarity != Similarity.COSINE;
        if (bounded && squaredNorm > (double) F16_MAX * F16_MAX) {
            for (int i = 0; i < dimension; i++) {
                if (Math.abs(vector[i]) > F16_MAX) {
                    throw new IllegalArgumentException(
                            "component " + i + ": expected=-65504..65504, which F16 originals"
                                    + " can hold (F32 originals hold more), actual=" + vector[i]);
                }
            }
        }
        return squaredNorm;
    }

    private double checkedSquaredNorm(float[] vector) {
        requireDimension(vector);
        double squaredNorm = squaredNorm(vector);
        // Squares of float32 neither overflow nor vanish in float64, so the sum alone tells whether all is well.
        if (!(squaredNorm < Double.POSITIVE_INFINITY)) {
            throw notFinite(vector);
        }
        if (similarity == Similarity.COSINE) {
            if (squaredNorm == 0) {
                throw new IllegalArgumentException("vector: expected a direction, which cosine similarity compares,"
                        + " actual=all " + dimension + " components are zero");
            }
        } else if (squaredNorm > NORM_MAX * NORM_MAX) {
            throw new IllegalArgumentException("norm: expected=0.." + NORM_MAX + " (2^62), so that no score overflows,"
                    + " actual=" + Math.sqrt(squaredNorm));
        }
        return squaredNorm;
    }

    private static double squaredNorm(float[] vector) {
        // Four sums, because one would wait for its own addition at every component.
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int i = 0;
        for (; i + 3 < vector.length; i += 4) {
            a += (double) vector[i] * vector[i];
            b += (double) vector[i + 1] * vector[i + 1];
            c += (double) vector[i + 2] * vector[i + 2];
            d += (double) vector[i + 3] * vector[i + 3];
        }
        for (; i < vector.length; i++) {
            a += (double) vector[i] * vector[i];
        }
        return (a + b) + (c + d);
    }

    private static IllegalArgumentException notFinite(float[] vector) {
        int i = 0;
        while (Float.isFinite(vector[i])) {
            i++;
        }
        return new IllegalArgumentException("component " + i + ": expected a finite number, actual=" + vector[i]);
    }

    private void requireDimension(float[] vector) {
        if (vector.length != dimension) {
            throw new IllegalArgumentException("dimension: expected=" + dimension + ", actual=" + vector.length);
        }
    }

    private void requireOriginals() {
        if (originals == OriginalFormat.NONE) {
            throw new IllegalStateException("originals: expected=F16 or F32, actual=NONE");
        }
    }
}
