// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The syncs of a directory: one at a time, and none after one that failed. Any thread that is never interrupted.
 *
 * <p>An operating system reports an error once, and to one of those who sync. If two did at the same time, the other could be
 * told that names are durable which are lost.
 */
final class DirectorySync {
    private final StorageDirectory directory;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable StorageException failure;

    DirectorySync(StorageDirectory directory) {
        this.directory = directory;
    }

    /**
     * Makes every name so far durable.
     *
     * @throws StorageException if that failed, now or before
     */
    void sync() {
        lock.lock();
        try {
            StorageException first = failure;
            if (first != null) {
                throw new StoreFailedException(
                        directory.path(),
                        StorageException.NO_OFFSET,
                        "the directory could not be synced before: " + first.getMessage(),
                        first);
            }
            try {
                directory.sync();
            } catch (StorageException e) {
                failure = e;
                throw e;
            }
        } finally {
            lock.unlock();
        }
    }
}
