// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

/**
 * Stored bytes are damaged, and what they held cannot be had from elsewhere.
 *
 * <p>This class itself stands for the store's own description; the subclasses for the other kinds of file.
 */
public sealed class CorruptStoreException extends StorageException
        permits CorruptWalException, CorruptManifestException, CorruptSegmentException {
    private static final long serialVersionUID = 1L;

    /**
     * The damage found at one place.
     *
     * @param file the damaged file
     * @param offset bytes from its start, or {@link StorageException#NO_OFFSET}
     * @param message what is wrong, with the values
     */
    public CorruptStoreException(String file, long offset, String message) {
        super(file, offset, message, null);
    }
}
