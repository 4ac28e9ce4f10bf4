// SPDX-License-Identifier: Apache-2.0

/**
 * What is stored for a vector: INT8 codes with their factors, and the originals; and the scores between codes.
 *
 * <p>Knows vectors and kernels, but neither files nor the index.
 */
@org.jspecify.annotations.NullMarked
module dev.simonides.quantization {
    requires transitive dev.simonides.simd;
    requires static org.jspecify;
}
