// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.graph;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.simonides.Limits;
import dev.simonides.core.vector.VectorPages;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import dev.simonides.simd.OffHeap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Puts nodes into a graph: the paper's Algorithm 1, safe beside searches and other linkers.
 *
 * <p>Confined to one indexer thread. The order makes it safe: (1) choose neighbours on every level; (2) write the node's own
 * lists, all of them; (3) back links, layer 0 first, each under its node's stripe; (4) offer the entry point; (5) mark the
 * node linked. A search that meets the node at any moment can go on from it (G2), and one that finds it marked can also
 * reach it (G3).
 */
public final class GraphLinker {
    private static final MemorySegment MEMORY = OffHeap.everything();

    private final Kernels kernels;
    private final VectorCodec codec;
    private final int efConstruction;
    private final Traversal traversal;
    private final NeighborSelection selection;
    private final long query;
    private final long addresses;
    private final long scores;
    private final int[][] chosen = new int[Limits.UPPER_LEVELS_MAX + 1][];
    private final int[] chosenCounts = new int[Limits.UPPER_LEVELS_MAX + 1];
    private final int[] pruned;
    private final long[] candidates;

    /**
     * Makes the scratch of a linker.
     *
     * @param kernels that score
     * @param codec shape of a stored vector
     * @param m the paper's M
     * @param efConstruction the paper's efConstruction: pool size while linking
     * @param arena that frees the off-heap part
     */
    public GraphLinker(Kernels kernels, VectorCodec codec, int m, int efConstruction, Arena arena) {
        this.kernels = kernels;
        this.codec = codec;
        this.efConstruction = efConstruction;
        this.traversal = new Traversal(kernels, codec, arena);
        this.selection = new NeighborSelection(kernels, codec, arena);
        this.query = arena.allocate(codec.queryBytes(), 64).address();
        this.addresses = arena.allocate(8L * Limits.GATHER_MAX, 64).address();
        this.scores = arena.allocate(4L * Limits.GATHER_MAX, 64).address();
        for (int level = 0; level < chosen.length; level++) {
            chosen[level] = new int[NodeLayout.capacity(m)];
        }
        this.pruned = new int[2 * m];
        this.candidates = new long[Math.max(efConstruction, NodeLayout.capacity(2 * m) + 1)];
    }

    /**
     * Links one node.
     *
     * @param graph the graph
     * @param vectors the vectors of the same tenant
     * @param ordinal pending, published, claimed by this linker alone
     * @param bound ordinals below it may be met
     * @param dead says of an ordinal that it is dead: dead nodes are walked through, not linked to
     */
    public void link(Graph graph, VectorPages vectors, int ordinal, int bound, DeadNodes dead) {
        int level = graph.level(ordinal);
        if (level > 0) {
            graph.allocateUpper(ordinal, level);
        }
        if (graph.empty() && graph.offerFirst(ordinal, level)) {
            graph.markLinked(ordinal);
            return;
        }
        int top = chooseNeighbors(graph, vectors, ordinal, bound, dead, level);
        for (int l = 0; l <= top; l++) {
            writeOwnList(graph, ordinal, l);
        }
        for (int l = 0; l <= top; l++) {
            for (int i = 0; i < chosenCounts[l]; i++) {
                addBackLink(graph, vectors, chosen[l][i], ordinal, l);
            }
        }
        graph.offerEntry(ordinal, level);
        graph.markLinked(ordinal);
    }

    /** Says of an ordinal that no search can return it any more. */
    @FunctionalInterface
    public interface DeadNodes {
        /**
         * Says whether a node is dead.
         *
         * @param ordinal published
         * @return true if its death LSN is set
         */
        boolean dead(int ordinal);
    }

    /** Fills {@link #chosen} for the node's levels; returns the highest level that has neighbours at all. */
    private int chooseNeighbors(Graph graph, VectorPages vectors, int ordinal, int bound, DeadNodes dead, int level) {
        codec.queryFromCode(vectors.codeAddress(ordinal), traversal.query());
        traversal.begin(graph, vectors, bound, efConstruction);
        long entry = graph.entry();
        int entryLevel = (int) (entry >>> 32);
        traversal.start((int) entry);
        int top = Math.min(level, entryLevel);
        traversal.descend(entryLevel, top);
        for (int l = top; l >= 0; l--) {
            traversal.searchLayer(l);
            int count = liveCandidates(dead, ordinal);
            chosenCounts[l] = selection.select(candidates, count, vectors, chosen[l], graph.ownDegree(l));
        }
        return top;
    }

    private int liveCandidates(DeadNodes dead, int self) {
        CandidatePool pool = traversal.pool();
        int count = 0;
        for (int rank = 0; rank < pool.size(); rank++) {
            int candidate = pool.ordinalAt(rank);
            if (candidate != self && !dead.dead(candidate)) {
                candidates[count++] = CandidatePool.key(candidate, pool.scoreAt(rank));
            }
        }
        if (count == 0) {
            // Every node near is dead: link to the dead, which lead on to the living.
            for (int rank = 0; rank < pool.size(); rank++) {
                candidates[count++] = CandidatePool.key(pool.ordinalAt(rank), pool.scoreAt(rank));
            }
        }
        return count;
    }

    private void writeOwnList(Graph graph, int ordinal, int level) {
        synchronized (graph.stripe(ordinal)) {
            writeList(graph.list(ordinal, level), level, chosen[level], chosenCounts[level]);
        }
    }

    private static void writeList(long list, int level, int[] ordinals, int count) {
        long ids = Graph.ids(list, level);
        for (int i = 0; i < count; i++) {
            Graph.setId(ids, i, ordinals[i]);
        }
        Graph.setDegree(list, count);
    }

    private void addBackLink(Graph graph, VectorPages vectors, int from, int to, int level) {
        synchronized (graph.stripe(from)) {
            long list = graph.list(from, level);
            int degree = Graph.degree(list);
            if (degree < graph.capacity(level)) {
                Graph.setId(Graph.ids(list, level), degree, to);
                Graph.setDegree(list, degree + 1);
            } else {
                prune(graph, vectors, from, to, level);
            }
        }
    }

    /** Chooses the best lists' worth out of a full list and one newcomer. */
    private void prune(Graph graph, VectorPages vectors, int from, int newcomer, int level) {
        long list = graph.list(from, level);
        long ids = Graph.ids(list, level);
        int degree = Graph.degree(list);
        int count = degree + 1;
        for (int i = 0; i < degree; i++) {
            candidates[i] = Graph.id(ids, i);
        }
        candidates[degree] = newcomer;
        for (int i = 0; i < count; i++) {
            MEMORY.set(JAVA_LONG, addresses + 8L * i, vectors.codeAddress((int) candidates[i]));
        }
        codec.queryFromCode(vectors.codeAddress(from), query);
        kernels.int8ScoreGather(addresses, count, query, scores, 0, 0);
        for (int i = 0; i < count; i++) {
            candidates[i] = CandidatePool.key((int) candidates[i], MEMORY.get(JAVA_FLOAT, scores + 4L * i));
        }
        Arrays.sort(candidates, 0, count);
        int kept = selection.select(candidates, count, vectors, pruned, graph.targetDegree(level));
        writeList(list, level, pruned, kept);
    }
}
