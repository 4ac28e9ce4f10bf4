// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * The payload of a COMPACT record, as a view of its bytes.
 *
 * @param bytes the payload, little-endian, position 0, limit its length
 */
record CompactRecord(ByteBuffer bytes) {
    static CompactRecord layOut(int numbering, long live, long asOfLsn, long timestampMillis) {
        ByteBuffer bytes = ByteBuffer.allocate(CompactLayout.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(CompactLayout.NUMBERING, numbering);
        bytes.putLong(CompactLayout.LIVE, live);
        bytes.putLong(CompactLayout.AS_OF_LSN, asOfLsn);
        bytes.putLong(CompactLayout.TIMESTAMP_MILLIS, timestampMillis);
        return new CompactRecord(bytes);
    }

    Optional<String> defect() {
        if (bytes.limit() != CompactLayout.BYTES) {
            return Optional.of(
                    "COMPACT record of wrong length: actual=" + bytes.limit() + ", expected=" + CompactLayout.BYTES);
        }
        if (numbering() < 1 || live() < 0 || asOfLsn() < 0 || bytes.getInt(CompactLayout.RESERVED) != 0) {
            return Optional.of("COMPACT record beyond limits: numbering=" + numbering() + ", live=" + live());
        }
        return Optional.empty();
    }

    int numbering() {
        return bytes.getInt(CompactLayout.NUMBERING);
    }

    long live() {
        return bytes.getLong(CompactLayout.LIVE);
    }

    long asOfLsn() {
        return bytes.getLong(CompactLayout.AS_OF_LSN);
    }

    long timestampMillis() {
        return bytes.getLong(CompactLayout.TIMESTAMP_MILLIS);
    }
}
