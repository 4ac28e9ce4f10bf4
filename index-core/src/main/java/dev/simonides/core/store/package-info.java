// SPDX-License-Identifier: Apache-2.0
/**
 * A store put together: creating, opening, replaying, verifying and closing it.
 *
 * <p><b>Read first:</b> {@link dev.simonides.core.store.StoreLayout}, {@code Recovery}, then {@link
 * dev.simonides.core.store.Store}.
 * <p><b>May import:</b> dev.simonides (options, limits, progress), every other package of dev.simonides.core,
 * dev.simonides.quantization, dev.simonides.simd, dev.simonides.wal.
 * <p><b>Threads:</b> the keeper opens, checkpoints, verifies and closes; the parts say who may use them.
 * <p><b>Invariants:</b> O1 a directory holds a store if and only if it has a file STORE. O2 nothing is written into a
 * directory before it is known to hold a store or to be free for one.
 */
package dev.simonides.core.store;
