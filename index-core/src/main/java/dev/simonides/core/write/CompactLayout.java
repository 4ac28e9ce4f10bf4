// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.MemoryLayout.structLayout;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.StructLayout;
import java.nio.ByteOrder;

/**
 * The payload of a COMPACT record.
 *
 * <pre>
 * &lt;--- 4 ---&gt;&lt;--- 4 ---&gt;&lt;------- 8 -------&gt;&lt;------- 8 -------&gt;
 * numbering  reserved   live               asOfLsn
 * timestamp
 * </pre>
 *
 * <p>Normative: docs/FORMAT.md, "COMPACT".
 */
public final class CompactLayout {
    /** The payload, little-endian. */
    public static final StructLayout LAYOUT = structLayout(
            JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).withName("numbering"),
            JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).withName("reserved"),
            JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).withName("live"),
            JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).withName("asOfLsn"),
            JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).withName("timestampMillis"));

    /** Bytes of the payload. */
    public static final int BYTES = (int) LAYOUT.byteSize();

    /** Offset of the number of the numbering that begins. */
    public static final int NUMBERING = offset("numbering");

    /** Offset of four zero bytes. */
    public static final int RESERVED = offset("reserved");

    /** Offset of the number of living memories. */
    public static final int LIVE = offset("live");

    /** Offset of the LSN up to which who died has no ordinal any more. */
    public static final int AS_OF_LSN = offset("asOfLsn");

    /** Offset of the time of the compaction, milliseconds since 1970. */
    public static final int TIMESTAMP_MILLIS = offset("timestampMillis");

    private CompactLayout() {}

    private static int offset(String field) {
        return (int) LAYOUT.byteOffset(groupElement(field));
    }
}
