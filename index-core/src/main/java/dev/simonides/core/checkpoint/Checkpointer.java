// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import dev.simonides.core.manifest.FileEntry;
import dev.simonides.core.manifest.Lineage;
import dev.simonides.core.manifest.Manifest;
import dev.simonides.core.manifest.Manifests;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StorageLock;
import dev.simonides.wal.StoreFailedException;
import dev.simonides.wal.WriteAheadLog;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Makes a checkpoint: the steps CP1 to CP11 of docs/RECOVERY.md, in this order. Confined to one thread; readers, linking and
 * the writer go on beside it, but for the moment of CP1.
 *
 * <p>A failure before the manifest has its name leaves everything as it was (C2), and the next attempt writes files with
 * other numbers. When the directory could not be synced nobody knows what is durable, and it is not asked a second time: the
 * store fails, and the next opening decides; either generation is whole.
 */
public final class Checkpointer {
    private static final System.Logger LOG = System.getLogger(Checkpointer.class.getName());

    private final Parts parts;
    private final Lineage lineage;
    private final Manifests manifests;
    private final CheckpointTarget target;

    /**
     * What a checkpointer works on.
     *
     * @param directory the store's
     * @param lock the store's, which must still protect it when the manifest gets its name
     * @param log from which is removed what no generation needs
     * @param storeId the store's identity
     * @param store the bytes of the file STORE
     * @param maxTimestampMillis the latest time of a record so far, 0 while there is none
     * @param writers of the parts of a snapshot, in the order in which they are loaded
     */
    public record Parts(
            StorageDirectory directory,
            StorageLock lock,
            WriteAheadLog log,
            UUID storeId,
            ByteBuffer store,
            LongSupplier maxTimestampMillis,
            List<SnapshotWriter> writers) {}

    /**
     * Makes a checkpointer.
     *
     * @param parts what it works on
     * @param lineage the generations there are
     */
    public Checkpointer(Parts parts, Lineage lineage) {
        this.parts = parts;
        this.lineage = lineage;
        this.manifests = new Manifests(parts.directory(), parts.storeId());
        this.target = new CheckpointTarget(parts.directory(), parts.storeId(), lineage::takeFileId);
    }

    /**
     * Makes a checkpoint; does nothing where the present one holds everything.
     *
     * @param freeze CP1: rotates the log and takes the snapshot
     * @param cleanClose whether nothing will be written any more
     * @return the last LSN in the checkpoint
     * @throws StoreFailedException if the store must not be written any more
     * @throws StorageException if the medium refuses; everything is as it was, and the next attempt may succeed
     */
    public long run(Supplier<Snapshot> freeze, boolean cleanClose) {
        return run(freeze, cleanClose, false);
    }

    /**
     * Makes a checkpoint though the present one holds everything: behind it nothing is kept that only the generation before
     * the present one needs.
     *
     * @param freeze CP1
     * @return the last LSN in the checkpoint
     * @throws StorageException as {@link #run}
     */
    public long again(Supplier<Snapshot> freeze) {
        return run(freeze, false, true);
    }

    private long run(Supplier<Snapshot> freeze, boolean cleanClose, boolean again) {
        // A directory that was moved away or taken over must not be written; CP7 asks again.
        parts.lock().ensureValid();
        Snapshot snapshot = freeze.get();
        List<Prepared> prepared = new ArrayList<>();
        Manifests.Stored next;
        boolean settled = false;
        try {
            for (SnapshotWriter writer : parts.writers()) {
                // CP2, CP3.
                prepared.add(writer.write(target, snapshot));
            }
            List<FileEntry> files = new ArrayList<>();
            prepared.forEach(part -> files.addAll(part.entries()));
            if (!again && holds(snapshot, files)) {
                prepared.forEach(Prepared::commit);
                settled = true;
                return snapshot.lsn();
            }
            // CP5: the names of the files are durable before a manifest names them.
            syncDirectory();
            // CP6.
            next = manifests.writeUnfinished(manifest(snapshot, files, cleanClose));
            // CP7.
            parts.lock().ensureValid();
            // CP8.
            rename(next.manifest().generation());
            settled = true;
        } catch (StoreFailedException e) {
            // A manifest may name these files by now, or another process own them: the next opening sees which.
            settled = true;
            throw e;
        } finally {
            if (!settled) {
                abandon(prepared);
            }
        }
        // CP9: from here on the generation is there.
        syncDirectory();
        // CP10.
        lineage.advance(next);
        prepared.forEach(Prepared::commit);
        collect();
        return snapshot.lsn();
    }

    private boolean holds(Snapshot snapshot, List<FileEntry> files) {
        return snapshot.lsn() == lineage.lsn()
                && files.equals(lineage.present()
                        .map(stored -> stored.manifest().files())
                        .orElse(List.of()));
    }

    private Manifest manifest(Snapshot snapshot, List<FileEntry> files, boolean cleanClose) {
        return new Manifest(
                parts.storeId(),
                lineage.nextGeneration(),
                snapshot.lsn(),
                snapshot.start().segment(),
                lineage.nextFileId(),
                parts.maxTimestampMillis().getAsLong(),
                cleanClose,
                lineage.asPredecessor(),
                parts.store(),
                snapshot.numbering(),
                files);
    }

    private void syncDirectory() {
        try {
            parts.log().syncDirectory();
        } catch (StorageException e) {
            throw failed("the directory could not be synced", e);
        }
    }

    private void rename(long generation) {
        try {
            manifests.rename(generation);
        } catch (StorageException e) {
            // It may have happened all the same; what then gets durable, nobody knows.
            if (!manifests.hasUnfinished(generation)) {
                throw failed("the manifest could not be renamed", e);
            }
            throw e;
        }
    }

    private StoreFailedException failed(String what, StorageException cause) {
        return new StoreFailedException(
                parts.directory().path(), StorageException.NO_OFFSET, what + ": " + cause.getMessage(), cause);
    }

    private void abandon(List<Prepared> prepared) {
        for (Prepared part : prepared.reversed()) {
            part.abandon();
        }
        try {
            manifests.removeUnfinished(lineage.nextGeneration());
        } catch (StorageException e) {
            // The next attempt replaces it, and so does the next opening.
        }
    }

    /** CP11: removes what neither the new generation nor the one before it needs. */
    private void collect() {
        try {
            parts.log().retire(lineage.retainedStart());
            int removed = lineage.removeOrphans();
            LOG.log(System.Logger.Level.DEBUG, () -> "checkpoint: removed " + removed + " files");
        } catch (StorageException e) {
            // The checkpoint stands; what is left is removed behind the next one, or by the next opening.
            LOG.log(System.Logger.Level.WARNING, "what a checkpoint replaced could not be removed", e);
        }
    }
}
