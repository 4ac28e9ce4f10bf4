// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.graph;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.function.IntSupplier;

/** Verifies a graph's structure (G1) and counts what a walk cannot reach. Any thread, best while nothing is linked. */
public final class GraphCheck {
    private final Graph graph;
    private final IntSupplier published;
    private final int count;
    private final Consumer<String> findings;
    private long links;

    /**
     * Makes a check.
     *
     * @param graph the graph
     * @param published the number of published ordinals; those published when the check is made are checked, and they may
     *     get links to later ones meanwhile
     * @param findings told of every violation
     */
    public GraphCheck(Graph graph, IntSupplier published, Consumer<String> findings) {
        this.graph = graph;
        this.published = published;
        this.count = published.getAsInt();
        this.findings = findings;
    }

    /**
     * Checks all lists.
     *
     * @return links seen
     */
    public long checkLists() {
        for (int ordinal = 0; ordinal < count; ordinal++) {
            if (graph.linked(ordinal)) {
                for (int level = 0; level <= graph.level(ordinal); level++) {
                    checkList(ordinal, level);
                }
            }
        }
        return links;
    }

    private void checkList(int ordinal, int level) {
        long list = graph.list(ordinal, level);
        int degree = Graph.degree(list);
        if (degree < 0 || degree > graph.capacity(level)) {
            findings.accept("node " + ordinal + ", level " + level + ": degree=" + degree + ", capacity="
                    + graph.capacity(level));
            return;
        }
        long ids = Graph.ids(list, level);
        for (int i = 0; i < degree; i++) {
            int neighbor = Graph.id(ids, i);
            links++;
            if (neighbor < 0 || neighbor >= published.getAsInt() || neighbor == ordinal) {
                findings.accept("node " + ordinal + ", level " + level + ": link to " + neighbor + ", count=" + count);
            } else if (graph.level(neighbor) < level) {
                findings.accept("node " + ordinal + ", level " + level + ": link to " + neighbor + " of level "
                        + graph.level(neighbor));
            }
        }
    }

    /**
     * Walks from the entry point over all levels.
     *
     * @param live says which ordinals a search could return
     * @return live linked ordinals that were not met
     */
    public long unreachable(IntPredicate live) {
        BitSet met = new BitSet(count);
        if (!graph.empty()) {
            ArrayDeque<Integer> open = new ArrayDeque<>();
            met.set(graph.entryOrdinal());
            open.add(graph.entryOrdinal());
            for (Integer ordinal = open.poll(); ordinal != null; ordinal = open.poll()) {
                for (int level = graph.level(ordinal); level >= 0; level--) {
                    meetNeighbors(ordinal, level, met, open);
                }
            }
        }
        long missed = 0;
        for (int ordinal = met.nextClearBit(0); ordinal < count; ordinal = met.nextClearBit(ordinal + 1)) {
            if (graph.linked(ordinal) && live.test(ordinal)) {
                missed++;
            }
        }
        return missed;
    }

    private void meetNeighbors(int ordinal, int level, BitSet met, ArrayDeque<Integer> open) {
        long list = graph.list(ordinal, level);
        int degree = Math.min(Graph.degree(list), graph.capacity(level));
        long ids = Graph.ids(list, level);
        for (int i = 0; i < degree; i++) {
            int neighbor = Graph.id(ids, i);
            if (neighbor >= 0 && neighbor < count && !met.get(neighbor)) {
                met.set(neighbor);
                open.add(neighbor);
            }
        }
    }
}
