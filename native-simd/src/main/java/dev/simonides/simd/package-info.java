// SPDX-License-Identifier: Apache-2.0
/**
 * Kernels: dot products, distances, norms and quantisation of vectors in native memory, in several tiers of speed.
 *
 * <p><b>Read first:</b> {@link dev.simonides.simd.Kernels}, then {@link dev.simonides.simd.Int8QueryLayout}.
 *
 * <p><b>May import:</b> the JDK only.
 *
 * <p><b>Threads:</b> everything here is immutable and open to any thread.
 *
 * <p><b>Invariants:</b> K1 every tier returns the same bits for INT8 dot products, INT8 scores, quantisation and
 * conversions. K2 floating-point sums stay within the bound stated in {@link dev.simonides.simd.Kernels}. K3 no kernel
 * allocates, blocks or throws. K4 no kernel reads outside the shapes its Javadoc states.
 */
package dev.simonides.simd;
