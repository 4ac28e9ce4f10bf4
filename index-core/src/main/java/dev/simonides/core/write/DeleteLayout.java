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
 * The payload of a DELETE record.
 *
 * <pre>
 * &lt;--- 4 ---&gt;&lt;--- 4 ---&gt;&lt;------- 8 -------&gt;
 * ordinal    tenant/key timestamp            (u32, u16 u16, i64)
 * tenant name, key
 * </pre>
 *
 * <p>Normative: docs/FORMAT.md, "DELETE".
 */
public final class DeleteLayout {
    /** The header, little-endian. */
    public static final StructLayout LAYOUT = structLayout(
            JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).withName("ordinal"),
            JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN).withName("tenantBytes"),
            JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN).withName("keyBytes"),
            JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).withName("timestampMillis"));

    /** Bytes of the header; the tenant's name follows. */
    public static final int BYTES = (int) LAYOUT.byteSize();

    /** Offset of the ordinal that dies. */
    public static final int ORDINAL = offset("ordinal");

    /** Offset of the length of the tenant's name. */
    public static final int TENANT_BYTES = offset("tenantBytes");

    /** Offset of the length of the key. */
    public static final int KEY_BYTES = offset("keyBytes");

    /** Offset of the time of the delete, milliseconds since 1970. */
    public static final int TIMESTAMP_MILLIS = offset("timestampMillis");

    private DeleteLayout() {}

    private static int offset(String field) {
        return (int) LAYOUT.byteOffset(groupElement(field));
    }
}
