// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

/**
 * No room: the device, a quota or a limit of the store is used up, and nothing of the refused write was stored.
 *
 * <p>The store stays open for reading, and writes succeed again when there is room.
 */
public final class StoreFullException extends StorageException {
    private static final long serialVersionUID = 1L;

    /**
     * A write that found no room.
     *
     * @param file the file or directory, empty if the failure belongs to none
     * @param offset bytes from the file's start, or {@link StorageException#NO_OFFSET}
     * @param message what went wrong, with the values
     */
    public StoreFullException(String file, long offset, String message) {
        super(file, offset, message, null);
    }

    /**
     * A write that found no room.
     *
     * @param file the file or directory, empty if the failure belongs to none
     * @param offset bytes from the file's start, or {@link StorageException#NO_OFFSET}
     * @param message what went wrong, with the values
     * @param cause what was thrown below
     */
    public StoreFullException(String file, long offset, String message, Throwable cause) {
        super(file, offset, message, cause);
    }
}
