// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.MemoryLayout.sequenceLayout;
import static java.lang.foreign.MemoryLayout.structLayout;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.StructLayout;

/**
 * A sector of a frame: the unit a disk writes whole or not at all, with a stamp that proves which sector it is.
 *
 * <pre>
 * &lt;------------ 504 bytes ------------&gt;&lt;-- 4 bytes --&gt;&lt;-- 4 bytes --&gt;
 * data                                 place          crc32c
 * </pre>
 *
 * <p>Normative: docs/FORMAT.md, "Sector".
 */
public final class SectorLayout {
    /** The sector, little-endian. */
    public static final StructLayout LAYOUT = structLayout(
            sequenceLayout(504, JAVA_BYTE).withName("data"),
            LittleEndian.U32.withName("place"),
            LittleEndian.U32.withName("crc32c"));

    /** Bytes of a sector. */
    public static final int BYTES = (int) LAYOUT.byteSize();

    /** Offset of the place: the low half of the segment's salt, exclusive-or the sector's number in the segment. */
    public static final int PLACE = (int) LAYOUT.byteOffset(groupElement("place"));

    /** Offset of the CRC-32C of salt and data. */
    public static final int CRC32C = (int) LAYOUT.byteOffset(groupElement("crc32c"));

    /** Bytes of a sector that carry the frame. */
    public static final int DATA_BYTES = PLACE;

    private SectorLayout() {}
}
