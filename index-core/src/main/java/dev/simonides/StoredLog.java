// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import dev.simonides.core.store.LogReading;
import dev.simonides.wal.FileSystemDirectory;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.StorageException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * The log of a store that is not opened, and need not be sound. Any thread.
 *
 * <p>Nothing is written and nothing is locked. Beside a process that writes, the last frames may be missing.
 */
public final class StoredLog {
    private StoredLog() {}

    /**
     * Reads everything that can be read of a log, in the order in which it was written, from the oldest record that the
     * store may still need.
     *
     * @param store the store's directory
     * @param entries receives what is found, on a thread of its own
     * @return what is damaged or missing, each with file and offset; empty for a sound log
     * @throws dev.simonides.wal.NotAStoreException if there is no store
     * @throws StorageException if what the store is can be read from nowhere
     */
    public static List<StorageException> read(Path store, Consumer<LogEntry> entries) {
        return LogReading.read(() -> FileSystemDirectory.open(store), entries);
    }

    /**
     * Reads everything that can be read of a log in any directory, as {@link #read(Path, Consumer)}.
     *
     * @param store the store's directory; closed by this
     * @param entries receives what is found, on a thread of its own
     * @return what is damaged or missing
     * @throws RuntimeException as {@link #read(Path, Consumer)}
     */
    public static List<StorageException> read(StorageDirectory store, Consumer<LogEntry> entries) {
        return LogReading.read(() -> store, entries);
    }
}
