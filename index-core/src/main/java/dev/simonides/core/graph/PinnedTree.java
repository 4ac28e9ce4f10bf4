// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.graph;

import dev.simonides.core.vector.VectorPages;
import java.util.BitSet;

/**
 * Pins links of a graph that has no pinned ones, so that they hold all its nodes together (G6): a tree over links that are there,
 * breadth first from the entry point, and for the nodes that it does not come to, links made for them. Confined to one thread;
 * nobody else knows the graph.
 */
final class PinnedTree {
    private final Graph graph;
    private final VectorPages vectors;
    private final int count;
    private final BitSet joined;
    /** Nodes of the tree, in the order in which they joined. */
    private final int[] nodes;

    private int nodeCount;
    private int grownCount;
    private final int[] neighbors;

    /**
     * Begins with no tree.
     *
     * @param graph has an entry point, and no pinned links
     * @param vectors the vectors of the same tenant
     * @param count nodes, each linked or skipped
     */
    PinnedTree(Graph graph, VectorPages vectors, int count) {
        this.graph = graph;
        this.vectors = vectors;
        this.count = count;
        this.joined = new BitSet(count);
        this.nodes = new int[count];
        this.neighbors = new int[graph.capacity(0)];
    }

    /** Grows it over all nodes that are linked. */
    void grow(GraphLinker linker) {
        join(graph.entryOrdinal());
        growOverLinks();
        for (int ordinal = joined.nextClearBit(0); ordinal < count; ordinal = joined.nextClearBit(ordinal + 1)) {
            if (!graph.skipped(ordinal)) {
                linker.linkAgain(graph, vectors, ordinal, count, _ -> false, joined::get);
                join(ordinal);
                growOverLinks();
            }
        }
    }

    private void join(int ordinal) {
        joined.set(ordinal);
        nodes[nodeCount++] = ordinal;
    }

    private void growOverLinks() {
        while (grownCount < nodeCount) {
            int from = nodes[grownCount++];
            // A copy, because pinning changes the order.
            int degree = graph.neighbors(from, neighbors);
            for (int i = 0; i < degree; i++) {
                int to = neighbors[i];
                if (!joined.get(to) && !graph.skipped(to) && pinBothWays(from, to)) {
                    join(to);
                }
            }
        }
    }

    /** Where the node has no room for more, its neighbour joins elsewhere. */
    private boolean pinBothWays(int from, int to) {
        return PinnedLinks.pin(graph, from, to, graph.pinnedTarget())
                && PinnedLinks.pin(graph, to, from, graph.capacity(0));
    }
}
