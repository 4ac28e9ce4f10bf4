// SPDX-License-Identifier: Apache-2.0
/**
 * Measures how much of the truth a search finds, and how long it takes.
 *
 * <p><b>Read first:</b> {@link dev.simonides.bench.recall.RecallSweep}, then {@link
 * dev.simonides.bench.recall.Searcher}.
 *
 * <p><b>May import:</b> dev.simonides, dev.simonides.bench.data, HdrHistogram, Jackson's streaming core. Nothing else of
 * ours.
 *
 * <p><b>Threads:</b> confined to one thread; searches are timed one after the other.
 *
 * <p><b>Invariants:</b> I1 between two readings of the clock there is one search and nothing else. I2 all columns of a
 * row come from the same pass.
 */
package dev.simonides.bench.recall;
