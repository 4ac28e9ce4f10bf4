// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

/**
 * The store stopped accepting writes for good after a failure that leaves the durable state in doubt.
 *
 * <p>The cause is the first failure. What was published before stays readable; reopening the store recovers it.
 */
public final class StoreFailedException extends StorageException {
    private static final long serialVersionUID = 1L;

    /**
     * The refusal of a write after a first failure.
     *
     * @param file the file or directory, empty if the failure belongs to none
     * @param offset bytes from the file's start, or {@link StorageException#NO_OFFSET}
     * @param message what went wrong, with the values
     */
    public StoreFailedException(String file, long offset, String message) {
        super(file, offset, message, null);
    }

    /**
     * The refusal of a write after a first failure.
     *
     * @param file the file or directory, empty if the failure belongs to none
     * @param offset bytes from the file's start, or {@link StorageException#NO_OFFSET}
     * @param message what went wrong, with the values
     * @param cause what was thrown below
     */
    public StoreFailedException(String file, long offset, String message, Throwable cause) {
        super(file, offset, message, cause);
    }
}
