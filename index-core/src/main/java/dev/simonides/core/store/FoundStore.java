// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.store;

import dev.simonides.core.manifest.ManifestLayout;
import dev.simonides.core.manifest.Manifests;
import dev.simonides.wal.Access;
import dev.simonides.wal.CorruptStoreException;
import dev.simonides.wal.LogOptions;
import dev.simonides.wal.LogStart;
import dev.simonides.wal.NotAStoreException;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StorageFile;
import dev.simonides.wal.StorageIoException;
import dev.simonides.wal.WriteAheadLog;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * What a store that need not be sound says it is. Immutable.
 *
 * @param file the file STORE, or what a manifest repeats of it
 * @param manifests the generations whose manifests are valid, the newest first
 * @param findings what is damaged
 */
record FoundStore(StoreFile file, List<Manifests.Stored> manifests, List<StorageException> findings) {
    /**
     * Looks at a directory; writes nothing.
     *
     * @throws NotAStoreException if there is no store
     * @throws CorruptStoreException if neither STORE nor a manifest says what it is
     */
    static FoundStore in(StorageDirectory directory) {
        List<StorageException> findings = new ArrayList<>();
        StoreFile file = null;
        try {
            file = StoreFile.read(directory, Access.READ);
        } catch (CorruptStoreException | NotAStoreException | StorageIoException e) {
            findings.add(e);
        }
        List<Manifests.Stored> manifests = new ArrayList<>();
        for (long generation : generations(directory)) {
            try {
                UUID storeId = file != null ? file.storeId() : storeId(directory, Manifests.name(generation));
                Manifests.Stored stored = new Manifests(directory, storeId).read(generation);
                if (file == null) {
                    ByteBuffer repeated = stored.manifest().store();
                    file = StoreFile.decode(repeated, directory.path() + "/" + Manifests.name(generation));
                }
                manifests.add(stored);
            } catch (CorruptStoreException | StorageIoException e) {
                findings.add(e);
            }
        }
        if (file == null) {
            if (directory.exists(StoreFile.NAME)) {
                throw findings.getFirst();
            }
            throw new NotAStoreException(
                    directory.path(), StorageException.NO_OFFSET, "not a store: it has no file STORE and no manifest");
        }
        return new FoundStore(file, manifests, findings);
    }

    private static List<Long> generations(StorageDirectory directory) {
        return new Manifests(directory, new UUID(0, 0)).generations();
    }

    /** The identity that a manifest states; the manifest is checked against it afterwards. */
    private static UUID storeId(StorageDirectory directory, String name) {
        ByteBuffer bytes = ByteBuffer.allocate(ManifestLayout.GENERATION).order(ByteOrder.LITTLE_ENDIAN);
        try (StorageFile file = directory.open(name, Access.READ)) {
            file.readFully(bytes, 0);
        }
        return new UUID(bytes.getLong(ManifestLayout.STORE_ID_HIGH), bytes.getLong(ManifestLayout.STORE_ID_LOW));
    }

    LogOptions logOptions() {
        return LogOptions.of(file.storeId());
    }

    /** The whole log if it is there; else where the oldest generation begins it; else the oldest segment. */
    LogStart logStart(StorageDirectory directory) {
        if (WriteAheadLog.begins(directory, LogStart.BEGINNING)) {
            return LogStart.BEGINNING;
        }
        return manifests.stream()
                .map(stored -> stored.manifest().start())
                .filter(start -> WriteAheadLog.begins(directory, start))
                .reduce((newer, older) -> older)
                .orElseGet(() -> WriteAheadLog.oldest(directory, logOptions()));
    }
}
