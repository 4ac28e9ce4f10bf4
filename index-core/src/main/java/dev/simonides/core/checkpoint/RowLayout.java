// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.MemoryLayout.structLayout;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.StructLayout;
import java.nio.ByteOrder;

/**
 * The life of an ordinal, and where its record image is.
 *
 * <pre>
 * &lt;------- 8 -------&gt;&lt;------- 8 -------&gt;&lt;------- 8 -------&gt;
 * birthLsn           deathLsn           imageOffset
 * </pre>
 *
 * <p>Normative: docs/FORMAT.md, "Row".
 */
public final class RowLayout {
    /** The row, little-endian. */
    public static final StructLayout LAYOUT = structLayout(
            JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).withName("birthLsn"),
            JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).withName("deathLsn"),
            JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).withName("imageOffset"));

    /** Bytes of a row. */
    public static final int BYTES = (int) LAYOUT.byteSize();

    /** Offset of the birth LSN. */
    public static final int BIRTH_LSN = offset("birthLsn");

    /** Offset of the death LSN. */
    public static final int DEATH_LSN = offset("deathLsn");

    /** Offset of where in the section's back part the record image begins. */
    public static final int IMAGE_OFFSET = offset("imageOffset");

    /** The death LSN of the living, in memory too. */
    public static final long ALIVE = Long.MAX_VALUE;

    private RowLayout() {}

    private static int offset(String field) {
        return (int) LAYOUT.byteOffset(groupElement(field));
    }
}
