// SPDX-License-Identifier: Apache-2.0
/**
 * Benchmarks of the kernels.
 *
 * <p><b>Read first:</b> {@link dev.simonides.bench.kernels.KernelBenchmark}.
 *
 * <p><b>May import:</b> dev.simonides.simd, dev.simonides.quantization, dev.simonides.bench, JMH. Nothing else of ours.
 *
 * <p><b>Threads:</b> JMH's.
 *
 * <p><b>Invariants:</b> I1 a tier is measured only after its results equalled the scalar tier's. I2 the data come from a
 * seed, so two runs measure the same work.
 */
package dev.simonides.bench.kernels;
