// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

/**
 * The log is damaged where it held acknowledged records, or in a way no crash can leave behind.
 */
public final class CorruptWalException extends CorruptStoreException {
    private static final long serialVersionUID = 1L;

    /**
     * The damage found at one place.
     *
     * @param file the damaged file
     * @param offset bytes from its start, or {@link StorageException#NO_OFFSET}
     * @param message what is wrong, with the values
     */
    public CorruptWalException(String file, long offset, String message) {
        super(file, offset, message);
    }
}
