// SPDX-License-Identifier: Apache-2.0
/**
 * Measures what replacing every vector does to a graph, beside one that was built of the new vectors alone.
 *
 * <p><b>Read first:</b> {@link dev.simonides.bench.churn.ChurnRates}.
 *
 * <p><b>May import:</b> dev.simonides, dev.simonides.wal, dev.simonides.bench, dev.simonides.bench.data,
 * dev.simonides.bench.recall. Nothing else of ours.
 *
 * <p><b>Threads:</b> one thread writes and then searches.
 *
 * <p><b>Invariants:</b> I1 both stores hold the same vectors under the same keys when they are measured. I2 they are measured
 * in turns.
 */
package dev.simonides.bench.churn;
