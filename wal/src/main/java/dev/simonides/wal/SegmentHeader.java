// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * What a segment says about itself. Immutable.
 *
 * @param storeId the store it belongs to
 * @param incarnation the opening that wrote it
 * @param number its place in the chain of segments
 * @param baseLsn the LSN of the first record it may hold; everything below was durable when it was created
 * @param salt in every checksum of it
 * @param capacity the size of the file as it was created, in bytes
 */
record SegmentHeader(UUID storeId, long incarnation, long number, long baseLsn, long salt, long capacity) {

    /** Fills a block of zeros with this header. */
    void write(ByteBuffer block) {
        block.putLong(SegmentLayout.MAGIC, SegmentLayout.MAGIC_VALUE);
        block.putShort(SegmentLayout.VERSION, (short) SegmentLayout.VERSION_VALUE);
        block.putLong(SegmentLayout.STORE_ID_HIGH, storeId.getMostSignificantBits());
        block.putLong(SegmentLayout.STORE_ID_LOW, storeId.getLeastSignificantBits());
        block.putLong(SegmentLayout.INCARNATION, incarnation);
        block.putLong(SegmentLayout.SEGMENT_NUMBER, number);
        block.putLong(SegmentLayout.BASE_LSN, baseLsn);
        block.putLong(SegmentLayout.SALT, salt);
        block.putLong(SegmentLayout.CAPACITY, capacity);
        block.putInt(SegmentLayout.CRC32C, SaltedChecksum.unsalted(block, 0, SegmentLayout.CRC32C));
    }

    /**
     * Reads the header from a segment's first block. Valid if and only if (1) the magic number is right; (2) the
     * checksum matches; (3) the version is known; (4) the store is this one; (5) the number is the name's; (6) the other
     * fields are in their ranges; (7) everything reserved is zero.
     *
     * @throws CorruptWalException if it is not valid
     * @throws UnsupportedFormatException if the version is not known
     */
    static SegmentHeader read(ByteBuffer block, String file, UUID storeId) {
        if (block.getLong(SegmentLayout.MAGIC) != SegmentLayout.MAGIC_VALUE) {
            throw new CorruptWalException(file, SegmentLayout.MAGIC, "segment header: wrong magic number");
        }
        int crc = SaltedChecksum.unsalted(block, 0, SegmentLayout.CRC32C);
        if (block.getInt(SegmentLayout.CRC32C) != crc) {
            throw new CorruptWalException(file, SegmentLayout.CRC32C, "segment header: checksum does not match");
        }
        int version = Short.toUnsignedInt(block.getShort(SegmentLayout.VERSION));
        if (version != SegmentLayout.VERSION_VALUE) {
            throw new UnsupportedFormatException(
                    file, version, SegmentLayout.VERSION_VALUE, SegmentLayout.VERSION_VALUE);
        }
        UUID found = new UUID(block.getLong(SegmentLayout.STORE_ID_HIGH), block.getLong(SegmentLayout.STORE_ID_LOW));
        if (!found.equals(storeId)) {
            throw new CorruptWalException(
                    file,
                    SegmentLayout.STORE_ID_HIGH,
                    "segment belongs to another store: expected=" + storeId + ", actual=" + found);
        }
        SegmentHeader header = new SegmentHeader(
                found,
                block.getLong(SegmentLayout.INCARNATION),
                block.getLong(SegmentLayout.SEGMENT_NUMBER),
                block.getLong(SegmentLayout.BASE_LSN),
                block.getLong(SegmentLayout.SALT),
                block.getLong(SegmentLayout.CAPACITY));
        header.check(file);
        checkReserved(block, file);
        return header;
    }

    private void check(String file) {
        if (number != SegmentName.number(file)) {
            throw new CorruptWalException(
                    file, SegmentLayout.SEGMENT_NUMBER, "segment number differs from its name: actual=" + number);
        }
        if (incarnation < 1) {
            throw new CorruptWalException(
                    file, SegmentLayout.INCARNATION, "incarnation: expected=1.., actual=" + incarnation);
        }
        if (baseLsn < 1 || baseLsn > LogLimits.LSN_MAX) {
            throw new CorruptWalException(file, SegmentLayout.BASE_LSN, "baseLsn: expected=1.., actual=" + baseLsn);
        }
        if (capacity < LogLimits.SEGMENT_BYTES_MIN
                || capacity > LogLimits.SEGMENT_BYTES_MAX
                || capacity % SegmentLayout.BLOCK_BYTES != 0) {
            throw new CorruptWalException(file, SegmentLayout.CAPACITY, "capacity out of range: actual=" + capacity);
        }
    }

    private static void checkReserved(ByteBuffer block, String file) {
        for (int i = SegmentLayout.VERSION + Short.BYTES; i < SegmentLayout.STORE_ID_HIGH; i++) {
            requireZero(block, i, file);
        }
        for (int i = SegmentLayout.CAPACITY + Long.BYTES; i < SegmentLayout.CRC32C; i++) {
            requireZero(block, i, file);
        }
        if (!SectorStamps.zero(block, SegmentLayout.BYTES, SegmentLayout.BLOCK_BYTES - SegmentLayout.BYTES)) {
            throw new CorruptWalException(file, SegmentLayout.BYTES, "the block behind the segment header is not zero");
        }
    }

    private static void requireZero(ByteBuffer block, int offset, String file) {
        if (block.get(offset) != 0) {
            throw new CorruptWalException(file, offset, "segment header: reserved byte is not zero");
        }
    }
}
