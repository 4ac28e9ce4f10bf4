// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.graph;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.simonides.Limits;
import dev.simonides.core.memory.Prefetch;
import dev.simonides.core.vector.VectorPages;
import dev.simonides.quantization.BitCodec;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import dev.simonides.simd.OffHeap;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A walk through one graph towards one query: the paper's Algorithm 2 with a sorted pool, on any layer.
 *
 * <p>Confined to one search or one linker, reused for many. Of every expanded node the unvisited neighbours are gathered
 * first and then scored in one bulk kernel call, which prefetches their codes and the adjacency of the next candidate. Where
 * vectors are mapped, the pages of all codes of a call are asked for before it.
 *
 * <p>{@link #search} goes by the 1-bit codes of a graph that keeps them, and then ranks the pool by the INT8 codes: no vector
 * is read before that. Linkers, who call the steps of a search one by one, go by the INT8 codes.
 */
public final class Traversal {
    private static final MemorySegment MEMORY = OffHeap.everything();

    private final Kernels kernels;
    private final CandidatePool pool = new CandidatePool();
    private final VisitedSet visited = new VisitedSet();
    private final int[] survivors = new int[Limits.GATHER_MAX];
    private final long query;
    private final long addresses;
    private final long scores;
    private final long bitQuery;
    private final long bitScratch;
    private final Prefetch prefetch;
    private final int codeBytes;

    private Graph graph;
    private VectorPages vectors;
    private int evaluations;
    private int hops;
    private boolean byBits;
    private boolean mapped;

    /**
     * Makes the scratch of a walk.
     *
     * @param kernels that score
     * @param codec shape of a query block
     * @param memory where the off-heap part comes from
     */
    @SuppressWarnings("NullAway.Init") // graph and vectors are set by begin, before every use
    public Traversal(Kernels kernels, VectorCodec codec, SegmentAllocator memory) {
        this.kernels = kernels;
        this.query = memory.allocate(codec.queryBytes(), 64).address();
        this.addresses = memory.allocate(8L * Limits.GATHER_MAX, 64).address();
        this.scores = memory.allocate(4L * Limits.GATHER_MAX, 64).address();
        this.prefetch = new Prefetch(memory);
        this.codeBytes = codec.codeBytes();
        int dimension = codec.dimension();
        this.bitQuery = memory.allocate(BitCodec.queryBytes(dimension), 64).address();
        this.bitScratch = memory.allocate(BitCodec.scratchBytes(dimension), 64).address();
    }

    /**
     * Prepares a walk.
     *
     * @param newGraph the graph
     * @param newVectors the vectors of the same tenant
     * @param bound ordinals below it are met, later ones passed over
     * @param capacity entries of the pool
     */
    public void begin(Graph newGraph, VectorPages newVectors, int bound, int capacity) {
        graph = newGraph;
        vectors = newVectors;
        visited.begin(bound);
        pool.begin(capacity);
        evaluations = 0;
        hops = 0;
        byBits = false;
        mapped = newVectors.mapped();
    }

    /**
     * Returns where the query block of the walk stands; the caller encodes into it.
     *
     * @return native address of {@code codec.queryBytes()} bytes
     */
    public long query() {
        return query;
    }

    /**
     * Returns the pool, which holds the result of the walk.
     *
     * @return candidates, best first
     */
    public CandidatePool pool() {
        return pool;
    }

    /**
     * Returns who asks for the pages of mapped vectors before they are read, by the walk and by the search around it.
     *
     * @return confined as the walk is
     */
    public Prefetch prefetch() {
        return prefetch;
    }

    /**
     * Returns the distance evaluations since {@link #begin}, upper layers included.
     *
     * @return evaluations
     */
    public int evaluations() {
        return evaluations;
    }

    /**
     * Returns the nodes expanded since {@link #begin}.
     *
     * @return hops
     */
    public int hops() {
        return hops;
    }

    /**
     * Counts the distinct vector pages that the walk read; cold, it allocates.
     *
     * @return pages
     */
    public int distinctPages() {
        return byBits ? poolPages() : distinctPages(Arrays.stream(visited.toArray()));
    }

    /**
     * Counts the distinct pages of the vectors in the pool. Slow.
     *
     * @return pages
     */
    public int poolPages() {
        return distinctPages(IntStream.range(0, pool.size()).map(pool::ordinalAt));
    }

    private int distinctPages(IntStream ordinals) {
        return (int) ordinals.map(vectors::pageOf).distinct().count();
    }

    /** Searches the whole graph: greedily down the upper layers, then layer 0 with the full pool; ranked by INT8 codes. */
    public void search() {
        long entry = graph.entry();
        if (entry < 0) {
            return;
        }
        BitCodec bits = graph.bits();
        if (bits != null) {
            bits.encodeQuery(query, bitScratch, bitQuery);
            byBits = true;
        }
        int level = (int) (entry >>> 32);
        start((int) entry);
        descend(level, 0);
        searchLayer(0);
        if (byBits) {
            rankPool();
        }
    }

    private void rankPool() {
        for (int from = 0; from < pool.size(); from += Limits.GATHER_MAX) {
            int count = Math.min(Limits.GATHER_MAX, pool.size() - from);
            for (int i = 0; i < count; i++) {
                MEMORY.set(JAVA_LONG, addresses + 8L * i, vectors.codeAddress(pool.ordinalAt(from + i)));
            }
            if (mapped) {
                prefetch.ask(addresses, count, codeBytes);
            }
            kernels.int8ScoreGather(addresses, count, query, scores, 0, 0);
            for (int i = 0; i < count; i++) {
                pool.rescore(from + i, MEMORY.get(JAVA_FLOAT, scores + 4L * i));
            }
        }
        evaluations += pool.size();
        pool.sort();
    }

    /** Scores the first node. */
    void start(int ordinal) {
        visited.add(ordinal);
        scoreMembers(visited.size() - 1, 0);
    }

    /**
     * Follows the best node downwards while the layers last: what it meets on the way stays in the pool, so no node is ever
     * evaluated twice.
     */
    void descend(int fromLevel, int toLevel) {
        for (int level = fromLevel; level > toLevel; level--) {
            int best;
            do {
                best = pool.ordinalAt(0);
                expand(best, level, 0);
            } while (pool.ordinalAt(0) != best);
        }
    }

    /** Best-first search of a layer from whatever the pool holds, until every entry is expanded. */
    void searchLayer(int level) {
        pool.unexpandAll();
        int ordinal;
        while ((ordinal = pool.expandNext()) >= 0) {
            int next = pool.peekNext();
            expand(ordinal, level, next < 0 ? 0 : graph.node(next));
        }
    }

    private void expand(int ordinal, int level, long ahead) {
        hops++;
        long list = graph.list(ordinal, level);
        int from = visited.size();
        visited.addAll(Graph.ids(list, level), Graph.degree(list));
        if (visited.size() > from) {
            scoreMembers(from, ahead);
        }
    }

    /** Scores the members of the visited set from an index on, and offers those that may enter the pool. */
    private void scoreMembers(int from, long ahead) {
        int count = visited.size() - from;
        if (byBits) {
            for (int i = 0; i < count; i++) {
                MEMORY.set(JAVA_LONG, addresses + 8L * i, graph.bitCode(visited.member(from + i)));
            }
            kernels.bitScoreGather(addresses, count, bitQuery, scores, ahead, ahead == 0 ? 0 : graph.nodeBytes());
        } else {
            for (int i = 0; i < count; i++) {
                MEMORY.set(JAVA_LONG, addresses + 8L * i, vectors.codeAddress(visited.member(from + i)));
            }
            if (mapped) {
                prefetch.ask(addresses, count, codeBytes);
            }
            kernels.int8ScoreGather(addresses, count, query, scores, ahead, ahead == 0 ? 0 : graph.nodeBytes());
        }
        evaluations += count;
        int threshold = pool.thresholdOrder();
        int survivorCount = 0;
        for (int i = 0; i < count; i++) {
            // No branch, as in the visited set: whether a score survives is a coin toss too.
            survivors[survivorCount] = i;
            survivorCount += CandidatePool.beats(MEMORY.get(JAVA_INT, scores + 4L * i), threshold);
        }
        for (int i = 0; i < survivorCount; i++) {
            int survivor = survivors[i];
            pool.offer(visited.member(from + survivor), MEMORY.get(JAVA_FLOAT, scores + 4L * survivor));
        }
    }
}
