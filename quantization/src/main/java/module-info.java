// SPDX-License-Identifier: Apache-2.0
import org.jspecify.annotations.NullMarked;

/**
 * From vectors to what is stored for them, and back: INT8 codes with two factors, and F16 or F32 originals.
 *
 * <p>Knows bytes and arithmetic, no files: {@link dev.simonides.quantization.VectorCodec} is the whole of it.
 */
@NullMarked
module dev.simonides.quantization {
    requires transitive dev.simonides.simd;
    requires static org.jspecify;

    exports dev.simonides.quantization;
}
