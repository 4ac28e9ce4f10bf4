// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

/**
 * Layout of an encoded INT8 query in native memory: a 64-byte header, then the signed codes. Little-endian.
 *
 * <pre>
 * 0          4               8               12         16          20          24           28       32     64
 * +----------+---------------+---------------+----------+-----------+-----------+------------+--------+------+-----
 * |dimension | factorsOffset |biasCorrection | reserved |scoreScale |normWeight |scoreOffset |codeSum |zero  |codes
 * |i32       | i32           |i32            | i32      |f32        |f32        |f32         |i32     |      |s8[]
 * +----------+---------------+---------------+----------+-----------+-----------+------------+--------+------+-----
 * </pre>
 *
 * The codes are padded with zeros to a multiple of 64 bytes, so that a kernel may read whole 64-byte blocks of a query.
 */
public final class Int8QueryLayout { // tidy: format, in memory only
    /** i32: number of codes, at least 1. */
    public static final int DIMENSION_OFFSET = 0;
    /** i32: where a document's two float32 factors stand, in bytes from the start of its code. */
    public static final int FACTORS_OFFSET_OFFSET = 4;
    /** i32: 128 times the sum of the query's codes; what the bias of the document codes adds to a dot product. */
    public static final int BIAS_CORRECTION_OFFSET = 8;
    /** i32: zero. */
    public static final int RESERVED_OFFSET = 12;
    /** f32: multiplies the dot product once it has been multiplied with the document's factor 0. */
    public static final int SCORE_SCALE_OFFSET = 16;
    /** f32: multiplies the document's factor 1. */
    public static final int NORM_WEIGHT_OFFSET = 20;
    /** f32: is added last. */
    public static final int SCORE_OFFSET_OFFSET = 24;
    /** i32: sum of the query's codes. */
    public static final int CODE_SUM_OFFSET = 28;
    /** Bytes before the codes. */
    public static final int HEADER_BYTES = 64;
    /** The codes are padded with zeros to a multiple of this many bytes. */
    public static final int CODES_ALIGNMENT_BYTES = 64;

    private Int8QueryLayout() {}

    /**
     * Bytes of a query block: the header and the padded codes.
     *
     * @param dimension number of codes, at least 1
     * @return a multiple of 64
     */
    public static int bytes(int dimension) {
        return HEADER_BYTES + (dimension + CODES_ALIGNMENT_BYTES - 1) / CODES_ALIGNMENT_BYTES * CODES_ALIGNMENT_BYTES;
    }
}
