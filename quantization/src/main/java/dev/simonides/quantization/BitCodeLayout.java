// SPDX-License-Identifier: Apache-2.0
package dev.simonides.quantization;

/**
 * Layout of a 1-bit code: the signs of the rotated components of a vector and two factors. Little-endian.
 *
 * <pre>
 * 0                          F                F+4              F+8
 * +--------------------------+----------------+----------------+
 * | bits, F bytes            | factor0 f32    | factor1 f32    |      F = factorsOffset(dimension)
 * +--------------------------+----------------+----------------+
 * </pre>
 *
 * <p>Bit {@code i}, counted from the lowest of the first byte, is 1 where rotated component {@code i} is 0 or more. At 384
 * dimensions a code is 56 bytes and one cache line, at 768 it is 104 bytes and two. What the factors are, {@link BitCodec}
 * says.
 */
public final class BitCodeLayout { // tidy: format, in memory only
    /** The bits. */
    public static final int BITS_OFFSET = 0;
    /** Rotated components are this many or a multiple: a word of bits. */
    public static final int COMPONENTS_ALIGNMENT = 64;
    /** f32, from {@link #factorsOffset}: what the product of signs and levels is multiplied with. */
    public static final int FACTOR0_OFFSET = 0;
    /** f32, from {@link #factorsOffset}: squared norm of the stored point. */
    public static final int FACTOR1_OFFSET = 4;
    /** Bytes of both factors. */
    public static final int FACTORS_BYTES = 8;
    /** Codes stand at multiples of this many bytes: a cache line. */
    public static final int PITCH_ALIGNMENT_BYTES = 64;

    private BitCodeLayout() {}

    /**
     * Rotated components of a vector.
     *
     * @param dimension components of the vector, at least 1
     * @return the dimension rounded up to 64
     */
    public static int components(int dimension) {
        return (dimension + COMPONENTS_ALIGNMENT - 1) & -COMPONENTS_ALIGNMENT;
    }

    /**
     * Where the factors stand in a code.
     *
     * @param dimension components of the vector, at least 1
     * @return bytes from the start of the code, a multiple of 8
     */
    public static int factorsOffset(int dimension) {
        return components(dimension) / Byte.SIZE;
    }

    /**
     * Size of a code.
     *
     * @param dimension components of the vector, at least 1
     * @return bytes
     */
    public static int bytes(int dimension) {
        return factorsOffset(dimension) + FACTORS_BYTES;
    }

    /**
     * Distance of one code from the next.
     *
     * @param dimension components of the vector, at least 1
     * @return bytes, a multiple of 64
     */
    public static int pitch(int dimension) {
        return (bytes(dimension) + PITCH_ALIGNMENT_BYTES - 1) & -PITCH_ALIGNMENT_BYTES;
    }
}
