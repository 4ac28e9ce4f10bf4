// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import dev.simonides.core.store.Salvage;
import dev.simonides.wal.FileSystemDirectory;
import java.nio.file.Path;

/** Makes a new store of what can be read of a damaged one. Any thread. */
public final class StoreSalvage {
    private StoreSalvage() {}

    /**
     * Reads what can be read: the newest checkpoint whose files are whole, and every whole frame of the log behind it. The
     * memories that are alive by that go into a new store, as they were stored, with their times; the damaged one is not
     * changed. What the store is, is taken from a manifest where the file STORE is damaged.
     *
     * @param store the damaged store, which no process has open
     * @param target where the new store is to be; missing or empty, its parent exists
     * @return what was found, and what was lost
     * @throws dev.simonides.wal.StoreLockedException if a process has the store open
     * @throws dev.simonides.wal.NotAStoreException if there is no store, or the target is not empty
     * @throws dev.simonides.wal.StorageException if nothing says what the store is, or the target's medium refuses
     */
    public static SalvageReport run(Path store, Path target) {
        return Salvage.run(() -> FileSystemDirectory.open(store), () -> FileSystemDirectory.openOrCreate(target));
    }
}
