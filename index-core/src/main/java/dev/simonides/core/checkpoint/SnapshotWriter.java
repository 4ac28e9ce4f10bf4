// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

/** Writes one part of a snapshot, the truth or the graphs. Confined to the thread that checkpoints. */
@FunctionalInterface
public interface SnapshotWriter {
    /**
     * Writes and syncs what the present files do not hold; their names are not yet durable.
     *
     * @param target where
     * @param snapshot what
     * @return the new files
     * @throws dev.simonides.wal.StorageException if the medium refuses; no new file is left then
     */
    Prepared write(CheckpointTarget target, Snapshot snapshot);
}
