// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.MemoryLayout.structLayout;

import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * What the table of contents of a graph file says of a tenant; its name and zeros up to a multiple of 8 follow.
 *
 * <pre>
 * &lt;--- 4 ---&gt;&lt;--- 4 ---&gt;&lt;--- 4 ---&gt;&lt;--- 4 ---&gt;
 * tenantBytes flags      count      pendingFloor
 * blocks     upperLists  offset
 * </pre>
 *
 * <p>Normative: docs/FORMAT.md, "Graph section".
 */
public final class GraphSectionLayout {
    private static final ValueLayout U32 = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout U64 = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** The structure, little-endian. */
    public static final StructLayout LAYOUT = structLayout(
            U32.withName("tenantBytes"),
            U32.withName("flags"),
            U32.withName("count"),
            U32.withName("pendingFloor"),
            U32.withName("blocks"),
            U32.withName("upperLists"),
            U64.withName("offset"));

    /** Bytes of the structure. */
    public static final int BYTES = (int) LAYOUT.byteSize();

    /** The only flag that is written: the section holds every block, and what older files say of the tenant is void. */
    public static final int WHOLE = 1;

    /** Of a later version: every node goes on with a 1-bit code. Such a graph is made again. */
    public static final int CODES = 2;

    /** Offset of the length of the tenant's name. */
    public static final int TENANT_BYTES = offset("tenantBytes");

    /** Offset of the flags. */
    public static final int FLAGS = offset("flags");

    /** Offset of the number of ordinals. */
    public static final int COUNT = offset("count");

    /** Offset of the pending floor. */
    public static final int PENDING_FLOOR = offset("pendingFloor");

    /** Offset of the number of blocks. */
    public static final int BLOCKS = offset("blocks");

    /** Offset of the number of lists above layer 0. */
    public static final int UPPER_LISTS = offset("upperLists");

    /** Offset of where the blocks stand in the data. */
    public static final int OFFSET = offset("offset");

    private GraphSectionLayout() {}

    private static int offset(String field) {
        return (int) LAYOUT.byteOffset(groupElement(field));
    }
}
