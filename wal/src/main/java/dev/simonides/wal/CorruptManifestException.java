// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

/**
 * No usable manifest is left: the newest and the one before it are damaged.
 */
public final class CorruptManifestException extends CorruptStoreException {
    private static final long serialVersionUID = 1L;

    /**
     * The damage found at one place.
     *
     * @param file the damaged file
     * @param offset bytes from its start, or {@link StorageException#NO_OFFSET}
     * @param message what is wrong, with the values
     */
    public CorruptManifestException(String file, long offset, String message) {
        super(file, offset, message);
    }
}
