// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.store;

import dev.simonides.core.manifest.FileEntry;
import dev.simonides.core.manifest.Manifest;
import dev.simonides.core.manifest.Manifests;
import dev.simonides.wal.CorruptStoreException;
import dev.simonides.wal.LogOptions;
import dev.simonides.wal.LogStart;
import dev.simonides.wal.NotAStoreException;
import dev.simonides.wal.SealedFile;
import dev.simonides.wal.SealedFileId;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StorageIoException;
import dev.simonides.wal.StorageLock;
import dev.simonides.wal.WriteAheadLog;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Makes a second store of an open one: second names for the files of its present generation, and the log behind it up to
 * the last durable record. The file STORE comes last, so that a backup that was cut off is no store. Confined to the thread
 * that checkpoints: no file goes away meanwhile.
 */
final class StoreBackup {
    private static final System.Logger LOG = System.getLogger(StoreBackup.class.getName());

    private final StorageDirectory directory;
    private final StoreFile file;
    private final Optional<Manifest> present;
    private final WriteAheadLog log;
    private final LogOptions logOptions;

    StoreBackup(
            StorageDirectory directory,
            StoreFile file,
            Optional<Manifest> present,
            WriteAheadLog log,
            LogOptions logOptions) {
        this.directory = directory;
        this.file = file;
        this.present = present;
        this.log = log;
        this.logOptions = logOptions;
    }

    /**
     * Writes the backup; whatever ends it otherwise leaves nothing but a lock file in the target.
     *
     * @param target empty
     * @return the last LSN in it
     */
    long writeTo(StorageDirectory target) {
        return intoEmpty(target, () -> copyTo(target));
    }

    /** Fills an empty directory under its lock; whatever ends that otherwise leaves nothing but the file of the lock. */
    static long intoEmpty(StorageDirectory target, LongSupplier filling) {
        // Before the lock makes its file in a directory of somebody else's, and again under it: somebody may have come.
        requireEmpty(target);
        try (StorageLock lock = target.lock(StoreOpening.LOCK_NAME)) {
            requireEmpty(target);
            lock.ensureValid();
            boolean done = false;
            try {
                long result = filling.getAsLong();
                done = true;
                return result;
            } finally {
                if (!done) {
                    empty(target);
                }
            }
        }
    }

    private static void requireEmpty(StorageDirectory target) {
        if (!contents(target).isEmpty()) {
            throw new NotAStoreException(
                    target.path(), StorageException.NO_OFFSET, "an empty directory is needed, and this one is not");
        }
    }

    /** Everything but the lock's file, which is never removed: somebody may be waiting for it. */
    private static List<String> contents(StorageDirectory target) {
        return target.list().stream()
                .filter(name -> !name.equals(StoreOpening.LOCK_NAME))
                .toList();
    }

    private long copyTo(StorageDirectory target) {
        if (present.isPresent()) {
            Manifest manifest = present.get();
            for (FileEntry entry : manifest.files()) {
                try {
                    copyTo(target, entry);
                } catch (CorruptStoreException | StorageIoException e) {
                    if (entry.kind().truth()) {
                        throw e;
                    }
                    // Who opens the backup makes it again from the vectors, as who opens this store does.
                    LOG.log(System.Logger.Level.WARNING, "left out of the backup: " + e.getMessage());
                    if (target.exists(entry.fileName())) {
                        target.delete(entry.fileName());
                    }
                }
            }
            directory.giveTo(Manifests.name(manifest.generation()), target);
        }
        LogStart start = present.map(Manifest::start).orElse(LogStart.BEGINNING);
        long lsn = log.copyTo(start, target, logOptions);
        target.sync();
        file.writeUnfinished(target);
        StoreFile.finish(target);
        return lsn;
    }

    private void copyTo(StorageDirectory target, FileEntry entry) {
        directory.giveTo(entry.fileName(), target);
        SealedFileId id =
                new SealedFileId(file.storeId(), entry.id(), entry.kind().code());
        SealedFile.open(target, entry.fileName(), id, entry.summary()).close();
    }

    private static void empty(StorageDirectory target) {
        try {
            contents(target).forEach(target::delete);
        } catch (StorageException e) {
            // What is left is no store; the first failure is the one to report.
        }
    }
}
