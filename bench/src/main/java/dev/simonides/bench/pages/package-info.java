// SPDX-License-Identifier: Apache-2.0
/**
 * Measures what it is worth that near vectors stand in the same page, and what a search costs that finds few pages in memory.
 *
 * <p><b>Read first:</b> {@link dev.simonides.bench.pages.PageRates}, {@link dev.simonides.bench.pages.LimitedMemory}.
 *
 * <p><b>May import:</b> dev.simonides, dev.simonides.wal, dev.simonides.bench, dev.simonides.bench.data,
 * dev.simonides.bench.generate, dev.simonides.bench.recall, dev.simonides.quantization (similarity, originals). Nothing else of ours.
 *
 * <p><b>Threads:</b> one thread writes and then searches, in this process or in a child.
 *
 * <p><b>Invariants:</b> I1 both stores hold the same vectors under the same keys. I2 they are measured in turns.
 */
package dev.simonides.bench.pages;
