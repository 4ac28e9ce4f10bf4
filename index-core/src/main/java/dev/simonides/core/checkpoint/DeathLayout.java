// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.MemoryLayout.structLayout;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.StructLayout;
import java.nio.ByteOrder;

/**
 * The death of an ordinal whose row is in an older file.
 *
 * <pre>
 * &lt;--- 4 ---&gt;&lt;--- 4 ---&gt;&lt;------- 8 -------&gt;
 * ordinal    reserved   deathLsn
 * </pre>
 *
 * <p>Normative: docs/FORMAT.md, "Death".
 */
public final class DeathLayout {
    /** The death, little-endian. */
    public static final StructLayout LAYOUT = structLayout(
            JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).withName("ordinal"),
            JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).withName("reserved"),
            JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).withName("deathLsn"));

    /** Bytes of a death. */
    public static final int BYTES = (int) LAYOUT.byteSize();

    /** Offset of the ordinal. */
    public static final int ORDINAL = offset("ordinal");

    /** Offset of four zero bytes. */
    public static final int RESERVED = offset("reserved");

    /** Offset of the death LSN. */
    public static final int DEATH_LSN = offset("deathLsn");

    private DeathLayout() {}

    private static int offset(String field) {
        return (int) LAYOUT.byteOffset(groupElement(field));
    }
}
