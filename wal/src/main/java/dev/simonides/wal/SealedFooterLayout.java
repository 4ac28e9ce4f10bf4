// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.MemoryLayout.sequenceLayout;
import static java.lang.foreign.MemoryLayout.structLayout;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.StructLayout;

/**
 * The footer of a write-once file: its last 64 bytes.
 *
 * <pre>
 * &lt;------- 8 -------&gt;&lt;------- 8 -------&gt;&lt;------- 8 -------&gt;&lt;------- 8 -------&gt;
 * magic              dataBytes          contentsOffset     contentsBytes
 * blocks    tableCrc reserved … 60      crc32c
 * </pre>
 *
 * <p>Normative: docs/FORMAT.md, "Write-once footer".
 */
public final class SealedFooterLayout {
    /** The footer, little-endian. */
    public static final StructLayout LAYOUT = structLayout(
            LittleEndian.U64.withName("magic"),
            LittleEndian.U64.withName("dataBytes"),
            LittleEndian.U64.withName("contentsOffset"),
            LittleEndian.U64.withName("contentsBytes"),
            LittleEndian.U32.withName("blocks"),
            LittleEndian.U32.withName("tableCrc"),
            sequenceLayout(20, JAVA_BYTE).withName("reserved"),
            LittleEndian.U32.withName("crc32c"));

    /** Bytes of the footer. */
    public static final int BYTES = (int) LAYOUT.byteSize();

    /** What {@link #MAGIC} holds: the characters {@code SIMOFOOT}. */
    public static final long MAGIC_VALUE = 0x544f4f464f4d4953L;

    /** Offset of the magic number. */
    public static final int MAGIC = offset("magic");

    /** Offset of the bytes of the data, a multiple of {@link SealedFileLayout#ALIGNMENT}. */
    public static final int DATA_BYTES = offset("dataBytes");

    /** Offset of where in the data its table of contents begins. */
    public static final int CONTENTS_OFFSET = offset("contentsOffset");

    /** Offset of the bytes of the table of contents, which zeros fill up to the data's end. */
    public static final int CONTENTS_BYTES = offset("contentsBytes");

    /** Offset of the number of blocks. */
    public static final int BLOCKS = offset("blocks");

    /** Offset of the CRC-32C of the blocks' checksums and the zeros behind them. */
    public static final int TABLE_CRC = offset("tableCrc");

    /** Offset of 20 zero bytes. */
    public static final int RESERVED = offset("reserved");

    /** Offset of the CRC-32C of the file's identity and of everything before it. */
    public static final int CRC32C = offset("crc32c");

    private SealedFooterLayout() {}

    private static int offset(String field) {
        return (int) LAYOUT.byteOffset(groupElement(field));
    }
}
