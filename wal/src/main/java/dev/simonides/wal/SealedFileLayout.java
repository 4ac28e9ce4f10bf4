// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.MemoryLayout.sequenceLayout;
import static java.lang.foreign.MemoryLayout.structLayout;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.StructLayout;

/**
 * The header of a write-once file: its first 4096 bytes; the data follows, then the checksums of the data's blocks, then
 * the footer.
 *
 * <pre>
 * &lt;------- 8 -------&gt;&lt;- 2 -&gt;&lt;- 2 -&gt;&lt;-- 4 --&gt;&lt;------- 8 -------&gt;&lt;------- 8 -------&gt;
 * magic              version reserved kind   storeIdHigh        storeIdLow
 * fileId             reserved … 4092         crc32c
 * </pre>
 *
 * <p>Normative: docs/FORMAT.md, "Write-once header".
 */
public final class SealedFileLayout {
    /** The header, little-endian. */
    public static final StructLayout LAYOUT = structLayout(
            LittleEndian.U64.withName("magic"),
            LittleEndian.U16.withName("version"),
            sequenceLayout(2, JAVA_BYTE).withName("reserved0"),
            LittleEndian.U32.withName("kind"),
            LittleEndian.U64.withName("storeIdHigh"),
            LittleEndian.U64.withName("storeIdLow"),
            LittleEndian.U64.withName("fileId"),
            sequenceLayout(4052, JAVA_BYTE).withName("reserved1"),
            LittleEndian.U32.withName("crc32c"));

    /** Bytes of the header; the data begins behind it. */
    public static final int BYTES = (int) LAYOUT.byteSize();

    /** Bytes of data that share a checksum; the last block may be shorter. */
    public static final int BLOCK_BYTES = 64 << 10;

    /** The table of contents and what follows it begin at multiples of this. */
    public static final int ALIGNMENT = 64;

    /** The most bytes of data. */
    public static final long DATA_BYTES_MAX = 1L << 40;

    /** What {@link #MAGIC} holds: the characters {@code SIMOFILE}. */
    public static final long MAGIC_VALUE = 0x454c49464f4d4953L;

    /** The format version this release writes, and the only one it reads. */
    public static final int VERSION_VALUE = 1;

    /** Offset of the magic number. */
    public static final int MAGIC = offset("magic");

    /** Offset of the format version. */
    public static final int VERSION = offset("version");

    /** Offset of what the file holds. */
    public static final int KIND = offset("kind");

    /** Offset of the more significant half of the store's identity. */
    public static final int STORE_ID_HIGH = offset("storeIdHigh");

    /** Offset of the less significant half of the store's identity. */
    public static final int STORE_ID_LOW = offset("storeIdLow");

    /** Offset of the file's number. */
    public static final int FILE_ID = offset("fileId");

    /** Offset of the CRC-32C of everything before it. */
    public static final int CRC32C = offset("crc32c");

    private SealedFileLayout() {}

    /** How many blocks so much data has. */
    static int blocks(long dataBytes) {
        return Math.toIntExact(Math.ceilDiv(dataBytes, (long) BLOCK_BYTES));
    }

    /** Bytes of the checksums of so many blocks, with the zeros behind them. */
    static int tableBytes(int blocks) {
        return Math.ceilDiv(Math.multiplyExact(blocks, Integer.BYTES), ALIGNMENT) * ALIGNMENT;
    }

    private static int offset(String field) {
        return (int) LAYOUT.byteOffset(groupElement(field));
    }
}
