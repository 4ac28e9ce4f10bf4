// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.Limits;
import dev.simonides.core.tenant.StoredRecord;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Records of the log: laid out and read they are the same, and of any other bytes {@code defect} says what is wrong. */
class RecordProperties {
    @Property
    void aPutComesBack(
            @ForAll @Size(max = 256) byte[] tenant,
            @ForAll @Size(min = 1, max = 512) byte[] key,
            @ForAll @Size(max = 2_000) byte[] payload,
            @ForAll @IntRange(min = 1, max = 5_000) int vectorBytes,
            @ForAll long timestamp,
            @ForAll @IntRange(min = 0) int ordinal) {
        PutRecord put = PutRecord.layOut(tenant, key, payload, vectorBytes, timestamp);
        put.setOrdinal(ordinal);

        assertTrue(put.defect(vectorBytes).isEmpty());
        assertTrue(put.defect(vectorBytes + 1).isPresent(), "another shape");
        assertEquals(ordinal, put.ordinal());
        assertArrayEquals(tenant, put.tenant());
        assertArrayEquals(key, put.key());
        StoredRecord stored = put.stored();
        assertEquals(timestamp, stored.timestampMillis());
        byte[] bytes = put.bytes().array();
        assertArrayEquals(
                payload,
                Arrays.copyOfRange(
                        bytes, (int) stored.payloadOffset(), (int) stored.payloadOffset() + stored.payloadBytes()));
        assertEquals(bytes.length, stored.vectorOffset() + vectorBytes);
    }

    @Property
    void aDeleteComesBack(
            @ForAll @Size(max = 256) byte[] tenant,
            @ForAll @Size(min = 1, max = 512) byte[] key,
            @ForAll long timestamp,
            @ForAll int ordinal) {
        DeleteRecord delete = DeleteRecord.layOut(tenant, key, timestamp);
        delete.setOrdinal(ordinal);

        assertTrue(delete.defect().isEmpty());
        assertEquals(ordinal, delete.ordinal());
        assertArrayEquals(tenant, delete.tenant());
        assertArrayEquals(key, delete.key());
    }

    @Property
    void bytesOfAnyKindAreRefusedOrReadable(@ForAll @Size(max = 200) byte[] bytes) {
        PutRecord put = new PutRecord(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
        if (put.defect(12).isEmpty()) {
            assertReadable(put, 12);
        }
        DeleteRecord delete = new DeleteRecord(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
        if (delete.defect().isEmpty()) {
            assertEquals(bytes.length, 16 + delete.tenant().length + delete.key().length);
        }
    }

    @Property
    void aPutWithOneFieldChangedIsRefusedOrReadable(
            @ForAll @IntRange(min = 0, max = 23) int at, @ForAll byte value, @ForAll @IntRange(max = 30) int cut) {
        byte[] whole = PutRecord.layOut(new byte[3], new byte[5], new byte[7], 12, 99)
                .bytes()
                .array();
        byte[] bytes = Arrays.copyOf(whole, whole.length - cut);
        bytes[Math.min(at, bytes.length - 1)] = value;
        PutRecord put = new PutRecord(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));

        if (put.defect(12).isEmpty()) {
            assertReadable(put, 12);
        }
    }

    private static void assertReadable(PutRecord put, int vectorBytes) {
        assertTrue(put.tenant().length <= Limits.TENANT_BYTES_MAX);
        assertTrue(put.key().length >= 1 && put.key().length <= Limits.KEY_BYTES_MAX);
        assertFalse(put.payloadBytes() < 0);
        assertEquals(put.bytes().limit(), put.vectorOffset() + vectorBytes);
    }
}
