// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * Which write-once file it is: repeated in its header and in every checksum, so that no file and no block can stand in
 * for another. Immutable.
 *
 * @param storeId the store it belongs to
 * @param fileId its number, never used twice in a store, at least 1
 * @param kind what it holds, the caller's number, at least 1
 */
public record SealedFileId(UUID storeId, long fileId, int kind) {
    /** Checks the bounds. */
    public SealedFileId {
        if (fileId < 1 || kind < 1) {
            throw new IllegalArgumentException("expected=1.., fileId=" + fileId + ", kind=" + kind);
        }
    }

    /** A checksum that has run over this identity and a number: a block's, or −1 for the footer. */
    CRC32C seeded(long number) {
        CRC32C crc = new CRC32C();
        crc.update(LittleEndian.bytes(
                storeId.getMostSignificantBits(), storeId.getLeastSignificantBits(), fileId, kind, number));
        return crc;
    }
}
