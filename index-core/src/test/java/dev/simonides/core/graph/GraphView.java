// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.graph;

import java.util.Arrays;

/** What tests of other packages look at in a graph. */
public final class GraphView {
    private GraphView() {}

    /** The ids of a list, in order; none where there is no list. */
    public static int[] list(Graph graph, int ordinal, int level) {
        long list = graph.list(ordinal, level);
        int[] ids = new int[Graph.degree(list)];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = Graph.id(Graph.ids(list, level), i);
        }
        return ids;
    }

    /** Overwrites a list. */
    public static void setList(Graph graph, int ordinal, int level, int... ids) {
        long list = graph.list(ordinal, level);
        for (int i = 0; i < ids.length; i++) {
            Graph.setId(Graph.ids(list, level), i, ids[i]);
        }
        Graph.setDegree(list, ids.length);
        if (level == 0) {
            graph.setPinned(ordinal, Math.min(graph.pinned(ordinal), ids.length));
        }
        graph.noteChange(ordinal);
    }

    /** Takes every link to a node out of layer 0. */
    public static void cutOff(Graph graph, int node, int count) {
        for (int ordinal = 0; ordinal < count; ordinal++) {
            setList(
                    graph,
                    ordinal,
                    0,
                    Arrays.stream(list(graph, ordinal, 0))
                            .filter(id -> id != node)
                            .toArray());
        }
    }

    public static boolean leaving(Graph graph, int ordinal) {
        return graph.leaving(ordinal);
    }

    /** The monitor that guards the lists of a node. */
    public static Object stripe(Graph graph, int ordinal) {
        return graph.stripe(ordinal);
    }

    /** Whether one monitor guards the lists of both nodes. */
    public static boolean sameStripe(int ordinal, int other) {
        return Graph.stripeOf(ordinal) == Graph.stripeOf(other);
    }

    public static int level(Graph graph, int ordinal) {
        return graph.level(ordinal);
    }

    public static int entryLevel(Graph graph) {
        return graph.empty() ? -1 : graph.entryLevel();
    }

    public static int entryOrdinal(Graph graph) {
        return graph.empty() ? -1 : graph.entryOrdinal();
    }

    /** Has a node lose as many links as make it worn. */
    public static void wear(Graph graph, int ordinal) {
        graph.noteLosses(ordinal, graph.targetDegree(1), 0);
    }

    public static boolean worn(Graph graph, int ordinal) {
        return graph.worn(ordinal);
    }

    public static int capacity(Graph graph, int level) {
        return graph.capacity(level);
    }
}
