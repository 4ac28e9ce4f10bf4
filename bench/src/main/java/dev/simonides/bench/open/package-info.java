// SPDX-License-Identifier: Apache-2.0
/**
 * How long it takes to open a store.
 *
 * <p><b>Read first:</b> {@link dev.simonides.bench.open.OpenBenchmark}.
 *
 * <p><b>May import:</b> dev.simonides, dev.simonides.bench, dev.simonides.bench.data, dev.simonides.bench.generate, JMH.
 * Nothing else of ours.
 *
 * <p><b>Threads:</b> JMH's.
 *
 * <p><b>Invariants:</b> I1 the vectors come from a seed, so two runs open the same store.
 */
package dev.simonides.bench.open;
