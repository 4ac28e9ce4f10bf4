// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.graph;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Leads the pinned links of layer 0 past the nodes that leave (G6). Confined to one unlinking.
 *
 * <p>Pinned links make a tree. Take a connected part of it away, and what it held falls into as many pieces as it had
 * neighbours; a path over these neighbours makes one tree of the pieces again, and adds at most one link to each.
 */
final class GraphBridges {
    private final Graph graph;
    private final int count;
    /** A pinned link to a node that leaves: that node in the upper half, the one that holds the link in the lower. */
    private long[] inward = new long[64];

    private int inwardCount;
    private final BitSet met = new BitSet();
    private int[] open = new int[64];
    private int openCount;
    private int[] border = new int[64];
    private int borderCount;

    GraphBridges(Graph graph, int count) {
        this.graph = graph;
        this.count = count;
    }

    /** Bridges every part that leaves; false if there was no room for a link, and nodes may be lost. */
    boolean bridge() {
        collectInward();
        boolean whole = true;
        for (int ordinal = 0; ordinal < count; ordinal++) {
            if (graph.leaving(ordinal)) {
                whole &= bridgeFrom(ordinal);
            }
        }
        for (int i = 0; i < inwardCount; i++) {
            // A node that was gone already, and that a list of an older checkpoint still holds.
            whole &= bridgeFrom((int) (inward[i] >>> 32));
        }
        return whole;
    }

    private void collectInward() {
        for (int ordinal = 0; ordinal < count; ordinal++) {
            synchronized (graph.stripe(ordinal)) {
                long ids = Graph.ids(graph.list(ordinal, 0), 0);
                int pinned = graph.pinned(ordinal);
                for (int i = 0; i < pinned; i++) {
                    int to = Graph.id(ids, i);
                    if (!graph.staying(to)) {
                        inward = inwardCount == inward.length ? Arrays.copyOf(inward, 2 * inwardCount) : inward;
                        inward[inwardCount++] = (long) to << 32 | ordinal;
                    }
                }
            }
        }
        Arrays.sort(inward, 0, inwardCount);
    }

    private boolean bridgeFrom(int first) {
        if (met.get(first)) {
            return true;
        }
        borderCount = 0;
        meet(first);
        while (openCount > 0) {
            int ordinal = open[--openCount];
            meetPinnedBy(ordinal);
            meetPinners(ordinal);
        }
        Arrays.sort(border, 0, borderCount);
        return joinBorder();
    }

    private void meetPinnedBy(int ordinal) {
        synchronized (graph.stripe(ordinal)) {
            long ids = Graph.ids(graph.list(ordinal, 0), 0);
            int pinned = graph.pinned(ordinal);
            for (int i = 0; i < pinned; i++) {
                meet(Graph.id(ids, i));
            }
        }
    }

    private void meetPinners(int ordinal) {
        int at = Arrays.binarySearch(inward, 0, inwardCount, (long) ordinal << 32);
        for (int i = at < 0 ? -at - 1 : at; i < inwardCount && (int) (inward[i] >>> 32) == ordinal; i++) {
            meet((int) inward[i]);
        }
    }

    private void meet(int ordinal) {
        if (graph.staying(ordinal)) {
            border = borderCount == border.length ? Arrays.copyOf(border, 2 * borderCount) : border;
            border[borderCount++] = ordinal;
        } else if (!met.get(ordinal)) {
            met.set(ordinal);
            open = openCount == open.length ? Arrays.copyOf(open, 2 * openCount) : open;
            open[openCount++] = ordinal;
        }
    }

    /** Makes a path over the border. */
    private boolean joinBorder() {
        boolean whole = true;
        for (int i = 1; i < borderCount; i++) {
            int one = border[i - 1];
            int next = border[i];
            if (one != next) {
                // Both ways, also where there is no room for the first.
                whole &= PinnedLinks.pinPastLeaving(graph, one, next);
                whole &= PinnedLinks.pinPastLeaving(graph, next, one);
            }
        }
        return whole;
    }
}
