// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.graph;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.simonides.Limits;
import dev.simonides.core.vector.VectorPages;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import dev.simonides.simd.OffHeap;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.Arrays;
import java.util.function.BooleanSupplier;

/**
 * Takes dead nodes out of a graph, many at a time: no list names them afterwards, and every other node is found as before.
 * Confined to one indexer thread; others search and link meanwhile, and one unlinker works on a graph at a time.
 *
 * <p>Three steps. (1) {@link #condemn}: the dead are marked as leaving, and nobody links to them any more. (2) The caller
 * waits for grace: a search that could still return one of them, and a linker that could still link to one, have left. (3)
 * {@link #unlink}: the nodes that held others together are bridged, then every list forgets those that leave, and gets up to
 * {@value #REPLACEMENTS_MAX} neighbours of each in its place.
 *
 * <p>The replacement is that of Xu et al., "In-Place Updates of a Graph Index for Streaming Approximate Nearest Neighbor
 * Search" (IP-DiskANN, arXiv:2502.13826, §3.2), restricted to those the paper's Algorithm 4 of HNSW would keep; a list with
 * room for more than that gets as many as a new node chooses. In-neighbours
 * are found by reading all lists, as the consolidation of FreshDiskANN does (arXiv:2105.09613, §4.2): a pass costs the
 * bandwidth of the lists, and no link to a node that is gone remains.
 */
public final class GraphUnlinker {
    /** Neighbours that a list gets for one that leaves (IP-DiskANN's c). */
    static final int REPLACEMENTS_MAX = 3;

    /** Candidates looked at for each replacement: beyond the nearest few, nearly all lie behind one that is there. */
    private static final int CANDIDATES_A_REPLACEMENT = 4;

    /** Nodes whose lists are read between two questions whether to go on. */
    private static final int NODES_A_TURN = 64;

    private static final MemorySegment MEMORY = OffHeap.everything();

    private final Kernels kernels;
    private final VectorCodec codec;
    private final long query;
    private final long addresses;
    private final long scores;
    private final long neighborScores;
    private final int[] leaving = new int[Limits.GATHER_MAX];
    private final int[] gathered = new int[Limits.GATHER_MAX];
    private final long[] ranked = new long[Limits.GATHER_MAX];

    /**
     * Makes the scratch of an unlinker.
     *
     * @param kernels that score
     * @param codec shape of a stored vector
     * @param memory where the off-heap part comes from
     */
    public GraphUnlinker(Kernels kernels, VectorCodec codec, SegmentAllocator memory) {
        this.kernels = kernels;
        this.codec = codec;
        this.query = memory.allocate(codec.queryBytes(), 64).address();
        this.addresses = memory.allocate(8L * Limits.GATHER_MAX, 64).address();
        this.scores = memory.allocate(4L * Limits.GATHER_MAX, 64).address();
        this.neighborScores = memory.allocate(4L * Limits.GATHER_MAX, 64).address();
    }

    /**
     * Marks the linked nodes that are dead as leaving; an entry point among them is replaced. Where nobody could take its
     * place it stays: a graph that had a node never becomes empty.
     *
     * @param graph the graph
     * @param floor ordinals below it are settled
     * @param dead says of an ordinal that no search that begins now can return it
     * @return how many leave now, those of an earlier call that were not unlinked included
     */
    public int condemn(Graph graph, int floor, GraphLinker.DeadNodes dead) {
        int successor = highestLiving(graph, floor, dead);
        int staying = successor < 0 ? graph.entryOrdinal() : -1;
        int condemned = 0;
        for (int ordinal = 0; ordinal < floor; ordinal++) {
            if (ordinal != staying && graph.linked(ordinal) && dead.dead(ordinal)) {
                graph.leave(ordinal);
            }
            condemned += graph.leaving(ordinal) ? 1 : 0;
        }
        if (successor >= 0) {
            graph.replaceEntry(successor, graph.level(successor));
        }
        return condemned;
    }

