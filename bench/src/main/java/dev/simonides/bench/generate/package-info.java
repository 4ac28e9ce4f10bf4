// SPDX-License-Identifier: Apache-2.0
/**
 * Makes vectors whose geometry is chosen, and finds their true neighbours by brute force.
 *
 * <p><b>Read first:</b> {@link dev.simonides.bench.generate.VectorGenerator}, then {@link
 * dev.simonides.bench.generate.ExactNeighbours}.
 *
 * <p><b>May import:</b> dev.simonides.bench.data, dev.simonides.quantization. Nothing else of ours: a ground truth found
 * by the kernels that are measured against it would prove nothing.
 *
 * <p><b>Threads:</b> a generator is confined to one thread; the search for neighbours uses many.
 *
 * <p><b>Invariants:</b> I1 the same seed gives the same vectors on the same JDK.
 */
package dev.simonides.bench.generate;
