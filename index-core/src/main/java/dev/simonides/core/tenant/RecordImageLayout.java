// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.tenant;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.MemoryLayout.structLayout;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.StructLayout;
import java.nio.ByteOrder;

/**
 * What is kept of an ordinal besides its vector and its life, in memory and in files alike: a record that was read is used
 * where it lies.
 *
 * <pre>
 * &lt;--- 4 ---&gt;&lt;--- 4 ---&gt;&lt;------- 8 -------&gt;&lt;------- 8 -------&gt;
 * keyBytes   payload…   timestampMillis    payloadAddress
 * key, zeros up to a multiple of 8
 * </pre>
 *
 * <p>The payload stands anywhere: behind its record if it came through the log, in a loaded or mapped file otherwise.
 *
 * <p>Normative: docs/FORMAT.md, "Record image".
 */
public final class RecordImageLayout {
    /** The header, little-endian; the key follows. */
    public static final StructLayout LAYOUT = structLayout(
            JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).withName("keyBytes"),
            JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).withName("payloadBytes"),
            JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).withName("timestampMillis"),
            JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).withName("payloadAddress"));

    /** Bytes of the header; the key begins behind it. */
    public static final int BYTES = (int) LAYOUT.byteSize();

    /** Offset of the length of the key. */
    public static final int KEY_BYTES = offset("keyBytes");

    /** Offset of the length of the payload. */
    public static final int PAYLOAD_BYTES = offset("payloadBytes");

    /** Offset of the time of the put, milliseconds since 1970. */
    public static final int TIMESTAMP_MILLIS = offset("timestampMillis");

    /** Offset of where the payload stands: a native address in memory, zero in files. */
    public static final int PAYLOAD_ADDRESS = offset("payloadAddress");

    private RecordImageLayout() {}

    /**
     * Returns the size of a record.
     *
     * @param keyBytes length of its key
     * @return bytes, a multiple of 8
     */
    public static int imageBytes(int keyBytes) {
        return (BYTES + keyBytes + 7) & -8;
    }

    private static int offset(String field) {
        return (int) LAYOUT.byteOffset(groupElement(field));
    }
}
