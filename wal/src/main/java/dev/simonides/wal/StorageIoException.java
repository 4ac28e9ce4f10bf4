// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

/**
 * Everything else the medium says: an input or output error, a missing file, too many open files.
 */
public final class StorageIoException extends StorageException {
    private static final long serialVersionUID = 1L;

    /**
     * A failed operation of the medium.
     *
     * @param file the file or directory, empty if the failure belongs to none
     * @param offset bytes from the file's start, or {@link StorageException#NO_OFFSET}
     * @param message what went wrong, with the values
     */
    public StorageIoException(String file, long offset, String message) {
        super(file, offset, message, null);
    }

    /**
     * A failed operation of the medium.
     *
     * @param file the file or directory, empty if the failure belongs to none
     * @param offset bytes from the file's start, or {@link StorageException#NO_OFFSET}
     * @param message what went wrong, with the values
     * @param cause what was thrown below
     */
    public StorageIoException(String file, long offset, String message, Throwable cause) {
        super(file, offset, message, cause);
    }
}
