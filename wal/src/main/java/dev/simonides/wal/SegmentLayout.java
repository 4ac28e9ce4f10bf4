// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.MemoryLayout.sequenceLayout;
import static java.lang.foreign.MemoryLayout.structLayout;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.StructLayout;

/**
 * The header of a log segment: one sector, the first of the first block; the rest of that block is zero.
 *
 * <pre>
 * &lt;------- 8 -------&gt;&lt;- 2 -&gt;&lt;- 2 -&gt;&lt;-- 4 --&gt;&lt;------- 8 -------&gt;&lt;------- 8 -------&gt;
 * magic              version reserved        storeIdHigh        storeIdLow
 * incarnation        segmentNumber           baseLsn            salt
 * capacity           reserved … 508          crc32c
 * </pre>
 *
 * <p>Normative: docs/FORMAT.md, "Segment header".
 */
public final class SegmentLayout {
    /** The header, little-endian. */
    public static final StructLayout LAYOUT = structLayout(
            LittleEndian.U64.withName("magic"),
            LittleEndian.U16.withName("version"),
            sequenceLayout(6, JAVA_BYTE).withName("reserved0"),
            LittleEndian.U64.withName("storeIdHigh"),
            LittleEndian.U64.withName("storeIdLow"),
            LittleEndian.U64.withName("incarnation"),
            LittleEndian.U64.withName("segmentNumber"),
            LittleEndian.U64.withName("baseLsn"),
            LittleEndian.U64.withName("salt"),
            LittleEndian.U64.withName("capacity"),
            sequenceLayout(436, JAVA_BYTE).withName("reserved1"),
            LittleEndian.U32.withName("crc32c"));

    /** Bytes of the header. */
    public static final int BYTES = (int) LAYOUT.byteSize();

    /** Bytes of a block: frames begin at multiples of it, the first one right after the header's block. */
    public static final int BLOCK_BYTES = 4096;

    /** What {@link #MAGIC} holds: the characters {@code SIMONWAL}. */
    public static final long MAGIC_VALUE = 0x4c41574e4f4d4953L;

    /** The format version this release writes, and the only one it reads. */
    public static final int VERSION_VALUE = 1;

    /** Offset of the magic number. */
    public static final int MAGIC = offset("magic");

    /** Offset of the format version. */
    public static final int VERSION = offset("version");

    /** Offset of the more significant half of the store's identity. */
    public static final int STORE_ID_HIGH = offset("storeIdHigh");

    /** Offset of the less significant half of the store's identity. */
    public static final int STORE_ID_LOW = offset("storeIdLow");

    /** Offset of the incarnation: one more for every opening that writes. */
    public static final int INCARNATION = offset("incarnation");

    /** Offset of the segment's number. */
    public static final int SEGMENT_NUMBER = offset("segmentNumber");

    /** Offset of the LSN of the first record this segment may hold. */
    public static final int BASE_LSN = offset("baseLsn");

    /** Offset of the salt: random, new for every segment, in every checksum of it. */
    public static final int SALT = offset("salt");

    /** Offset of the size of the file as it was created. */
    public static final int CAPACITY = offset("capacity");

    /** Offset of the CRC-32C of everything before it. */
    public static final int CRC32C = offset("crc32c");

    private SegmentLayout() {}

    private static int offset(String field) {
        return (int) LAYOUT.byteOffset(groupElement(field));
    }
}
