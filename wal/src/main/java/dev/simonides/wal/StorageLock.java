// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

/**
 * The right to be the only writer of a directory, held until closed. Any thread.
 */
public interface StorageLock extends AutoCloseable {
    /**
     * Checks that the lock still protects: it is held, and its file is the one that was locked.
     *
     * @throws StoreFailedException if it was lost, replaced or deleted
     */
    void ensureValid();

    /** Gives the lock back; the lock file stays. Closing again does nothing. */
    @Override
    void close();
}
