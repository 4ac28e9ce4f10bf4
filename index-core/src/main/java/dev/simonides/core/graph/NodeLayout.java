// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.graph;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.MemoryLayout.structLayout;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.simonides.simd.OffHeap;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A node of the graph, one record of fixed stride per ordinal, on cache lines of its own: in memory, and in files with the
 * same bytes but for the pointer.
 *
 * <pre>
 * 0        4        6        8              16
 * degree   state    pinned   upper          neighbours of layer 0 (int32[capacity])
 * </pre>
 *
 * <p>The first {@code pinned} neighbours are never pruned (G6).
 *
 * <p>{@code upper} is 0 or the address of the node's upper lists, level 1 first: {@code degree int32, ids int32[capacity]},
 * each list padded to a cache line. A list may hold {@code 1.25 ×} its target before it is pruned back: pruning costs a
 * hundred evaluations, a slack slot four bytes. Normative for files: docs/FORMAT.md, "Graph node".
 */
final class NodeLayout {
    private static final ValueLayout U16 = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout U32 = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout U64 = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** The fixed part of a node. */
    static final StructLayout LAYOUT = structLayout(
            U32.withName("degree"), U16.withName("state"), U16.withName("pinned"), U64.withName("pointer"));

    static final long DEGREE_OFFSET = offset("degree");
    static final long STATE_OFFSET = offset("state");
    static final long PINNED_OFFSET = offset("pinned");
    static final long UPPER_OFFSET = offset("pointer");
    static final long NEIGHBORS_OFFSET = LAYOUT.byteSize();
    static final long UPPER_IDS_OFFSET = 4;

    /** Not yet in the graph: found by scanning the pending window. */
    static final int STATE_PENDING = 0;
    /** In the graph, reachable over its back links. */
    static final int STATE_LINKED = 1;
    /** Dead and in no list: it died before it was linked, or was unlinked. Invisible to every search that could miss it. */
    static final int STATE_SKIPPED = 2;
    /** Dead, and about to be unlinked: nothing links to it any more. In memory only, a file says that it is linked. */
    static final int STATE_LEAVING = 3;

    static final MemorySegment MEMORY = OffHeap.everything();
    static final VarHandle SHORT = JAVA_SHORT.varHandle();
    static final VarHandle INT = JAVA_INT.varHandle();
    static final VarHandle LONG = JAVA_LONG.varHandle();

    private NodeLayout() {}

    private static long offset(String field) {
        return LAYOUT.byteOffset(groupElement(field));
    }

    /** Ids a list can hold for a target degree: a quarter of slack. */
    static int capacity(int target) {
        return (target * 5 + 3) / 4;
    }

    static long nodeBytes(int capacity) {
        return (NEIGHBORS_OFFSET + 4L * capacity + 63) & -64;
    }

    static long upperListBytes(int capacity) {
        return (UPPER_IDS_OFFSET + 4L * capacity + 63) & -64;
    }
}
