// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import org.jspecify.annotations.Nullable;

/**
 * A failure of the medium or of what is stored on it: the root of a closed tree.
 *
 * <p>Faults of the caller are {@link IllegalArgumentException}s and {@link IllegalStateException}s instead. Every
 * instance names the file, and where there is one the offset. Immutable.
 */
public abstract sealed class StorageException extends RuntimeException
        permits StoreLockedException,
                NotAStoreException,
                UnsupportedFormatException,
                CorruptStoreException,
                StoreFullException,
                StoreFailedException,
                StoreReadOnlyException,
                WriteOutcomeUnknownException,
                BudgetExceededException,
                StorageIoException {
    private static final long serialVersionUID = 1L;

    /** The {@link #offset()} of a failure that belongs to no position in a file. */
    public static final long NO_OFFSET = -1;

    private final String file;
    private final long offset;

    /**
     * The failure of one operation on one file.
     *
     * @param file the file or directory, empty if the failure belongs to none
     * @param offset bytes from the file's start, or {@link #NO_OFFSET}
     * @param message what went wrong, with the values
     * @param cause what was thrown below, or null
     */
    StorageException(String file, long offset, String message, @Nullable Throwable cause) {
        super(text(file, offset, message), cause);
        this.file = file;
        this.offset = offset;
    }

    /**
     * The file or directory this failure belongs to.
     *
     * @return its path or name, empty if there is none
     */
    public final String file() {
        return file;
    }

    /**
     * The position in {@link #file()} this failure belongs to.
     *
     * @return bytes from the file's start, or {@link #NO_OFFSET}
     */
    public final long offset() {
        return offset;
    }

    private static String text(String file, long offset, String message) {
        if (file.isEmpty()) {
            return message;
        }
        return offset == NO_OFFSET
                ? message + " [file=" + file + "]"
                : message + " [file=" + file + ", offset=" + offset + "]";
    }
}
