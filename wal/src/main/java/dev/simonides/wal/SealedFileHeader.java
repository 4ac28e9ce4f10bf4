// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;

/** The header of a write-once file, from an identity and against one. */
final class SealedFileHeader {
    private SealedFileHeader() {}

    /** The header's bytes. */
    static ByteBuffer of(SealedFileId id) {
        ByteBuffer header = ByteBuffer.allocate(SealedFileLayout.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(SealedFileLayout.MAGIC, SealedFileLayout.MAGIC_VALUE);
        header.putShort(SealedFileLayout.VERSION, (short) SealedFileLayout.VERSION_VALUE);
        header.putInt(SealedFileLayout.KIND, id.kind());
        header.putLong(SealedFileLayout.STORE_ID_HIGH, id.storeId().getMostSignificantBits());
        header.putLong(SealedFileLayout.STORE_ID_LOW, id.storeId().getLeastSignificantBits());
        header.putLong(SealedFileLayout.FILE_ID, id.fileId());
        header.putInt(SealedFileLayout.CRC32C, SaltedChecksum.unsalted(header, 0, SealedFileLayout.CRC32C));
        return header;
    }

    /**
     * Checks a header. Valid if and only if (1) the magic number is right; (2) the checksum matches; (3) the version is
     * known; (4) store, file number and kind are the expected ones; (5) everything reserved is zero.
     *
     * @throws CorruptSegmentException if it is not valid
     * @throws UnsupportedFormatException if the version is not known
     */
    static void check(ByteBuffer header, String file, SealedFileId id) {
        if (header.getLong(SealedFileLayout.MAGIC) != SealedFileLayout.MAGIC_VALUE) {
            throw new CorruptSegmentException(file, SealedFileLayout.MAGIC, "header: wrong magic number");
        }
        int crc = SaltedChecksum.unsalted(header, 0, SealedFileLayout.CRC32C);
        if (header.getInt(SealedFileLayout.CRC32C) != crc) {
            throw new CorruptSegmentException(file, SealedFileLayout.CRC32C, "header: checksum does not match");
        }
        int version = Short.toUnsignedInt(header.getShort(SealedFileLayout.VERSION));
        if (version != SealedFileLayout.VERSION_VALUE) {
            throw new UnsupportedFormatException(
                    file, version, SealedFileLayout.VERSION_VALUE, SealedFileLayout.VERSION_VALUE);
        }
        UUID store =
                new UUID(header.getLong(SealedFileLayout.STORE_ID_HIGH), header.getLong(SealedFileLayout.STORE_ID_LOW));
        if (!store.equals(id.storeId())) {
            throw new CorruptSegmentException(
                    file,
                    SealedFileLayout.STORE_ID_HIGH,
                    "file belongs to another store: expected=" + id.storeId() + ", actual=" + store);
        }
        require(file, SealedFileLayout.FILE_ID, "file number", id.fileId(), header.getLong(SealedFileLayout.FILE_ID));
        require(file, SealedFileLayout.KIND, "kind", id.kind(), header.getInt(SealedFileLayout.KIND));
        // All that is reserved is zero if and only if the header is the one that is written.
        int different = header.mismatch(of(id));
        if (different >= 0) {
            throw new CorruptSegmentException(file, different, "header: reserved byte is not zero");
        }
    }

    private static void require(String file, long offset, String what, long expected, long actual) {
        if (expected != actual) {
            throw new CorruptSegmentException(
                    file, offset, "header: another " + what + ": expected=" + expected + ", actual=" + actual);
        }
    }
}
