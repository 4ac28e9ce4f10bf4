// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalInt;
import java.util.zip.CRC32C;

/**
 * What the footer of a write-once file says. Immutable.
 *
 * @param dataBytes bytes of data, the table of contents included
 * @param contentsOffset where in the data the table of contents begins
 * @param contentsBytes bytes of the table of contents
 * @param blocks blocks of data
 * @param tableCrc checksum of the blocks' checksums
 */
record SealedFooter(long dataBytes, long contentsOffset, int contentsBytes, int blocks, int tableCrc) {
    private static final long NUMBER = -1;

    /** The footer's bytes. */
    ByteBuffer write(SealedFileId id) {
        ByteBuffer footer = ByteBuffer.allocate(SealedFooterLayout.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        footer.putLong(SealedFooterLayout.MAGIC, SealedFooterLayout.MAGIC_VALUE);
        footer.putLong(SealedFooterLayout.DATA_BYTES, dataBytes);
        footer.putLong(SealedFooterLayout.CONTENTS_OFFSET, contentsOffset);
        footer.putLong(SealedFooterLayout.CONTENTS_BYTES, contentsBytes);
        footer.putInt(SealedFooterLayout.BLOCKS, blocks);
        footer.putInt(SealedFooterLayout.TABLE_CRC, tableCrc);
        footer.putInt(SealedFooterLayout.CRC32C, crc(footer, id));
        return footer;
    }

    /**
     * Reads a footer. Valid if and only if (1) the magic number is right; (2) the checksum matches, and is the expected
     * one; (3) the sizes agree with each other and with the file's; (4) everything reserved is zero.
     *
     * @param at the footer's place in the file
     * @param expectedCrc its checksum, if somebody else knows it
     * @throws CorruptSegmentException if it is not valid
     */
    static SealedFooter read(ByteBuffer footer, String file, long at, SealedFileId id, OptionalInt expectedCrc) {
        if (footer.getLong(SealedFooterLayout.MAGIC) != SealedFooterLayout.MAGIC_VALUE) {
            throw new CorruptSegmentException(file, at + SealedFooterLayout.MAGIC, "footer: wrong magic number");
        }
        int crc = footer.getInt(SealedFooterLayout.CRC32C);
        if (crc != crc(footer, id)) {
            throw new CorruptSegmentException(file, at + SealedFooterLayout.CRC32C, "footer: checksum does not match");
        }
        if (crc != expectedCrc.orElse(crc)) {
            throw new CorruptSegmentException(
                    file,
                    at + SealedFooterLayout.CRC32C,
                    "another file than the one that is expected: expected="
                            + Integer.toHexString(expectedCrc.orElse(crc)) + ", actual=" + Integer.toHexString(crc));
        }
        long dataBytes = footer.getLong(SealedFooterLayout.DATA_BYTES);
        long contentsOffset = footer.getLong(SealedFooterLayout.CONTENTS_OFFSET);
        long contentsBytes = footer.getLong(SealedFooterLayout.CONTENTS_BYTES);
        int blocks = footer.getInt(SealedFooterLayout.BLOCKS);
        // Each bound is checked before it is computed with.
        boolean agrees = dataBytes >= 0
                && dataBytes <= SealedFileLayout.DATA_BYTES_MAX
                && dataBytes % SealedFileLayout.ALIGNMENT == 0
                && blocks == SealedFileLayout.blocks(dataBytes)
                && at == SealedFileLayout.BYTES + dataBytes + SealedFileLayout.tableBytes(blocks)
                && contentsOffset >= 0
                && contentsOffset <= dataBytes
                && contentsOffset % SealedFileLayout.ALIGNMENT == 0
                && contentsBytes >= 0
                && contentsBytes <= Integer.MAX_VALUE
                && contentsBytes <= dataBytes - contentsOffset
                && dataBytes - contentsOffset - contentsBytes < SealedFileLayout.ALIGNMENT;
        if (!agrees) {
            throw new CorruptSegmentException(
                    file,
                    at + SealedFooterLayout.DATA_BYTES,
                    "footer: sizes disagree: dataBytes=" + dataBytes + ", contentsOffset=" + contentsOffset
                            + ", contentsBytes=" + contentsBytes + ", blocks=" + blocks);
        }
        for (int i = SealedFooterLayout.RESERVED; i < SealedFooterLayout.CRC32C; i++) {
            if (footer.get(i) != 0) {
                throw new CorruptSegmentException(file, at + i, "footer: reserved byte is not zero");
            }
        }
        return new SealedFooter(
                dataBytes, contentsOffset, (int) contentsBytes, blocks, footer.getInt(SealedFooterLayout.TABLE_CRC));
    }

    private static int crc(ByteBuffer footer, SealedFileId id) {
        CRC32C crc = id.seeded(NUMBER);
        crc.update(footer.duplicate().clear().limit(SealedFooterLayout.CRC32C));
        return (int) crc.getValue();
    }
}
