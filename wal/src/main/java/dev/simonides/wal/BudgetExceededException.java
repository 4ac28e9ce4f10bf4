// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

/**
 * A write was refused because memory the caller budgeted would not suffice; nothing of it was stored.
 */
public final class BudgetExceededException extends StorageException {
    private static final long serialVersionUID = 1L;

    /**
     * A write beyond the budget.
     *
     * @param file the file or directory, empty if the failure belongs to none
     * @param offset bytes from the file's start, or {@link StorageException#NO_OFFSET}
     * @param message what went wrong, with the values
     */
    public BudgetExceededException(String file, long offset, String message) {
        super(file, offset, message, null);
    }

    /**
     * A write beyond the budget.
     *
     * @param file the file or directory, empty if the failure belongs to none
     * @param offset bytes from the file's start, or {@link StorageException#NO_OFFSET}
     * @param message what went wrong, with the values
     * @param cause what was thrown below
     */
    public BudgetExceededException(String file, long offset, String message, Throwable cause) {
        super(file, offset, message, cause);
    }
}
