// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.MemoryLayout.structLayout;

import java.lang.foreign.StructLayout;

/**
 * The header of a record in a frame; its payload follows, and zeros to the next multiple of 8.
 *
 * <pre>
 * &lt;--- 4 ---&gt;&lt;1&gt;&lt;1&gt;&lt;- 2 -&gt;&lt;------- 8 -------&gt;
 * length     type flags reserved lsn
 * </pre>
 *
 * <p>Normative: docs/FORMAT.md, "Record".
 */
public final class RecordLayout {
    /** The header, little-endian. */
    public static final StructLayout LAYOUT = structLayout(
            LittleEndian.U32.withName("length"),
            LittleEndian.U8.withName("type"),
            LittleEndian.U8.withName("flags"),
            LittleEndian.U16.withName("reserved"),
            LittleEndian.U64.withName("lsn"));

    /** Bytes of the header; the payload follows. */
    public static final int BYTES = (int) LAYOUT.byteSize();

    /** Records begin at multiples of this in a frame. */
    public static final int ALIGNMENT = 8;

    /** Offset of the payload's bytes. */
    public static final int LENGTH = offset("length");

    /** Offset of the record type, which is the caller's. */
    public static final int TYPE = offset("type");

    /** Offset of the flags, which are the caller's. */
    public static final int FLAGS = offset("flags");

    /** Offset of two zero bytes. */
    public static final int RESERVED = offset("reserved");

    /** Offset of the log sequence number. */
    public static final int LSN = offset("lsn");

    private RecordLayout() {}

    private static int offset(String field) {
        return (int) LAYOUT.byteOffset(groupElement(field));
    }
}
