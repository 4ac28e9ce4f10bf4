// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import dev.simonides.core.store.Salvage;
import dev.simonides.wal.FileSystemDirectory;
import java.nio.file.Path;

/** Makes a new store of what can be read of a damaged one. Any thread. */
public final class StoreSalvage {
    private StoreSalvage() {}

    /**
     * Reads what can be read: every whole block of every file that a manifest names, or that is the store's by its own word
     * where no manifest is whole, and every whole frame of the log. The memories that are alive by that, and of which nothing
     * is missing, go into a new store, as they were stored, with their times; the damaged one is not changed. What the store
     * is, is taken from a manifest where the file STORE is damaged.
     *
     * <p>Takes about 40 bytes of heap for each ordinal of the largest tenant, and what the keys in the log take.
     *
     * @param store the damaged store, which no process has open
     * @param target where the new store is to be; missing or empty, its parent exists
     * @return what was found, and what was lost
     * @throws dev.simonides.wal.StoreLockedException if a process has the store open
     * @throws dev.simonides.wal.NotAStoreException if there is no store, or the target is not empty
     * @throws dev.simonides.wal.UnsupportedFormatException if another version wrote the store or a file of it, which that
     *     version can salvage
     * @throws dev.simonides.wal.StorageException if nothing says what the store is, or the target's medium refuses
     */
    public static SalvageReport run(Path store, Path target) {
        return Salvage.run(() -> FileSystemDirectory.open(store), () -> FileSystemDirectory.openOrCreate(target));
    }
}
