// SPDX-License-Identifier: Apache-2.0
package dev.simonides.quantization;

/**
 * Layout of a code record: the INT8 codes of a vector and its two factors. Little-endian, in memory and in the log.
 *
 * <pre>
 * 0                          dimension   F                F+4              F+8
 * +--------------------------+-----------+----------------+----------------+
 * | codes u8[dimension]      | zeros 0-3 | factor0 f32    | factor1 f32    |      F = factorsOffset(dimension)
 * +--------------------------+-----------+----------------+----------------+
 * </pre>
 *
 * <p>A code byte is the signed code plus {@link #BIAS} (its sign bit flipped), so that the processor's unsigned × signed
 * multiply-add takes it as it lies. The stored point is {@code factor0 · signed code}, and {@code factor1} is its squared
 * norm. The factors stand behind the codes because they then share the burst of cache lines that fetches the codes: a
 * norm in an array of its own costs a cache miss for each vector scored.
 *
 * <p><em>A code record is valid if and only if</em> (1) every code byte is 1..255, its signed code −127..127; (2) the
 * bytes from the codes to the factors are zero; (3) factor0 is finite and at least 0, is 0 only if all signed codes are
 * 0, and under cosine is {@code float32(1/√n)}, where {@code n}, at least 1, is the sum of the squared signed codes;
 * (4) factor1 is {@code float32(factor0² · n)}, the product taken in float64, and finite.
 */
public final class CodeLayout {
    /** u8[dimension]: the biased codes. */
    public static final int CODES_OFFSET = 0;
    /** What is added to a signed code to store it. */
    public static final int BIAS = 128;
    /** Signed codes are −127..127; −128 is never written. */
    public static final int CODE_MAX = 127;
    /** The factors begin at a multiple of this many bytes. */
    public static final int FACTORS_ALIGNMENT_BYTES = 4;
    /** f32, from {@link #factorsOffset}: what a signed code is multiplied with. */
    public static final int FACTOR0_OFFSET = 0;
    /** f32, from {@link #factorsOffset}: squared norm of the stored point. */
    public static final int FACTOR1_OFFSET = 4;
    /** Bytes of both factors. */
    public static final int FACTORS_BYTES = 8;
    /** Records in a page stand at multiples of this many bytes: a cache line. */
    public static final int PITCH_ALIGNMENT_BYTES = 64;

    private CodeLayout() {}

    /**
     * Where the factors stand in a record.
     *
     * @param dimension number of codes, at least 1
     * @return bytes from the start of the record, a multiple of 4
     */
    public static int factorsOffset(int dimension) {
        return (dimension + FACTORS_ALIGNMENT_BYTES - 1) & -FACTORS_ALIGNMENT_BYTES;
    }

    /**
     * Size of a record.
     *
     * @param dimension number of codes, at least 1
     * @return bytes
     */
    public static int bytes(int dimension) {
        return factorsOffset(dimension) + FACTORS_BYTES;
    }

    /**
     * Distance of one record from the next where records lie in pages.
     *
     * @param dimension number of codes, at least 1
     * @return bytes, a multiple of 64
     */
    public static int pitch(int dimension) {
        return (bytes(dimension) + PITCH_ALIGNMENT_BYTES - 1) & -PITCH_ALIGNMENT_BYTES;
    }
}
