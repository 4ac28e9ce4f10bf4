// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * CRC-32C over a segment's salt and then the bytes, so that bytes of another segment never check. Confined to one
 * thread; does not allocate.
 */
final class SaltedChecksum {
    private final CRC32C crc = new CRC32C();
    private final byte[] salt = new byte[Long.BYTES];

    SaltedChecksum(long salt) {
        ByteBuffer.wrap(this.salt).order(ByteOrder.LITTLE_ENDIAN).putLong(0, salt);
    }

    /** The checksum of a range; the buffer is left cleared. */
    int of(ByteBuffer bytes, int offset, int length) {
        crc.reset();
        crc.update(salt, 0, salt.length);
        bytes.limit(offset + length).position(offset);
        crc.update(bytes);
        bytes.clear();
        return (int) crc.getValue();
    }

    /** The checksum of a range without salt, for headers that hold the salt; the buffer is left cleared. */
    static int unsalted(ByteBuffer bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        bytes.limit(offset + length).position(offset);
        crc.update(bytes);
        bytes.clear();
        return (int) crc.getValue();
    }
}
