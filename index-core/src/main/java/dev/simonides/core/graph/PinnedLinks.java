// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.graph;

/**
 * The links at the front of a node's list on layer 0, which are never pruned and hold the graph together (G6). Any linker;
 * each change is made under the stripe of the node whose list it is.
 */
final class PinnedLinks {
    private PinnedLinks() {}

    /** Puts a link on layer 0 among the pinned ones; says whether it is there then. */
    static boolean pin(Graph graph, int from, int to, int pinnedMax) {
        synchronized (graph.stripe(from)) {
            long list = graph.list(from, 0);
            long ids = Graph.ids(list, 0);
            int pinned = graph.pinned(from);
            if (Graph.indexOf(ids, pinned, to) >= 0) {
                return true;
            }
            if (pinned >= pinnedMax) {
                return false;
            }
            graph.noteChange(from);
            int index = Graph.indexOf(ids, Graph.degree(list), to);
            if (index < 0) {
                // What is not pinned may go: it is found otherwise.
                index = Math.min(Graph.degree(list), graph.capacity(0) - 1);
                Graph.setId(ids, index, to);
                Graph.setDegree(list, index + 1);
            }
            Graph.setId(ids, index, Graph.id(ids, pinned));
            Graph.setId(ids, pinned, to);
            graph.setPinned(from, pinned + 1);
            return true;
        }
    }

    /** Turns the link from a to b into links from a to the node and from the node to b: b is found as before. */
    static void insertBehind(Graph graph, int from, int ordinal) {
        boolean ascending = Graph.stripeOf(from) <= Graph.stripeOf(ordinal);
        synchronized (graph.stripe(ascending ? from : ordinal)) {
            synchronized (graph.stripe(ascending ? ordinal : from)) {
                long ids = Graph.ids(graph.list(from, 0), 0);
                int last = graph.pinned(from) - 1;
                if (last < 0) {
                    // It leaves, and held nobody.
                    pin(graph, from, ordinal, graph.capacity(0));
                    pin(graph, ordinal, from, graph.capacity(0));
                    return;
                }
                int displaced = Graph.id(ids, last);
                if (displaced != ordinal && pin(graph, ordinal, displaced, graph.capacity(0))) {
                    graph.noteChange(from);
                    Graph.setId(ids, last, ordinal);
                    pin(graph, ordinal, from, graph.capacity(0));
                }
            }
        }
    }

    /** Pins a link; where the list holds pinned links only, in the place of one to a node that leaves. */
    static boolean pinPastLeaving(Graph graph, int from, int to) {
        synchronized (graph.stripe(from)) {
            if (pin(graph, from, to, graph.capacity(0))) {
                return true;
            }
            long ids = Graph.ids(graph.list(from, 0), 0);
            int pinned = graph.pinned(from);
            for (int i = 0; i < pinned; i++) {
                if (!graph.staying(Graph.id(ids, i))) {
                    graph.noteChange(from);
                    Graph.setId(ids, i, to);
                    return true;
                }
            }
            return false;
        }
    }

    /** Lets the pinned links to nodes that leave stand behind those that stay, as links like others. */
    static void releaseLeaving(Graph graph, int ordinal) {
        synchronized (graph.stripe(ordinal)) {
            long ids = Graph.ids(graph.list(ordinal, 0), 0);
            int pinned = graph.pinned(ordinal);
            for (int i = pinned - 1; i >= 0; i--) {
                int id = Graph.id(ids, i);
                if (!graph.staying(id)) {
                    pinned--;
                    Graph.setId(ids, i, Graph.id(ids, pinned));
                    Graph.setId(ids, pinned, id);
                }
            }
            if (pinned != graph.pinned(ordinal)) {
                graph.noteChange(ordinal);
                graph.setPinned(ordinal, pinned);
            }
        }
    }

    /** Lets all links of a node be links like others. */
    static void releaseAll(Graph graph, int ordinal) {
        synchronized (graph.stripe(ordinal)) {
            graph.noteChange(ordinal);
            graph.setPinned(ordinal, 0);
        }
    }
}
