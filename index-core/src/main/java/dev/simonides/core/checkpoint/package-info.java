// SPDX-License-Identifier: Apache-2.0
/**
 * Checkpoints: what memory holds, written into new files, so that the log before need not be replayed.
 *
 * <p><b>Read first:</b> {@link dev.simonides.core.checkpoint.Snapshot}, then {@link dev.simonides.core.checkpoint.Prepared}.
 * <p><b>May import:</b> dev.simonides (options, limits), dev.simonides.core.epoch, .graph, .key, .manifest, .memory,
 * .tenant, .thread, .vector, .write, dev.simonides.quantization, dev.simonides.simd, dev.simonides.wal.
 * <p><b>Threads:</b> the keeper thread, one checkpoint at a time; the snapshot alone is taken on the writer thread.
 * <p><b>Invariants:</b> C1 a checkpoint holds exactly what the log up to its LSN says. C2 a checkpoint that fails before
 * its manifest is renamed leaves no file and changes nothing. C3 what the two newest manifests name, and the log behind
 * the older of them, is never deleted.
 */
package dev.simonides.core.checkpoint;
