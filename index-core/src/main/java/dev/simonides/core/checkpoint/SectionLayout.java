// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.MemoryLayout.structLayout;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.StructLayout;
import java.nio.ByteOrder;

/**
 * What a file of truth holds of one tenant: a range of its ordinals, and where in the data they are.
 *
 * <pre>
 * &lt;- 2 -&gt;&lt;- 2 -&gt;&lt;--- 4 ---&gt;&lt;--- 4 ---&gt;&lt;--- 4 ---&gt;
 * tenant… reserved deaths   first      end
 * frontOffset         frontBytes                8 + 8
 * backOffset          backBytes                 8 + 8
 * tenant name, zeros up to a multiple of 8
 * </pre>
 *
 * <p>Normative: docs/FORMAT.md, "Section".
 */
public final class SectionLayout {
    /** The header, little-endian; the tenant's name follows. */
    public static final StructLayout LAYOUT = structLayout(
            JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN).withName("tenantBytes"),
            JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN).withName("reserved"),
            JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).withName("deaths"),
            JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).withName("first"),
            JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).withName("end"),
            JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).withName("frontOffset"),
            JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).withName("frontBytes"),
            JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).withName("backOffset"),
            JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).withName("backBytes"));

    /** Bytes of the header; the tenant's name follows. */
    public static final int BYTES = (int) LAYOUT.byteSize();

    /** Offset of the length of the tenant's name. */
    public static final int TENANT_BYTES = offset("tenantBytes");

    /** Offset of two zero bytes. */
    public static final int RESERVED = offset("reserved");

    /** Offset of the number of deaths listed behind the rows. */
    public static final int DEATHS = offset("deaths");

    /** Offset of the first ordinal. */
    public static final int FIRST = offset("first");

    /** Offset of the ordinal behind the last. */
    public static final int END = offset("end");

    /** Offset of where in the data the front part begins. */
    public static final int FRONT_OFFSET = offset("frontOffset");

    /** Offset of the bytes of the front part. */
    public static final int FRONT_BYTES = offset("frontBytes");

    /** Offset of where in the data the back part begins. */
    public static final int BACK_OFFSET = offset("backOffset");

    /** Offset of the bytes of the back part. */
    public static final int BACK_BYTES = offset("backBytes");

    private SectionLayout() {}

    /**
     * Returns the size of an entry.
     *
     * @param tenantBytes length of the tenant's name
     * @return bytes, a multiple of 8
     */
    static int entryBytes(int tenantBytes) {
        return (BYTES + tenantBytes + 7) & -8;
    }

    private static int offset(String field) {
        return (int) LAYOUT.byteOffset(groupElement(field));
    }
}
