// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.manifest;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.MemoryLayout.sequenceLayout;
import static java.lang.foreign.MemoryLayout.structLayout;

import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * What a manifest says of a file.
 *
 * <pre>
 * &lt;- 4 -&gt;&lt;- 4 -&gt;&lt;------ 8 ------&gt;&lt;------ 8 ------&gt;&lt;- 32 -&gt;
 * kind  crc32c id              bytes            sha256
 * </pre>
 *
 * <p><em>An entry is valid if and only if</em> (1) the kind is known; (2) the number is above 0, below the manifest's
 * nextFileId, and no other entry's; (3) the size is at least 4160. Normative: docs/FORMAT.md, "Manifest entry".
 */
public final class ManifestEntryLayout {
    private static final ValueLayout U8 = ValueLayout.JAVA_BYTE;
    private static final ValueLayout U32 = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout U64 = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** The entry, little-endian. */
    public static final StructLayout LAYOUT = structLayout(
            U32.withName("kind"),
            U32.withName("crc32c"),
            U64.withName("id"),
            U64.withName("bytes"),
            sequenceLayout(ManifestLayout.SHA256_BYTES, U8).withName("sha256"));

    /** Bytes of an entry. */
    public static final int BYTES = (int) LAYOUT.byteSize();

    /** Offset of the kind's code. */
    public static final int KIND = offset("kind");

    /** Offset of the checksum of the file's footer. */
    public static final int CRC32C = offset("crc32c");

    /** Offset of the file's number. */
    public static final int ID = offset("id");

    /** Offset of the file's size. */
    public static final int FILE_BYTES = offset("bytes");

    /** Offset of the file's SHA-256. */
    public static final int SHA256 = offset("sha256");

    private ManifestEntryLayout() {}

    private static int offset(String field) {
        return (int) LAYOUT.byteOffset(groupElement(field));
    }
}
