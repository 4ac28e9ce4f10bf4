// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.MemoryLayout.structLayout;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.StructLayout;
import java.nio.ByteOrder;

/**
 * The payload of a PUT record: what is stored of a memory, exactly as it will be stored.
 *
 * <pre>
 * &lt;--- 4 ---&gt;&lt;--- 4 ---&gt;&lt;------- 8 -------&gt;
 * ordinal    payload    timestamp
 * tenant/key vector     (u16 u16 u32)
 * tenant name, key, payload, code record, original: one behind the other, without padding
 * </pre>
 *
 * <p>Normative: docs/FORMAT.md, "PUT".
 */
public final class PutLayout {
    /** The header, little-endian. */
    public static final StructLayout LAYOUT = structLayout(
            JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).withName("ordinal"),
            JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).withName("payloadBytes"),
            JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).withName("timestampMillis"),
            JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN).withName("tenantBytes"),
            JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN).withName("keyBytes"),
            JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).withName("vectorBytes"));

    /** Bytes of the header; the tenant's name follows. */
    public static final int BYTES = (int) LAYOUT.byteSize();

    /** Offset of the ordinal within the tenant. */
    public static final int ORDINAL = offset("ordinal");

    /** Offset of the length of the payload. */
    public static final int PAYLOAD_BYTES = offset("payloadBytes");

    /** Offset of the time of the put, milliseconds since 1970. */
    public static final int TIMESTAMP_MILLIS = offset("timestampMillis");

    /** Offset of the length of the tenant's name. */
    public static final int TENANT_BYTES = offset("tenantBytes");

    /** Offset of the length of the key. */
    public static final int KEY_BYTES = offset("keyBytes");

    /** Offset of the length of code record and original together. */
    public static final int VECTOR_BYTES = offset("vectorBytes");

    private PutLayout() {}

    private static int offset(String field) {
        return (int) LAYOUT.byteOffset(groupElement(field));
    }
}
