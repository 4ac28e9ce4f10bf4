// SPDX-License-Identifier: Apache-2.0
/**
 * The manifest: which write-once files and which part of the log make up a generation of the store.
 *
 * <p><b>Read first:</b> {@link dev.simonides.core.manifest.Manifest}, then {@link
 * dev.simonides.core.manifest.Manifests}.
 * <p><b>May import:</b> dev.simonides.wal.
 * <p><b>Threads:</b> everything here is immutable, or confined to the thread that opens, checkpoints and closes.
 * <p><b>Invariants:</b> M1 a manifest names only files that are durable with their names. M2 no file is changed once a
 * manifest names it. M3 generations and file numbers only grow.
 */
package dev.simonides.core.manifest;
