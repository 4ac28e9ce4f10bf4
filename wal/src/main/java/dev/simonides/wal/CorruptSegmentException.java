// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

/**
 * A write-once file of vectors, records or payloads is damaged.
 */
public final class CorruptSegmentException extends CorruptStoreException {
    private static final long serialVersionUID = 1L;

    /**
     * The damage found at one place.
     *
     * @param file the damaged file
     * @param offset bytes from its start, or {@link StorageException#NO_OFFSET}
     * @param message what is wrong, with the values
     */
    public CorruptSegmentException(String file, long offset, String message) {
        super(file, offset, message);
    }
}
