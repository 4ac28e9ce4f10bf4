// SPDX-License-Identifier: Apache-2.0
import org.jspecify.annotations.NullMarked;

/**
 * From vectors to what is stored for them, and back: INT8 codes with two factors, and F16 or F32 originals. And 1-bit codes,
 * which are derived.
 *
 * <p>Knows bytes and arithmetic, no files: {@link dev.simonides.quantization.VectorCodec} is all that is stored, and
 * {@link dev.simonides.quantization.BitCodec} all that is derived.
 */
@NullMarked
module dev.simonides.quantization {
    requires transitive dev.simonides.simd;
    requires static org.jspecify;

    exports dev.simonides.quantization;
}