    private static int highestLiving(Graph graph, int floor, GraphLinker.DeadNodes dead) {
        int highest = -1;
        int highestLevel = -1;
        for (int ordinal = 0; ordinal < floor; ordinal++) {
            if (graph.level(ordinal) > highestLevel && graph.linked(ordinal) && !dead.dead(ordinal)) {
                highest = ordinal;
                highestLevel = graph.level(ordinal);
            }
        }
        return highest;
    }

    /**
     * Takes out what is leaving, after grace.
     *
     * @param graph the graph
     * @param vectors the vectors of the same tenant
     * @param count published ordinals
     * @param goOn asked now and then; if it says no, what is leaving stays so
     * @return false if some nodes may be lost, or if it was told to stop: a {@link GraphRepair} is due then
     */
    public boolean unlink(Graph graph, VectorPages vectors, int count, BooleanSupplier goOn) {
        boolean whole = new GraphBridges(graph, count).bridge();
        for (int ordinal = 0; ordinal < count; ordinal++) {
            if (ordinal % NODES_A_TURN == 0 && !goOn.getAsBoolean()) {
                return false;
            }
            if (graph.staying(ordinal)) {
                for (int level = 0; level <= graph.level(ordinal); level++) {
                    forget(graph, vectors, ordinal, level);
                }
            }
        }
        for (int ordinal = 0; ordinal < count; ordinal++) {
            if (graph.leaving(ordinal)) {
                PinnedLinks.releaseAll(graph, ordinal);
                graph.skip(ordinal);
            }
        }
        return whole;
    }

    /** Takes those that leave out of a list, and puts some of their neighbours in. */
    void forget(Graph graph, VectorPages vectors, int ordinal, int level) {
        long list = graph.list(ordinal, level);
        if (leavingIn(graph, list, level) == 0) {
            return;
        }
        int replacements;
        synchronized (graph.stripe(ordinal)) {
            int leavingCount = leavingIn(graph, list, level);
            graph.noteChange(ordinal);
            if (level == 0) {
                graph.noteLosses(ordinal, leavingCount, Graph.degree(list) - leavingCount);
                PinnedLinks.releaseLeaving(graph, ordinal);
            }
            replacements = chooseReplacements(graph, vectors, ordinal, level, leavingCount);
            replace(graph, list, level, replacements);
        }
        for (int i = 0; i < replacements; i++) {
            linkBack(graph, gathered[i], ordinal, level);
        }
    }

    /** As a new node has its neighbours link to it; here only those that have room. */
    private static void linkBack(Graph graph, int from, int to, int level) {
        synchronized (graph.stripe(from)) {
            var _ = GraphLinker.append(graph, from, to, level);
        }
    }

    /** Fills {@link #leaving}; the count. */
    private int leavingIn(Graph graph, long list, int level) {
        int degree = Graph.degree(list);
        int found = 0;
        if (degree > 0) {
            long ids = Graph.ids(list, level);
            for (int i = 0; i < degree; i++) {
                int id = Graph.id(ids, i);
                if (!graph.staying(id)) {
                    leaving[found++] = id;
                }
            }
        }
        return found;
    }

    /** Puts the replacements into the places of those that leave, then behind the list; closes what is left open. */
    private void replace(Graph graph, long list, int level, int replacements) {
        long ids = Graph.ids(list, level);
        int degree = Graph.degree(list);
        int next = 0;
        for (int i = 0; i < degree; i++) {
            if (graph.staying(Graph.id(ids, i))) {
                continue;
            }
            if (next < replacements) {
                Graph.setId(ids, i, gathered[next++]);
            } else {
                // From the end: a walk that has read the degree meets the one that moves in either place.
                while (degree > i + 1 && !graph.staying(Graph.id(ids, degree - 1))) {
                    degree--;
                }
                degree--;
                if (degree > i) {
                    Graph.setId(ids, i, Graph.id(ids, degree));
                }
            }
        }
        while (next < replacements) {
            Graph.setId(ids, degree++, gathered[next++]);
        }
        Graph.setDegree(list, degree);
    }

