// SPDX-License-Identifier: Apache-2.0
package dev.simonides.quantization;

/**
 * What is kept of a vector beside its INT8 code, for rescoring the best candidates. Immutable.
 *
 * <p>A component {@code x} comes back from {@link #F16} within {@code max(2^-11·|x|, 2^-25)}, from {@link #F32} exactly.
 */
public enum OriginalFormat {
    /** Nothing: scores are those of the codes. */
    NONE(1, 0),
    /**
     * IEEE 754 binary16, rounded to nearest even: the default. Components are at most 65504 in magnitude. Below 2^-14
     * its steps no longer shrink, so vectors without any component above that (possible under dot and Euclidean
     * similarity only) are better kept as {@link #F32}.
     */
    F16(2, 2),
    /** IEEE 754 binary32: the vector as it was given, under cosine its unit vector. */
    F32(3, 4);

    private final byte code;
    private final int bytesPerComponent;

    OriginalFormat(int code, int bytesPerComponent) {
        this.code = (byte) code;
        this.bytesPerComponent = bytesPerComponent;
    }

    /**
     * The number that stands for this format on disk.
     *
     * @return 1..3, never changed
     */
    public byte code() {
        return code;
    }

    /**
     * Bytes kept for each component.
     *
     * @return 0, 2 or 4
     */
    public int bytesPerComponent() {
        return bytesPerComponent;
    }

    /**
     * The format a number on disk stands for.
     *
     * @param code as {@link #code()} gave it
     * @return the format
     * @throws IllegalArgumentException if no format has this code
     */
    public static OriginalFormat of(int code) {
        return switch (code) {
            case 1 -> NONE;
            case 2 -> F16;
            case 3 -> F32;
            default -> throw new IllegalArgumentException("original format code: expected=1..3, actual=" + code);
        };
    }
}
