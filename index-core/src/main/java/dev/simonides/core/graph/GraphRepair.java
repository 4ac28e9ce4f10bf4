// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.graph;

import dev.simonides.core.vector.VectorPages;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.BooleanSupplier;

/**
 * Links those living nodes again that layer 0 does not lead to from the entry point. Confined to one indexer; others may
 * search and link meanwhile.
 *
 * <p>Linking keeps all nodes reachable (G6). What a file holds may be of different moments, and links to nodes behind its
 * count are dropped, so a loaded graph may have lost some.
 */
public final class GraphRepair {
    /** Nodes walked between two questions whether to go on. */
    private static final int NODES_A_TURN = 4096;

    private final Graph graph;
    private final VectorPages vectors;
    private final int count;
    private final int floor;
    private final BooleanSupplier goOn;
    private final BitSet reached;
    private int[] open = new int[1024];
    private int openCount;

    /**
     * Makes a repair.
     *
     * @param graph the graph
     * @param vectors the vectors of the same tenant
     * @param count published ordinals
     * @param floor ordinals below it are looked for; what is being linked meanwhile lies behind it
     * @param goOn asked now and then
     */
    public GraphRepair(Graph graph, VectorPages vectors, int count, int floor, BooleanSupplier goOn) {
        this.graph = graph;
        this.vectors = vectors;
        this.count = count;
        this.floor = floor;
        this.goOn = goOn;
        this.reached = new BitSet(count);
    }

    /**
     * Looks for lost nodes and links them again.
     *
     * @param linker of the calling thread
     * @param dead says of an ordinal that it is dead; such a node need not be found
     * @return how many were lost
     */
    public int run(GraphLinker linker, GraphLinker.DeadNodes dead) {
        if (graph.empty() || !reach(graph.entryOrdinal())) {
            return 0;
        }
        int lost = 0;
        for (int ordinal = reached.nextClearBit(0); ordinal < floor; ordinal = reached.nextClearBit(ordinal + 1)) {
            if (graph.settled(ordinal) && !dead.dead(ordinal)) {
                linker.linkAgain(graph, vectors, ordinal, count, dead, reached::get);
                lost++;
                if (!goOn.getAsBoolean() || !reach(ordinal)) {
                    break;
                }
            }
        }
        return lost;
    }

    /** Marks a node and all that layer 0 leads to from it; false if it was told to stop. */
    private boolean reach(int from) {
        meet(from);
        for (int walked = 0; openCount > 0; walked++) {
            if (walked % NODES_A_TURN == 0 && !goOn.getAsBoolean()) {
                return false;
            }
            long list = graph.list(open[--openCount], 0);
            long ids = Graph.ids(list, 0);
            int degree = Graph.degree(list);
            for (int i = 0; i < degree; i++) {
                meet(Graph.id(ids, i));
            }
        }
        return true;
    }

    private void meet(int ordinal) {
        // What leads on over a node that was unlinked is lost: the next unlinking drops the link to it.
        if (ordinal < count && !reached.get(ordinal) && !graph.skipped(ordinal)) {
            reached.set(ordinal);
            if (openCount == open.length) {
                open = Arrays.copyOf(open, 2 * openCount);
            }
            open[openCount++] = ordinal;
        }
    }
}
