// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

/**
 * Layout of a query for 1-bit codes in native memory: the header of {@link Int8QueryLayout}, then four bit planes.
 * Little-endian.
 *
 * <pre>
 * 0            4               8          12         16          20          24           28     64        64 + C/8
 * +------------+---------------+----------+----------+-----------+-----------+------------+------+---------+-----
 * | components | factorsOffset | levelSum | reserved |scoreScale |normWeight |scoreOffset | zero | plane 0 | ...
 * | i32        | i32           | i32      | i32      |f32        |f32        |f32         |      | C/8     |
 * +------------+---------------+----------+----------+-----------+-----------+------------+------+---------+-----
 * </pre>
 *
 * {@code C} is the number of components, a multiple of 64. {@code reserved} is zero.
 */
public final class BitQueryLayout { // tidy: format, in memory only
    /** i32: rotated components, a multiple of 64. */
    public static final int COMPONENTS_OFFSET = Int8QueryLayout.DIMENSION_OFFSET;
    /** i32: where a document's two float32 factors stand, in bytes from the start of its code. */
    public static final int FACTORS_OFFSET_OFFSET = Int8QueryLayout.FACTORS_OFFSET_OFFSET;
    /** i32: sum of the query's levels. */
    public static final int LEVEL_SUM_OFFSET = Int8QueryLayout.BIAS_CORRECTION_OFFSET;
    /** f32: multiplies the dot product once it has been multiplied with the document's factor 0. */
    public static final int SCORE_SCALE_OFFSET = Int8QueryLayout.SCORE_SCALE_OFFSET;
    /** f32: multiplies the document's factor 1. */
    public static final int NORM_WEIGHT_OFFSET = Int8QueryLayout.NORM_WEIGHT_OFFSET;
    /** f32: is added last. */
    public static final int SCORE_OFFSET_OFFSET = Int8QueryLayout.SCORE_OFFSET_OFFSET;
    /** Bytes before the planes. */
    public static final int HEADER_BYTES = Int8QueryLayout.HEADER_BYTES;
    /** Bits of a level. */
    public static final int PLANES = 4;
    /** Levels are −7..7. */
    public static final int LEVEL_MAX = 7;

    private BitQueryLayout() {}

    /**
     * Bytes of a query block: the header and the planes.
     *
     * @param components a multiple of 64
     * @return a multiple of 32
     */
    public static int bytes(int components) {
        return HEADER_BYTES + PLANES * components / Byte.SIZE;
    }
}
