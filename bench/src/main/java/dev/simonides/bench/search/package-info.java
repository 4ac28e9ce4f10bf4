// SPDX-License-Identifier: Apache-2.0
/**
 * Benchmarks of whole searches.
 *
 * <p><b>Read first:</b> {@link dev.simonides.bench.search.SearchBenchmark}.
 *
 * <p><b>May import:</b> dev.simonides, dev.simonides.bench, dev.simonides.bench.data, dev.simonides.bench.generate,
 * dev.simonides.wal (its Durability), JMH. Nothing else of ours.
 *
 * <p><b>Threads:</b> JMH's.
 *
 * <p><b>Invariants:</b> I1 the vectors come from a seed, so two runs measure the same search.
 */
package dev.simonides.bench.search;