    /**
     * Fills {@link #gathered} with neighbours of those that leave: the nearest to the node that are nearer to it than to any
     * of its neighbours. Under the node's stripe.
     */
    private int chooseReplacements(Graph graph, VectorPages vectors, int ordinal, int level, int leavingCount) {
        long list = graph.list(ordinal, level);
        long ids = Graph.ids(list, level);
        int kept = 0;
        int degree = Graph.degree(list);
        for (int i = 0; i < degree; i++) {
            int id = Graph.id(ids, i);
            if (graph.staying(id)) {
                gathered[kept++] = id;
            }
        }
        // Who was linked to few, as to an equal vector that stood in front of all others, is linked to as many as a
        // newcomer.
        int wanted = Math.max(REPLACEMENTS_MAX * leavingCount, graph.ownDegree(level) - kept);
        int room = Math.min(wanted, graph.targetDegree(level) - kept);
        if (room <= 0) {
            return 0;
        }
        int total = gatherCandidates(graph, ordinal, level, leavingCount, kept);
        scoreAgainst(vectors, ordinal, total);
        MemorySegment.copy(MEMORY, scores, MEMORY, neighborScores, 4L * total);
        int candidates = total - kept;
        for (int i = 0; i < candidates; i++) {
            ranked[i] = CandidatePool.key(gathered[kept + i], MEMORY.get(JAVA_FLOAT, scores + 4L * (kept + i)));
        }
        Arrays.sort(ranked, 0, candidates);
        int looked = Math.min(candidates, CANDIDATES_A_REPLACEMENT * room);
        int chosen = 0;
        for (int i = 0; i < looked && chosen < room; i++) {
            int candidate = CandidatePool.ordinal(ranked[i]);
            float score = CandidatePool.score(ranked[i]);
            if (inFront(vectors, candidate, score, kept + chosen)) {
                gathered[kept + chosen] = candidate;
                MEMORY.set(JAVA_FLOAT, neighborScores + 4L * (kept + chosen), score);
                chosen++;
            }
        }
        System.arraycopy(gathered, kept, gathered, 0, chosen);
        return chosen;
    }

    /** Adds the neighbours of those that leave behind the kept ones, each once; the total. */
    private int gatherCandidates(Graph graph, int ordinal, int level, int leavingCount, int kept) {
        int total = kept;
        for (int l = 0; l < leavingCount; l++) {
            long list = graph.list(leaving[l], level);
            long ids = Graph.ids(list, level);
            int degree = Graph.degree(list);
            for (int i = 0; i < degree && total < gathered.length; i++) {
                int candidate = Graph.id(ids, i);
                if (candidate != ordinal && graph.staying(candidate) && !gatheredAlready(candidate, total)) {
                    gathered[total++] = candidate;
                }
            }
        }
        return total;
    }

    private boolean gatheredAlready(int candidate, int total) {
        for (int i = 0; i < total; i++) {
            if (gathered[i] == candidate) {
                return true;
            }
        }
        return false;
    }

    /** Scores the first of {@link #gathered} against a node. */
    private void scoreAgainst(VectorPages vectors, int ordinal, int total) {
        for (int i = 0; i < total; i++) {
            MEMORY.set(JAVA_LONG, addresses + 8L * i, vectors.codeAddress(gathered[i]));
        }
        codec.queryFromCode(vectors.codeAddress(ordinal), query);
        kernels.int8ScoreGather(addresses, total, query, scores, 0, 0);
    }

    /** Whether no neighbour that is nearer to the node than the candidate is also nearer to the candidate than the node. */
    private boolean inFront(VectorPages vectors, int candidate, float score, int neighbors) {
        scoreAgainst(vectors, candidate, neighbors);
        for (int i = 0; i < neighbors; i++) {
            float neighborToNode = MEMORY.get(JAVA_FLOAT, neighborScores + 4L * i);
            float neighborToCandidate = MEMORY.get(JAVA_FLOAT, scores + 4L * i);
            if (neighborToNode >= score && neighborToCandidate >= score) {
                return false;
            }
        }
        return true;
    }
}
