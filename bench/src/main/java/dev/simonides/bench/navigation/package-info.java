// SPDX-License-Identifier: Apache-2.0
/**
 * Measures by which codes a graph is walked faster, dimension by dimension.
 *
 * <p><b>Read first:</b> {@link dev.simonides.bench.navigation.NavigationRates}.
 *
 * <p><b>May import:</b> dev.simonides, dev.simonides.quantization, dev.simonides.wal, dev.simonides.bench,
 * dev.simonides.bench.data, dev.simonides.bench.generate, dev.simonides.bench.recall. Nothing else of ours.
 *
 * <p><b>Threads:</b> one thread writes and then searches.
 *
 * <p><b>Invariants:</b> I1 both navigations walk the same graph. I2 they are measured in turns.
 */
package dev.simonides.bench.navigation;
