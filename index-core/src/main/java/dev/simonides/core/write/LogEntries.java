// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

import dev.simonides.LogEntry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Log records in the words of the API. Any thread. */
public final class LogEntries {
    private LogEntries() {}

    /**
     * Says what a record means.
     *
     * @param lsn of the record
     * @param type of the record
     * @param payload of the record; read only during the call
     * @param vectorBytes length of code record and original in this store
     * @return a put, a delete, a compaction, or what is wrong with it
     */
    public static LogEntry of(long lsn, int type, ByteBuffer payload, int vectorBytes) {
        ByteBuffer bytes = payload.slice().order(ByteOrder.LITTLE_ENDIAN);
        return switch (type) {
            case RecordType.PUT -> put(lsn, new PutRecord(bytes), vectorBytes);
            case RecordType.DELETE -> delete(lsn, new DeleteRecord(bytes));
            case RecordType.COMPACT -> compact(lsn, new CompactRecord(bytes));
            default -> new LogEntry.Unknown(lsn, "unknown type " + type);
        };
    }

    private static LogEntry put(long lsn, PutRecord put, int vectorBytes) {
        Optional<String> defect = put.defect(vectorBytes);
        if (defect.isPresent()) {
            return new LogEntry.Unknown(lsn, defect.get());
        }
        return new LogEntry.Put(
                lsn, text(put.tenant()), text(put.key()), put.ordinal(), put.timestampMillis(), put.payloadBytes());
    }

    private static LogEntry delete(long lsn, DeleteRecord delete) {
        Optional<String> defect = delete.defect();
        if (defect.isPresent()) {
            return new LogEntry.Unknown(lsn, defect.get());
        }
        return new LogEntry.Delete(
                lsn, text(delete.tenant()), text(delete.key()), delete.ordinal(), delete.timestampMillis());
    }

    private static LogEntry compact(long lsn, CompactRecord compact) {
        Optional<String> defect = compact.defect();
        return defect.isPresent()
                ? new LogEntry.Unknown(lsn, defect.get())
                : new LogEntry.Compact(lsn, compact.numbering(), compact.live(), compact.timestampMillis());
    }

    private static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
