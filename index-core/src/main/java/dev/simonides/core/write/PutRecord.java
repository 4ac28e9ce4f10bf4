// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

import dev.simonides.Limits;
import dev.simonides.core.tenant.StoredRecord;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * The payload of a PUT record, as a view of its bytes. Made by a caller's thread, then the writer thread's.
 *
 * @param bytes the payload, little-endian, position 0, limit its length
 */
public record PutRecord(ByteBuffer bytes) {
    /**
     * Lays out a record, vector and ordinal still missing.
     *
     * @param tenant name of the tenant
     * @param key key of the memory
     * @param payload content of the memory
     * @param vectorBytes length of code record and original
     * @param timestampMillis time of the put
     * @return the record
     */
    public static PutRecord layOut(byte[] tenant, byte[] key, byte[] payload, int vectorBytes, long timestampMillis) {
        int total = PutLayout.BYTES + tenant.length + key.length + payload.length + vectorBytes;
        ByteBuffer bytes = ByteBuffer.allocate(total).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(PutLayout.PAYLOAD_BYTES, payload.length);
        bytes.putLong(PutLayout.TIMESTAMP_MILLIS, timestampMillis);
        bytes.putShort(PutLayout.TENANT_BYTES, (short) tenant.length);
        bytes.putShort(PutLayout.KEY_BYTES, (short) key.length);
        bytes.putInt(PutLayout.VECTOR_BYTES, vectorBytes);
        bytes.put(PutLayout.BYTES, tenant);
        bytes.put(PutLayout.BYTES + tenant.length, key);
        bytes.put(PutLayout.BYTES + tenant.length + key.length, payload);
        return new PutRecord(bytes);
    }

    /**
     * Checks bytes that come from a log, before anything of them is used.
     *
     * @param vectorBytes what the store's shape demands
     * @return what is wrong, or nothing
     */
    public Optional<String> defect(int vectorBytes) {
        if (bytes.limit() < PutLayout.BYTES) {
            return Optional.of("PUT record shorter than its header: " + bytes.limit());
        }
        if (tenantBytes() > Limits.TENANT_BYTES_MAX || keyBytes() < 1 || keyBytes() > Limits.KEY_BYTES_MAX) {
            return Optional.of("PUT record beyond limits: tenantBytes=" + tenantBytes() + ", keyBytes=" + keyBytes());
        }
        if (payloadBytes() < 0 || payloadBytes() > Limits.PAYLOAD_BYTES_MAX) {
            return Optional.of("PUT record beyond limits: payloadBytes=" + payloadBytes());
        }
        int stated = bytes.getInt(PutLayout.VECTOR_BYTES);
        if (stated != vectorBytes) {
            return Optional.of("PUT record of another shape: vectorBytes=" + stated + ", expected=" + vectorBytes);
        }
        int total = vectorOffset() + vectorBytes;
        if (bytes.limit() != total) {
            return Optional.of("PUT record of wrong length: actual=" + bytes.limit() + ", its fields sum to " + total);
        }
        return Optional.empty();
    }

    void setOrdinal(int ordinal) {
        bytes.putInt(PutLayout.ORDINAL, ordinal);
    }

    int ordinal() {
        return bytes.getInt(PutLayout.ORDINAL);
    }

    void setTimestampMillis(long millis) {
        bytes.putLong(PutLayout.TIMESTAMP_MILLIS, millis);
    }

    long timestampMillis() {
        return bytes.getLong(PutLayout.TIMESTAMP_MILLIS);
    }

    int tenantBytes() {
        return Short.toUnsignedInt(bytes.getShort(PutLayout.TENANT_BYTES));
    }

    int keyBytes() {
        return Short.toUnsignedInt(bytes.getShort(PutLayout.KEY_BYTES));
    }

    int payloadBytes() {
        return bytes.getInt(PutLayout.PAYLOAD_BYTES);
    }

    byte[] tenant() {
        return copy(PutLayout.BYTES, tenantBytes());
    }

    byte[] key() {
        return copy(PutLayout.BYTES + tenantBytes(), keyBytes());
    }

    /**
     * Returns where code record and original stand.
     *
     * @return offset in the payload, in bytes
     */
    public int vectorOffset() {
        return PutLayout.BYTES + tenantBytes() + keyBytes() + payloadBytes();
    }

    /** The same fields in the words of a tenant. */
    StoredRecord stored() {
        int keyOffset = PutLayout.BYTES + tenantBytes();
        return new StoredRecord(
                MemorySegment.ofBuffer(bytes),
                timestampMillis(),
                keyOffset,
                keyBytes(),
                (long) keyOffset + keyBytes(),
                payloadBytes(),
                vectorOffset());
    }

    private byte[] copy(int offset, int length) {
        byte[] copy = new byte[length];
        bytes.get(offset, copy);
        return copy;
    }
}
