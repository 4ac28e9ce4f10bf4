// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

/**
 * A write was issued, and nobody can say whether it will be there after the next opening; it is there whole or not at
 * all.
 */
public final class WriteOutcomeUnknownException extends StorageException {
    private static final long serialVersionUID = 1L;

    /**
     * A write of unknown outcome.
     *
     * @param file the file or directory, empty if the failure belongs to none
     * @param offset bytes from the file's start, or {@link StorageException#NO_OFFSET}
     * @param message what went wrong, with the values
     */
    public WriteOutcomeUnknownException(String file, long offset, String message) {
        super(file, offset, message, null);
    }

    /**
     * A write of unknown outcome.
     *
     * @param file the file or directory, empty if the failure belongs to none
     * @param offset bytes from the file's start, or {@link StorageException#NO_OFFSET}
     * @param message what went wrong, with the values
     * @param cause what was thrown below
     */
    public WriteOutcomeUnknownException(String file, long offset, String message, Throwable cause) {
        super(file, offset, message, cause);
    }
}
