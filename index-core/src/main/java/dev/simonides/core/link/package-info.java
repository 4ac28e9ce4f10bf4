// SPDX-License-Identifier: Apache-2.0
/**
 * The indexer threads, which take ordinals from the pending windows and put them into the graphs, and take the dead out.
 *
 * <p><b>Read first:</b> {@link dev.simonides.core.link.Indexers}.
 * <p><b>May import:</b> dev.simonides.core.epoch, .graph, .tenant, .thread, .vector, dev.simonides.quantization,
 * dev.simonides.simd.
 * <p><b>Threads:</b> any thread announces a tenant; the threads of {@link dev.simonides.core.link.Indexers} link.
 * <p><b>Invariants:</b> X1 an ordinal is claimed by one indexer. X2 it is skipped only if its death is visible. X3
 * linking happens inside an epoch, in a slot that is the indexer's own.
 */
package dev.simonides.core.link;
