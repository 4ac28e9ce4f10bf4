// SPDX-License-Identifier: Apache-2.0
/**
 * The door to files, and the log behind it.
 *
 * <p><b>Read first:</b> {@link StorageDirectory}, then {@link WriteAheadLog}, then {@code LogScan}, which decides where a
 * log ends; every byte is described in docs/FORMAT.md.
 * <p><b>May import:</b> the JDK. Nothing else of ours.
 * <p><b>Threads:</b> one writer thread, and one that syncs beside it; a directory is open to any thread that is never
 * interrupted.
 * <p><b>Invariants:</b> S1 to S3 in {@code LogScan}. A failed sync is never retried on the same file. A sector that was
 * acknowledged is never written again. No byte is used before its checksum and its bounds are checked.
 */
package dev.simonides.wal;
