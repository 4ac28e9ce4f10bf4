// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

import dev.simonides.Limits;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * The payload of a DELETE record, as a view of its bytes.
 *
 * @param bytes the payload, little-endian, position 0, limit its length
 */
record DeleteRecord(ByteBuffer bytes) {
    static DeleteRecord layOut(byte[] tenant, byte[] key, long timestampMillis) {
        ByteBuffer bytes = ByteBuffer.allocate(DeleteLayout.BYTES + tenant.length + key.length)
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.putShort(DeleteLayout.TENANT_BYTES, (short) tenant.length);
        bytes.putShort(DeleteLayout.KEY_BYTES, (short) key.length);
        bytes.putLong(DeleteLayout.TIMESTAMP_MILLIS, timestampMillis);
        bytes.put(DeleteLayout.BYTES, tenant);
        bytes.put(DeleteLayout.BYTES + tenant.length, key);
        return new DeleteRecord(bytes);
    }

    Optional<String> defect() {
        if (bytes.limit() < DeleteLayout.BYTES) {
            return Optional.of("DELETE record shorter than its header: " + bytes.limit());
        }
        if (tenantBytes() > Limits.TENANT_BYTES_MAX || keyBytes() < 1 || keyBytes() > Limits.KEY_BYTES_MAX) {
            return Optional.of(
                    "DELETE record beyond limits: tenantBytes=" + tenantBytes() + ", keyBytes=" + keyBytes());
        }
        int total = DeleteLayout.BYTES + tenantBytes() + keyBytes();
        if (bytes.limit() != total) {
            return Optional.of(
                    "DELETE record of wrong length: actual=" + bytes.limit() + ", its fields sum to " + total);
        }
        return Optional.empty();
    }

    void setOrdinal(int ordinal) {
        bytes.putInt(DeleteLayout.ORDINAL, ordinal);
    }

    int ordinal() {
        return bytes.getInt(DeleteLayout.ORDINAL);
    }

    long timestampMillis() {
        return bytes.getLong(DeleteLayout.TIMESTAMP_MILLIS);
    }

    private int tenantBytes() {
        return Short.toUnsignedInt(bytes.getShort(DeleteLayout.TENANT_BYTES));
    }

    private int keyBytes() {
        return Short.toUnsignedInt(bytes.getShort(DeleteLayout.KEY_BYTES));
    }

    byte[] tenant() {
        return copy(DeleteLayout.BYTES, tenantBytes());
    }

    byte[] key() {
        return copy(DeleteLayout.BYTES + tenantBytes(), keyBytes());
    }

    private byte[] copy(int offset, int length) {
        byte[] copy = new byte[length];
        bytes.get(offset, copy);
        return copy;
    }
}
