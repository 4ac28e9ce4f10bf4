// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

import dev.simonides.core.key.KeyDirectory;
import dev.simonides.core.tenant.StoredRecord;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.core.tenant.Tenants;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.OffHeap;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** Compares a log record with what memory made of it. Any thread. */
public final class LoggedRecord {
    private static final MemorySegment MEMORY = OffHeap.everything();

    private LoggedRecord() {}

    /**
     * Compares one record. From before a compaction only what is still alive can be compared, and that by its key.
     *
     * @param tenants the store's memory
     * @param codec shape of a vector
     * @param lsn of the record, visible in memory
     * @param type of the record
     * @param payload of the record; read only during the call
     * @return how they differ, or nothing
     */
    public static Optional<String> compare(Tenants tenants, VectorCodec codec, long lsn, int type, ByteBuffer payload) {
        ByteBuffer bytes = payload.slice().order(ByteOrder.LITTLE_ENDIAN);
        Optional<String> difference = switch (type) {
            case RecordType.PUT -> comparePut(tenants, codec, lsn, new PutRecord(bytes));
            case RecordType.DELETE -> compareDelete(tenants, lsn, new DeleteRecord(bytes));
            case RecordType.COMPACT -> new CompactRecord(bytes).defect();
            default -> Optional.of("unknown type " + type);
        };
        return difference.map(what -> "record of LSN " + lsn + ": " + what);
    }

    private static Optional<String> comparePut(Tenants tenants, VectorCodec codec, long lsn, PutRecord put) {
        Optional<String> defect = put.defect(codec.codeBytes() + codec.originalBytes());
        if (defect.isPresent()) {
            return defect;
        }
        Tenant tenant = tenants.find(new String(put.tenant(), StandardCharsets.UTF_8));
        int ordinal = put.ordinal();
        if (lsn <= tenants.numberedLsn()) {
            if (tenant == null) {
                return Optional.empty();
            }
            ordinal = tenant.keys().get(tenant.keys().key(tenant.id(), put.key()));
            if (ordinal == KeyDirectory.NONE || tenant.birthLsn(ordinal) != lsn) {
                return Optional.empty();
            }
        }
        if (tenant == null || ordinal < 0 || ordinal >= tenant.count() || tenant.birthLsn(ordinal) != lsn) {
            return Optional.of("memory has no such birth: ordinal=" + ordinal);
        }
        StoredRecord stored = put.stored();
        if (!Arrays.equals(tenant.key(ordinal), put.key())
                || differs(
                        stored,
                        stored.payloadOffset(),
                        MemorySegment.ofArray(tenant.payload(ordinal)),
                        0,
                        put.payloadBytes())
                || differs(
                        stored, stored.vectorOffset(), MEMORY, tenant.vectors().codeAddress(ordinal), codec.codeBytes())
                || (codec.originalBytes() > 0
                        && differs(
                                stored,
                                stored.vectorOffset() + codec.codeBytes(),
                                MEMORY,
                                tenant.vectors().originalAddress(ordinal),
                                codec.originalBytes()))) {
            return Optional.of("memory differs at ordinal " + ordinal);
        }
        return Optional.empty();
    }

    private static boolean differs(
            StoredRecord stored, long offset, MemorySegment other, long otherOffset, int length) {
        return MemorySegment.mismatch(stored.bytes(), offset, offset + length, other, otherOffset, otherOffset + length)
                >= 0;
    }

    private static Optional<String> compareDelete(Tenants tenants, long lsn, DeleteRecord delete) {
        Optional<String> defect = delete.defect();
        if (defect.isPresent()) {
            return defect;
        }
        if (lsn <= tenants.numberedLsn()) {
            return Optional.empty();
        }
        Tenant tenant = tenants.find(new String(delete.tenant(), StandardCharsets.UTF_8));
        int ordinal = delete.ordinal();
        if (tenant == null || ordinal < 0 || ordinal >= tenant.count() || tenant.deathLsn(ordinal) != lsn) {
            return Optional.of("memory has no such death: ordinal=" + ordinal);
        }
        return Optional.empty();
    }
}
