// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.graph;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.simonides.Limits;
import dev.simonides.core.vector.VectorPages;
import dev.simonides.quantization.BitCodec;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import dev.simonides.simd.OffHeap;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;

/**
 * Puts nodes into a graph: the paper's Algorithm 1, safe beside searches and other linkers.
 *
 * <p>Confined to one indexer thread. The order makes it safe: (0) the 1-bit code; (1) choose neighbours on every level; (2) write the node's own
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
    private final long bitScratch;
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
     * @param memory where the off-heap part comes from
     */
    public GraphLinker(Kernels kernels, VectorCodec codec, int m, int efConstruction, SegmentAllocator memory) {
        this.kernels = kernels;
        this.codec = codec;
        this.efConstruction = efConstruction;
        this.traversal = new Traversal(kernels, codec, memory);
        this.selection = new NeighborSelection(kernels, codec, memory);
        this.query = memory.allocate(codec.queryBytes(), 64).address();
        this.addresses = memory.allocate(8L * Limits.GATHER_MAX, 64).address();
        this.scores = memory.allocate(4L * Limits.GATHER_MAX, 64).address();
        this.bitScratch =
                memory.allocate(BitCodec.scratchBytes(codec.dimension()), 64).address();
        for (int level = 0; level < chosen.length; level++) {
            chosen[level] = new int[NodeLayout.capacity(m)];
        }
        this.pruned = new int[2 * m];
        this.candidates = new long[Math.max(efConstruction, NodeLayout.capacity(2 * m) + 1)];
    }

    /**
     * Links one node. It may have lists and be named in others from an earlier time: both are kept and added to.
     *
     * @param graph the graph
     * @param vectors the vectors of the same tenant
     * @param ordinal pending, published, claimed by this linker alone
     * @param bound ordinals below it may be met
     * @param dead says of an ordinal that it is dead: dead nodes are walked through, not linked to
     */
    public void link(Graph graph, VectorPages vectors, int ordinal, int bound, DeadNodes dead) {
        writeBitCode(graph, vectors, ordinal);
        int level = graph.level(ordinal);
        if (level > 0) {
            graph.allocateUpper(ordinal, level);
        }
        if (graph.empty() && graph.offerFirst(ordinal, level)) {
            graph.markLinked(ordinal);
            return;
        }
        chooseAndLink(graph, vectors, ordinal, bound, dead);
        attach(graph, ordinal, graph::staying);
        graph.offerEntry(ordinal, level);
        graph.markLinked(ordinal);
    }

    /** Writes the 1-bit code of a node, before any list names it (G8). */
    void writeBitCode(Graph graph, VectorPages vectors, int ordinal) {
        graph.writeBitCode(ordinal, vectors.codeAddress(ordinal), bitScratch);
    }

    private void chooseAndLink(Graph graph, VectorPages vectors, int ordinal, int bound, DeadNodes dead) {
        int top = chooseNeighbors(graph, vectors, ordinal, bound, dead, 0, graph.level(ordinal));
        for (int l = 0; l <= top; l++) {
            writeOwnList(graph, vectors, ordinal, l);
        }
        for (int l = 0; l <= top; l++) {
            for (int i = 0; i < chosenCounts[l]; i++) {
                addLink(graph, vectors, chosen[l][i], ordinal, l);
            }
        }
    }

    /**
     * Chooses neighbours again for the nodes that have lost many to death, beside those they have: what is put in the place
     * of the dead is near, but of neighbours' neighbours only.
     *
     * @param graph the graph
     * @param vectors the vectors of the same tenant
     * @param count published ordinals
     * @param dead says of an ordinal that it is dead
     * @param goOn asked behind every node
     * @return how many there were; what is left is found by the next call
     */
    public int refreshWorn(Graph graph, VectorPages vectors, int count, DeadNodes dead, BooleanSupplier goOn) {
        int refreshed = 0;
        for (int ordinal = 0; ordinal < count; ordinal++) {
            if (graph.worn(ordinal) && graph.linked(ordinal) && !dead.dead(ordinal)) {
                chooseAndLink(graph, vectors, ordinal, count, dead);
                synchronized (graph.stripe(ordinal)) {
                    graph.clearLosses(ordinal);
                }
                refreshed++;
                if (!goOn.getAsBoolean()) {
                    break;
                }
            }
        }
        return refreshed;
    }

    /**
     * Links a node again that layer 0 does not lead to. Nobody's links are pruned for it.
     *
     * @param graph the graph, not empty
     * @param vectors the vectors of the same tenant
     * @param ordinal published
     * @param bound ordinals below it may be met
     * @param dead says of an ordinal that it is dead
     * @param reached says of an ordinal that layer 0 leads to it
     */
    public void linkAgain(
            Graph graph, VectorPages vectors, int ordinal, int bound, DeadNodes dead, IntPredicate reached) {
        int level = graph.level(ordinal);
        if (level > 0) {
            graph.allocateUpper(ordinal, level);
        }
        int top = chooseNeighbors(graph, vectors, ordinal, bound, dead, 0, 0);
        assert top == 0;
        releasePins(graph, ordinal);
        for (int i = 0; i < chosenCounts[0]; i++) {
            appendIfRoom(graph, ordinal, chosen[0][i]);
            appendIfRoom(graph, chosen[0][i], ordinal);
        }
        attach(graph, ordinal, reached);
        graph.markLinked(ordinal);
    }

    /**
     * Links a node that is linked on layer 0 on the layers above.
     *
     * @param graph the graph; empty for the first node
     * @param vectors the vectors of the same tenant
     * @param ordinal of a level above 0, without upper lists
     * @param bound ordinals below it may be met
     */
    void linkUpper(Graph graph, VectorPages vectors, int ordinal, int bound) {
        int level = graph.level(ordinal);
        graph.allocateUpper(ordinal, level);
        if (graph.empty() && graph.offerFirst(ordinal, level)) {
            return;
        }
        int top = chooseNeighbors(graph, vectors, ordinal, bound, candidate -> false, 1, level);
        for (int l = 1; l <= top; l++) {
            writeOwnList(graph, vectors, ordinal, l);
            for (int i = 0; i < chosenCounts[l]; i++) {
                addLink(graph, vectors, chosen[l][i], ordinal, l);
            }
        }
        graph.offerEntry(ordinal, level);
    }

    /** Makes room for pins in a list that a file has filled with them: nothing that is reached relies on an unreached node. */
    private static void releasePins(Graph graph, int ordinal) {
        synchronized (graph.stripe(ordinal)) {
            if (graph.pinned(ordinal) > graph.capacity(0) - 2) {
                graph.noteChange(ordinal);
                graph.setPinned(ordinal, 0);
            }
        }
    }

    private static void appendIfRoom(Graph graph, int from, int to) {
        synchronized (graph.stripe(from)) {
            var _ = append(graph, from, to, 0);
        }
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

    /** Fills {@link #chosen} for some of the node's levels; returns the highest level that has neighbours at all. */
    private int chooseNeighbors(
            Graph graph, VectorPages vectors, int ordinal, int bound, DeadNodes dead, int lowest, int level) {
        codec.queryFromCode(vectors.codeAddress(ordinal), traversal.query());
        traversal.begin(graph, vectors, bound, efConstruction);
        long entry = graph.entry();
        int entryLevel = (int) (entry >>> 32);
        traversal.start((int) entry);
        int top = Math.min(level, entryLevel);
        traversal.descend(entryLevel, top);
        for (int l = top; l >= lowest; l--) {
            traversal.searchLayer(l);
            int count = liveCandidates(graph, dead, ordinal);
            chosenCounts[l] = selection.select(candidates, count, vectors, chosen[l], graph.ownDegree(l));
        }
        return top;
    }

    private int liveCandidates(Graph graph, DeadNodes dead, int self) {
        CandidatePool pool = traversal.pool();
        int count = 0;
        for (int rank = 0; rank < pool.size(); rank++) {
            int candidate = pool.ordinalAt(rank);
            if (candidate != self && !dead.dead(candidate)) {
                candidates[count++] = CandidatePool.key(candidate, pool.scoreAt(rank));
            }
        }
        if (count == 0) {
            // Every node near is dead: link to the dead, which lead on to the living until they leave.
            for (int rank = 0; rank < pool.size(); rank++) {
                int candidate = pool.ordinalAt(rank);
                if (candidate != self && graph.staying(candidate)) {
                    candidates[count++] = CandidatePool.key(candidate, pool.scoreAt(rank));
                }
            }
        }
        return count;
    }

    /** Fills the node's list, or joins what was chosen to what a node that is linked again has already. */
    private void writeOwnList(Graph graph, VectorPages vectors, int ordinal, int level) {
        synchronized (graph.stripe(ordinal)) {
            long list = graph.list(ordinal, level);
            if (Graph.degree(list) == 0) {
                graph.noteChange(ordinal);
                writeList(list, level, chosen[level], chosenCounts[level]);
                return;
            }
        }
        for (int i = 0; i < chosenCounts[level]; i++) {
            addLink(graph, vectors, ordinal, chosen[level][i], level);
        }
    }

    private static void writeList(long list, int level, int[] ordinals, int count) {
        long ids = Graph.ids(list, level);
        for (int i = 0; i < count; i++) {
            Graph.setId(ids, i, ordinals[i]);
        }
        Graph.setDegree(list, count);
    }

    void addLink(Graph graph, VectorPages vectors, int from, int to, int level) {
        synchronized (graph.stripe(from)) {
            if (!append(graph, from, to, level)) {
                graph.noteChange(from);
                prune(graph, vectors, from, to, level);
            }
        }
    }

    /** Puts a link behind the others unless it is there; says whether it is there then. Under the stripe of its node. */
    static boolean append(Graph graph, int from, int to, int level) {
        long list = graph.list(from, level);
        int degree = Graph.degree(list);
        long ids = Graph.ids(list, level);
        // A node that is linked again is named already.
        if (Graph.indexOf(ids, degree, to) >= 0) {
            return true;
        }
        if (degree == graph.capacity(level)) {
            return false;
        }
        graph.noteChange(from);
        Graph.setId(ids, degree, to);
        Graph.setDegree(list, degree + 1);
        return true;
    }

    /**
     * Makes sure that a node is found: it and the nearest neighbour that has room pin each other (G6). Where none has, as
     * among many equal vectors, it takes the place of a pinned link and pins what stood there.
     */
    private void attach(Graph graph, int ordinal, IntPredicate reached) {
        for (int i = 0; i < chosenCounts[0]; i++) {
            if (attachTo(graph, chosen[0][i], ordinal, reached)) {
                return;
            }
        }
        CandidatePool pool = traversal.pool();
        int nearest = graph.entryOrdinal();
        for (int rank = pool.size() - 1; rank >= 0; rank--) {
            int candidate = pool.ordinalAt(rank);
            nearest = candidate != ordinal && reached.test(candidate) ? candidate : nearest;
        }
        for (int rank = 0; rank < pool.size(); rank++) {
            if (pool.ordinalAt(rank) != ordinal && attachTo(graph, pool.ordinalAt(rank), ordinal, reached)) {
                return;
            }
        }
        if (nearest != ordinal && !attachTo(graph, nearest, ordinal, reached)) {
            PinnedLinks.insertBehind(graph, nearest, ordinal);
        }
    }

    private static boolean attachTo(Graph graph, int neighbor, int ordinal, IntPredicate reached) {
        if (!reached.test(neighbor) || !PinnedLinks.pin(graph, neighbor, ordinal, graph.pinnedTarget())) {
            return false;
        }
        // The way back: so that all is reached from wherever the entry point will be.
        PinnedLinks.pin(graph, ordinal, neighbor, graph.capacity(0));
        return true;
    }

    /** Chooses the best lists' worth out of a full list and one newcomer; what is pinned stays. */
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
        int target = graph.targetDegree(level);
        int kept = selection.select(candidates, count, vectors, pruned, target);
        int pinned = level == 0 ? graph.pinned(from) : 0;
        int end = pinned;
        for (int i = 0; i < kept && end < target; i++) {
            if (Graph.indexOf(ids, pinned, pruned[i]) < 0) {
                Graph.setId(ids, end++, pruned[i]);
            }
        }
        Graph.setDegree(list, end);
    }
}
