// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

/**
 * The directory is not a Simonides store, and nothing was written into it.
 */
public final class NotAStoreException extends StorageException {
    private static final long serialVersionUID = 1L;

    /**
     * A directory that is no store.
     *
     * @param file the file or directory, empty if the failure belongs to none
     * @param offset bytes from the file's start, or {@link StorageException#NO_OFFSET}
     * @param message what went wrong, with the values
     */
    public NotAStoreException(String file, long offset, String message) {
        super(file, offset, message, null);
    }

    /**
     * A directory that is no store.
     *
     * @param file the file or directory, empty if the failure belongs to none
     * @param offset bytes from the file's start, or {@link StorageException#NO_OFFSET}
     * @param message what went wrong, with the values
     * @param cause what was thrown below
     */
    public NotAStoreException(String file, long offset, String message, Throwable cause) {
        super(file, offset, message, cause);
    }
}
