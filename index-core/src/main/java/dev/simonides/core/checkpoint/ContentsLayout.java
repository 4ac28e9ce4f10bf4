// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.MemoryLayout.structLayout;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.StructLayout;
import java.nio.ByteOrder;

/**
 * How the table of contents of a file of truth begins; its sections follow, see {@link SectionLayout}.
 *
 * <pre>
 * &lt;------- 8 -------&gt;&lt;------- 8 -------&gt;&lt;--- 4 ---&gt;&lt;--- 4 ---&gt;
 * lsn                backStart          sections   numbering
 * </pre>
 *
 * <p>Normative: docs/FORMAT.md, "Contents".
 */
public final class ContentsLayout {
    /** The header, little-endian. */
    public static final StructLayout LAYOUT = structLayout(
            JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).withName("lsn"),
            JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).withName("backStart"),
            JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).withName("sections"),
            JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).withName("numbering"));

    /** Bytes of the header; the sections begin behind it. */
    public static final int BYTES = (int) LAYOUT.byteSize();

    /** Offset of the LSN of the checkpoint that wrote the file. */
    public static final int LSN = offset("lsn");

    /** Offset of where in the data the front parts of all sections end and the back parts begin. */
    public static final int BACK_START = offset("backStart");

    /** Offset of the number of sections. */
    public static final int SECTIONS = offset("sections");

    /** Offset of how often the store had been compacted. */
    public static final int NUMBERING = offset("numbering");

    private ContentsLayout() {}

    private static int offset(String field) {
        return (int) LAYOUT.byteOffset(groupElement(field));
    }
}
