// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.manifest;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.MemoryLayout.sequenceLayout;
import static java.lang.foreign.MemoryLayout.structLayout;

import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A file MANIFEST-…, written once: a header, an entry for each file, and a checksum.
 *
 * <pre>
 * &lt;------ 8 ------&gt;&lt;- 4 -&gt;&lt;- 4 -&gt;&lt;------ 8 ------&gt;&lt;------ 8 ------&gt;
 * magic            version flags storeIdHigh      storeIdLow
 * generation       lsn           logSegment       nextFileId
 * maxTimestamp     predecessor   predecessorSha256 … 32
 * store … 112
 * fileCount numbering entries … 56 each            crc32c
 * </pre>
 *
 * <p><em>A manifest is valid if and only if</em> (1) its size is that of its header, its entries and the checksum; (2) the
 * magic is right; (3) the CRC-32C of everything before it matches; (4) the version is known; (5) the UUID is the store's,
 * and the generation the name's; (6) every field is in its range, and what is reserved is zero. Normative: docs/FORMAT.md,
 * "MANIFEST".
 */
public final class ManifestLayout {
    private static final ValueLayout U8 = ValueLayout.JAVA_BYTE;
    private static final ValueLayout U32 = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout U64 = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Bytes of a SHA-256. */
    public static final int SHA256_BYTES = 32;

    /** Bytes of the file STORE, which every manifest repeats. */
    public static final int STORE_BYTES = 112;

    /** The header, little-endian. */
    public static final StructLayout LAYOUT = structLayout(
            U64.withName("magic"),
            U32.withName("version"),
            U32.withName("flags"),
            U64.withName("storeIdHigh"),
            U64.withName("storeIdLow"),
            U64.withName("generation"),
            U64.withName("lsn"),
            U64.withName("logSegment"),
            U64.withName("nextFileId"),
            U64.withName("maxTimestampMillis"),
            U64.withName("predecessor"),
            sequenceLayout(SHA256_BYTES, U8).withName("predecessorSha256"),
            sequenceLayout(STORE_BYTES, U8).withName("store"),
            U32.withName("fileCount"),
            U32.withName("numbering"));

    /** Bytes of the header. */
    public static final int BYTES = (int) LAYOUT.byteSize();

    /** Bytes of the checksum at the end. */
    public static final int CRC32C_BYTES = Integer.BYTES;

    /** What {@link #MAGIC} holds: the characters {@code SIMOMANI}. */
    public static final long MAGIC_VALUE = 0x494E_414D_4F4D_4953L;

    /** The version this program writes, and the only one it reads. */
    public static final int VERSION_VALUE = 1;

    /** The flag of a manifest that a store left when it was closed. */
    public static final int FLAG_CLEAN_CLOSE = 1;

    /** The most files that a manifest may name. */
    public static final int FILES_MAX = 65_536;

    /** Offset of the magic number. */
    public static final int MAGIC = offset("magic");

    /** Offset of the format version. */
    public static final int VERSION = offset("version");

    /** Offset of the flags. */
    public static final int FLAGS = offset("flags");

    /** Offset of the upper half of the store's identity. */
    public static final int STORE_ID_HIGH = offset("storeIdHigh");

    /** Offset of the lower half of the store's identity. */
    public static final int STORE_ID_LOW = offset("storeIdLow");

    /** Offset of the generation. */
    public static final int GENERATION = offset("generation");

    /** Offset of the last LSN that the files hold. */
    public static final int LSN = offset("lsn");

    /** Offset of the number of the first log segment that is still needed. */
    public static final int LOG_SEGMENT = offset("logSegment");

    /** Offset of the first file number that was never used. */
    public static final int NEXT_FILE_ID = offset("nextFileId");

    /** Offset of the latest time stamp of a memory. */
    public static final int MAX_TIMESTAMP_MILLIS = offset("maxTimestampMillis");

    /** Offset of the generation before, 0 for the log alone. */
    public static final int PREDECESSOR = offset("predecessor");

    /** Offset of the SHA-256 of the manifest before. */
    public static final int PREDECESSOR_SHA256 = offset("predecessorSha256");

    /** Offset of the bytes of the file STORE. */
    public static final int STORE = offset("store");

    /** Offset of the number of entries. */
    public static final int FILE_COUNT = offset("fileCount");

    /** Offset of how often the store has been compacted. */
    public static final int NUMBERING = offset("numbering");

    private ManifestLayout() {}

    /**
     * Returns the size of a manifest.
     *
     * @param files entries, 0..65,536
     * @return bytes
     */
    public static int bytes(int files) {
        return BYTES + files * ManifestEntryLayout.BYTES + CRC32C_BYTES;
    }

    private static int offset(String field) {
        return (int) LAYOUT.byteOffset(groupElement(field));
    }
}
