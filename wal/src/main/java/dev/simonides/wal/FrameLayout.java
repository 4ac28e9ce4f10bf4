// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.MemoryLayout.structLayout;

import java.lang.foreign.StructLayout;

/**
 * The header of a frame: the records of one group commit, which are in the log together or not at all.
 *
 * <pre>
 * &lt;--- 4 ---&gt;&lt;--- 4 ---&gt;&lt;--- 4 ---&gt;&lt;--- 4 ---&gt;
 * magic      length     inverse    crc32c
 * firstLsn              count      flags
 * durableLsn            incarnation
 * </pre>
 *
 * <p>Offsets are those of the frame's own bytes, before they are cut into sectors. Normative: docs/FORMAT.md, "Frame".
 */
public final class FrameLayout {
    /** The header, little-endian. */
    public static final StructLayout LAYOUT = structLayout(
            LittleEndian.U32.withName("magic"),
            LittleEndian.U32.withName("length"),
            LittleEndian.U32.withName("inverse"),
            LittleEndian.U32.withName("crc32c"),
            LittleEndian.U64.withName("firstLsn"),
            LittleEndian.U32.withName("count"),
            LittleEndian.U32.withName("flags"),
            LittleEndian.U64.withName("durableLsn"),
            LittleEndian.U64.withName("incarnation"));

    /** Bytes of the header; the first record follows. */
    public static final int BYTES = (int) LAYOUT.byteSize();

    /** What {@link #MAGIC} holds: the characters {@code FRM1}. */
    public static final int MAGIC_VALUE = 0x314d5246;

    /** The flag of the frame that ends the log of a store that was closed; it holds no record. */
    public static final int FLAG_CLOSED = 1;

    /** The flag of the frame in a finished segment's last block that says that another segment follows. */
    public static final int FLAG_CONTINUES = 2;

    /** Offset of the magic number. */
    public static final int MAGIC = offset("magic");

    /** Offset of the bytes of the frame, this header included, padding not. */
    public static final int LENGTH = offset("length");

    /** Offset of the bitwise complement of the length. */
    public static final int INVERSE = offset("inverse");

    /** Offset of the CRC-32C of the segment's salt and of everything from {@link #FIRST_LSN} to the end. */
    public static final int CRC32C = offset("crc32c");

    /** Offset of the LSN of the first record. */
    public static final int FIRST_LSN = offset("firstLsn");

    /** Offset of the number of records. */
    public static final int COUNT = offset("count");

    /** Offset of the flags. */
    public static final int FLAGS = offset("flags");

    /** Offset of the highest LSN that was known to be durable when the frame was written. */
    public static final int DURABLE_LSN = offset("durableLsn");

    /** Offset of the segment's incarnation, repeated. */
    public static final int INCARNATION = offset("incarnation");

    private FrameLayout() {}

    private static int offset(String field) {
        return (int) LAYOUT.byteOffset(groupElement(field));
    }
}
