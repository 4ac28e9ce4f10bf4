// SPDX-License-Identifier: Apache-2.0
/**
 * Measures what a search feels of others: of a store that grows beside it, of other readers, and of a writer.
 *
 * <p><b>Read first:</b> {@link dev.simonides.bench.latency.SearchLoop}, then {@link
 * dev.simonides.bench.latency.GrowthLatency} and {@link dev.simonides.bench.latency.ContentionLatency}.
 *
 * <p><b>May import:</b> dev.simonides, dev.simonides.quantization, dev.simonides.simd, dev.simonides.bench,
 * dev.simonides.bench.data, dev.simonides.bench.recall, Jackson, HdrHistogram. Nothing else of ours.
 *
 * <p><b>Threads:</b> each loop is a thread of {@link dev.simonides.bench.latency.LoopThreads}; everything else is confined to
 * one thread.
 *
 * <p><b>Invariants:</b> I1 between two readings of the clock there is one search and nothing else. I2 what is compared with
 * each other is measured in turns.
 */
package dev.simonides.bench.latency;
