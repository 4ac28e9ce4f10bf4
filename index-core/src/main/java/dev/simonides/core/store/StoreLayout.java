// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.store;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.MemoryLayout.structLayout;

import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The file STORE, written once when a store is created.
 *
 * <pre>
 * &lt;--- 4 ---&gt;&lt;--- 4 ---&gt;&lt;--- 4 ---&gt;&lt;--- 4 ---&gt;
 * magic                 version    incompat
 * roCompat   compat     storeIdHigh
 * storeIdLow            createdMillis
 * dimension  similarity originals  durability (u32 each)
 * m          efConstr   exactScan  pending
 * seed                  asyncLagMillis
 * asyncLagBytes         reserved   crc32c
 * </pre>
 *
 * <p><em>The file is valid if and only if</em> (1) it has exactly {@link #BYTES} bytes; (2) the magic is right; (3) the
 * CRC-32C of everything before it matches; (4) the version is known and no unknown feature bit is set, but
 * for compat bits; (5) every option is within its limits, and what is reserved is zero. Normative: docs/FORMAT.md, "STORE".
 */
public final class StoreLayout {
    private static final ValueLayout U32 = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout U64 = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** The file, little-endian. */
    public static final StructLayout LAYOUT = structLayout(
            U64.withName("magic"),
            U32.withName("version"),
            U32.withName("incompatFeatures"),
            U32.withName("readOnlyCompatFeatures"),
            U32.withName("compatFeatures"),
            U64.withName("storeIdHigh"),
            U64.withName("storeIdLow"),
            U64.withName("createdMillis"),
            U32.withName("dimension"),
            U32.withName("similarity"),
            U32.withName("originals"),
            U32.withName("durability"),
            U32.withName("m"),
            U32.withName("efConstruction"),
            U32.withName("exactScanMax"),
            U32.withName("pendingMax"),
            U64.withName("seed"),
            U64.withName("asyncLagMillis"),
            U64.withName("asyncLagBytes"),
            U32.withName("reserved"),
            U32.withName("crc32c"));

    /** Bytes of the file. */
    public static final int BYTES = (int) LAYOUT.byteSize();

    /** What {@link #MAGIC} holds: the characters {@code SIMONIDS}. */
    public static final long MAGIC_VALUE = 0x5344_494E_4F4D_4953L;

    /**
     * The version this program writes. Stores of version 1 have no manifests, those of version 2 were never compacted; both are
     * read, and written on as this program does it.
     */
    public static final int VERSION_VALUE = 3;

    /** The lowest version this program reads. */
    public static final int VERSION_MIN = 1;

    /** The one bit of incompatFeatures that is defined: pages are packed. The program sets it in every store it makes. */
    public static final int PACKED_PAGES = 1;

    /** Offset of the magic number. */
    public static final int MAGIC = offset("magic");

    /** Offset of the format version. */
    public static final int VERSION = offset("version");

    /** Offset of the feature bits without which a store must not be opened. */
    public static final int INCOMPAT_FEATURES = offset("incompatFeatures");

    /** Offset of the feature bits without which a store must not be written; none is defined. */
    public static final int READ_ONLY_COMPAT_FEATURES = offset("readOnlyCompatFeatures");

    /** Offset of the feature bits that may be ignored; none is defined. */
    public static final int COMPAT_FEATURES = offset("compatFeatures");

    /** Offset of the upper half of the store's identity. */
    public static final int STORE_ID_HIGH = offset("storeIdHigh");

    /** Offset of the lower half of the store's identity. */
    public static final int STORE_ID_LOW = offset("storeIdLow");

    /** Offset of the time of creation, milliseconds since 1970. */
    public static final int CREATED_MILLIS = offset("createdMillis");

    /** Offset of the dimension. */
    public static final int DIMENSION = offset("dimension");

    /** Offset of the similarity's code. */
    public static final int SIMILARITY = offset("similarity");

    /** Offset of the originals' code. */
    public static final int ORIGINALS = offset("originals");

    /** Offset of the durability's code. */
    public static final int DURABILITY = offset("durability");

    /** Offset of M. */
    public static final int M = offset("m");

    /** Offset of efConstruction. */
    public static final int EF_CONSTRUCTION = offset("efConstruction");

    /** Offset of exactScanMax. */
    public static final int EXACT_SCAN_MAX = offset("exactScanMax");

    /** Offset of pendingMax. */
    public static final int PENDING_MAX = offset("pendingMax");

    /** Offset of the seed. */
    public static final int SEED = offset("seed");

    /** Offset of the asynchronous durability's lag in milliseconds, else 0. */
    public static final int ASYNC_LAG_MILLIS = offset("asyncLagMillis");

    /** Offset of the asynchronous durability's lag in bytes, else 0. */
    public static final int ASYNC_LAG_BYTES = offset("asyncLagBytes");

    /** Offset of four bytes of zero. */
    public static final int RESERVED = offset("reserved");

    /** Offset of the CRC-32C of everything before it. */
    public static final int CRC32C = offset("crc32c");

    private StoreLayout() {}

    private static int offset(String field) {
        return (int) LAYOUT.byteOffset(groupElement(field));
    }
}
