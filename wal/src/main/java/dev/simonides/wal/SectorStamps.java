// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import java.nio.ByteBuffer;

/**
 * Writes and checks the stamps of one segment's sectors. Confined to one thread; does not allocate.
 *
 * <p>The salt is one whose checksum of an all-zero sector is not zero, so no stamped sector is all zero, and "all zero"
 * always means "never written".
 */
final class SectorStamps {
    /** What a sector is; there is no fourth case. */
    enum State {
        /** All zero, as the segment was created: never written, or written and lost. */
        ABSENT,
        /** Its stamp is right. */
        VALID,
        /** Neither. */
        CORRUPT
    }

    private final long salt;
    private final SaltedChecksum checksum;

    SectorStamps(long salt) {
        this.salt = salt;
        this.checksum = new SaltedChecksum(salt);
    }

    /** Stamps the sector that begins at {@code at} and has the number {@code sector} in its segment. */
    void stamp(ByteBuffer sectors, int at, int sector) {
        int crc = checksum.of(sectors, at, SectorLayout.DATA_BYTES);
        sectors.putInt(at + SectorLayout.PLACE, (int) salt ^ sector);
        sectors.putInt(at + SectorLayout.CRC32C, crc);
    }

    State state(ByteBuffer sectors, int at, int sector) {
        if (zero(sectors, at, SectorLayout.BYTES)) {
            return State.ABSENT;
        }
        boolean valid = sectors.getInt(at + SectorLayout.PLACE) == ((int) salt ^ sector)
                && sectors.getInt(at + SectorLayout.CRC32C) == checksum.of(sectors, at, SectorLayout.DATA_BYTES);
        return valid ? State.VALID : State.CORRUPT;
    }

    /** Whether the salt keeps every stamped sector from being all zero. */
    static boolean usable(long salt) {
        return new SaltedChecksum(salt).of(ByteBuffer.allocate(SectorLayout.DATA_BYTES), 0, SectorLayout.DATA_BYTES)
                != 0;
    }

    /** Whether a range, of a multiple of 8 bytes, is all zero. */
    static boolean zero(ByteBuffer bytes, int at, int length) {
        for (int i = at; i < at + length; i += Long.BYTES) {
            if (bytes.getLong(i) != 0) {
                return false;
            }
        }
        return true;
    }
}
