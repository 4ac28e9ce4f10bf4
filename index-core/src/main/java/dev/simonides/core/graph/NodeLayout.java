// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.graph;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.simonides.simd.OffHeap;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * A node of the graph in memory, one record of fixed stride per ordinal, on cache lines of its own.
 *
 * <pre>
 * 0        4        8              16
 * degree   state    upper          neighbours of layer 0 (int32[capacity])
 * </pre>
 *
 * <p>{@code upper} is 0 or the address of the node's upper lists, level 1 first: {@code degree int32, ids int32[capacity]},
 * each list padded to a cache line. A list may hold {@code 1.25 ×} its target before it is pruned back: pruning costs a
 * hundred evaluations, a slack slot four bytes.
 */
final class NodeLayout { // tidy: format, in memory only
    static final long DEGREE_OFFSET = 0;
    static final long STATE_OFFSET = 4;
    static final long UPPER_OFFSET = 8;
    static final long NEIGHBORS_OFFSET = 16;
    static final long UPPER_IDS_OFFSET = 4;

    /** Not yet in the graph: found by scanning the pending window. */
    static final int STATE_PENDING = 0;
    /** In the graph, reachable over its back links. */
    static final int STATE_LINKED = 1;
    /** Died before it was linked: in no list, and invisible to every search that could still miss it. */
    static final int STATE_SKIPPED = 2;

    static final MemorySegment MEMORY = OffHeap.everything();
    static final VarHandle INT = JAVA_INT.varHandle();
    static final VarHandle LONG = JAVA_LONG.varHandle();

    private NodeLayout() {}

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
