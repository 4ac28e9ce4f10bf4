// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

/**
 * A write to a store that may only be read: opened so, or its file system or permissions allow no more.
 */
public final class StoreReadOnlyException extends StorageException {
    private static final long serialVersionUID = 1L;

    /**
     * A write that is not permitted.
     *
     * @param file the file or directory, empty if the failure belongs to none
     * @param offset bytes from the file's start, or {@link StorageException#NO_OFFSET}
     * @param message what went wrong, with the values
     */
    public StoreReadOnlyException(String file, long offset, String message) {
        super(file, offset, message, null);
    }

    /**
     * A write that is not permitted.
     *
     * @param file the file or directory, empty if the failure belongs to none
     * @param offset bytes from the file's start, or {@link StorageException#NO_OFFSET}
     * @param message what went wrong, with the values
     * @param cause what was thrown below
     */
    public StoreReadOnlyException(String file, long offset, String message, Throwable cause) {
        super(file, offset, message, cause);
    }
}
