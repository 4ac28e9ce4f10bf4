// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.graph;

import dev.simonides.core.vector.VectorPages;

/**
 * Makes a graph of another one whose nodes get other ordinals, and some of them none. Confined to one thread; the other
 * graph is searched and linked meanwhile, this one is known to nobody else.
 *
 * <p>Layer 0 is copied list by list: that is nearly all of a graph. The layers above are linked anew, because the level of a
 * node follows from its ordinal; that is every M-th node, among its likes only. Which links are pinned is not copied: the dead
 * that are left out were part of what holds the other graph together, so a tree of pinned links is made anew (G6).
 */
public final class GraphRenumbering {
    private final Graph from;
    private final Graph to;
    private final int[] ordinals;
    private final int floor;

    /**
     * Names what is to be copied.
     *
     * @param from the graph; its nodes below the floor are settled
     * @param to without nodes, with room for those that are copied
     * @param ordinals in the new graph by those in the other, ascending; negative for those that are left out
     * @param floor nodes of the other graph from here on are left out too; at most the length of {@code ordinals}
     */
    public GraphRenumbering(Graph from, Graph to, int[] ordinals, int floor) {
        this.from = from;
        this.to = to;
        this.ordinals = ordinals;
        this.floor = floor;
    }

    /**
     * Copies. Every node that is not left out is linked then, or skipped as it was.
     *
     * @param linker of the calling thread
     * @param vectors by the new ordinals
     * @param count nodes in the new graph
     */
    public void run(GraphLinker linker, VectorPages vectors, int count) {
        for (int ordinal = 0; ordinal < floor; ordinal++) {
            if (ordinals[ordinal] >= 0) {
                copyList(ordinal, ordinals[ordinal]);
            }
        }
        int first = -1;
        int end = 0;
        for (int ordinal = 0; ordinal < floor; ordinal++) {
            int present = ordinals[ordinal];
            if (present >= 0) {
                end = present + 1;
                if (!to.skipped(present)) {
                    linker.writeBitCode(to, vectors, present);
                    first = first < 0 ? present : first;
                    if (to.level(present) > 0) {
                        linker.linkUpper(to, vectors, present, count);
                    }
                }
            }
        }
        if (first >= 0) {
            to.offerEntry(first, 0);
            new PinnedTree(to, vectors, end).grow(linker);
            int _ = linker.refreshWorn(to, vectors, end, _ -> false, () -> true);
        }
    }

    private void copyList(int former, int present) {
        if (from.skipped(former)) {
            to.skip(present);
            return;
        }
        long source = Graph.ids(from.list(former, 0), 0);
        long list = to.list(present, 0);
        long target = Graph.ids(list, 0);
        int kept = 0;
        // Whole: while a list is changed, an id may stand in it twice.
        synchronized (from.stripe(former)) {
            int degree = Graph.degree(from.list(former, 0));
            for (int i = 0; i < degree; i++) {
                int id = Graph.id(source, i);
                if (id < floor && ordinals[id] >= 0) {
                    Graph.setId(target, kept++, ordinals[id]);
                }
            }
            to.noteLosses(present, from.losses(former) + degree - kept, kept);
        }
        Graph.setDegree(list, kept);
        to.noteChange(present);
        to.setState(present, NodeLayout.STATE_LINKED);
    }
}
