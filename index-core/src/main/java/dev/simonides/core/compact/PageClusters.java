// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.compact;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.simonides.Limits;
import dev.simonides.core.graph.CandidatePool;
import dev.simonides.core.graph.Graph;
import dev.simonides.core.vector.PageFormat;
import dev.simonides.core.vector.PageGeometry;
import dev.simonides.core.vector.VectorArrangement;
import dev.simonides.core.vector.VectorPages;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import dev.simonides.simd.OffHeap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.IntSummaryStatistics;
import org.jspecify.annotations.Nullable;

/**
 * Puts near vectors into the same page, so that a search reads few. Confined to one thread, which closes it.
 *
 * <p>The vectors of all full pages are divided in two halves of as many pages, and each half again, down to single pages. First
 * by which of two points a vector is nearer to: two that lie far apart, then the means of the halves (k-means with two means,
 * balanced). Then by the graph, because a search reads the neighbours of what it expands: vectors with more links into the other
 * half are exchanged in pairs (the recursive graph bisection of Dhulipala et al., "Compressing Graphs and Indexes with Recursive
 * Graph Bisection", KDD 2016, §4, with the number of links in place of their logarithms).
 *
 * <p>WordNet 384-d, 50,000 vectors, INT8 navigation, ef 40, November 2026: 541 pages touched and 39 of the pool as the vectors
 * arrived, shuffled; 414 and 23 by the means alone, 378 and 18 by the links as well; 3 s more of a compaction.
 */
final class PageClusters implements AutoCloseable {
    private static final MemorySegment MEMORY = OffHeap.everything();

    /** How often the halves are divided anew by their means; ten times bring 2 % fewer pages for twice the time. */
    private static final int MEANS_ROUNDS = 3;

    /** Vectors that a mean is taken of. */
    private static final int MEAN_SAMPLE = 256;

    /** How often vectors are exchanged at most; most halves are done with after ten rounds. */
    private static final int LINK_ROUNDS = 30;

    /** Rounds end when fewer than this share of the pairs is exchanged. */
    private static final int EXCHANGED_SHARE = 256;

    private final VectorPages vectors;
    private final PageGeometry geometry;
    private final VectorCodec codec;
    private final Kernels kernels = Kernels.best();
    private final Arena arena = Arena.ofConfined();
    private final long exactQuery;
    private final long one;
    private final long other;
    private final long addresses;
    private final long scores;
    private final Pace pace;
    /** How many slots are before the pages. */
    private final int slotsBefore;
    /** The least ordinal in the pages: those of arranged pages may belong into other ones. */
    private final int base;
    /** Ordinals by the slots they are to have. */
    private final int[] order;

    private final float[] closeness;
    private final long[] keys;
    private final @Nullable Graph graph;
    /** By ordinal from the least on the half that it is in, a number that no other half has; 0 for one of other pages. */
    private final int[] halves;

    private int halfCount;
    private final int[] neighbors;

    /** Between two pieces of work: takes the time that others are to have, and says whether to go on. */
    @FunctionalInterface
    interface Pace {
        boolean goOn();
    }

    /** Begins with the vectors where they are. */
    private PageClusters(VectorPages vectors, @Nullable Graph graph, int firstPage, int endPage, Pace pace) {
        this.vectors = vectors;
        this.graph = graph;
        this.pace = pace;
        this.geometry = vectors.geometry();
        this.codec = geometry.codec();
        this.exactQuery = arena.allocate(codec.exactQueryBytes(), 64).address();
        this.one = arena.allocate(codec.queryBytes(), 64).address();
        this.other = arena.allocate(codec.queryBytes(), 64).address();
        this.addresses = arena.allocate(8L * Limits.GATHER_MAX, 64).address();
        this.scores = arena.allocate(4L * Limits.GATHER_MAX, 64).address();
        this.slotsBefore = (int) geometry.firstOrdinal(firstPage);
        int count = (int) geometry.firstOrdinal(endPage) - slotsBefore;
        this.order = ordinals(firstPage, endPage, count);
        IntSummaryStatistics range = Arrays.stream(order).summaryStatistics();
        this.base = range.getMin();
        this.closeness = new float[count];
        this.keys = new long[count];
        this.halves = new int[graph == null ? 0 : range.getMax() - base + 1];
        this.neighbors = new int[graph == null ? 0 : graph.capacity(0)];
    }

    private int[] ordinals(int firstPage, int endPage, int count) {
        int[] ordinals = new int[count];
        int found = 0;
        for (int page = firstPage; page < endPage; page++) {
            int place = vectors.place(page);
            for (int slot = 0; slot < geometry.slots(page); slot++) {
                ordinals[found++] = vectors.ordinalAt(place, slot);
            }
        }
        return ordinals;
    }

    /**
     * Puts the vectors of all full pages where they belong.
     *
     * @param vectors of a tenant that nobody else knows, in the order of their ordinals
     * @param graph of the tenant, null if it has none
     */
    static void arrange(VectorPages vectors, @Nullable Graph graph) {
        int fullPages = vectors.geometry().page(vectors.size());
        if (vectors.geometry().format() == PageFormat.PACKED && fullPages > 1) {
            try (PageClusters clusters = new PageClusters(vectors, graph, 0, fullPages, () -> true)) {
                boolean _ = clusters.divide(0, fullPages);
                new VectorArrangement(vectors).inPlace(clusters.order);
            }
        }
    }

    /**
     * Finds out where the vectors of some full pages belong, beside the writer, readers and indexers.
     *
     * @param vectors of the tenant
     * @param graph of the tenant, null if it has none
     * @param firstPage the first of the pages
     * @param endPage the one behind the last
     * @param pace of the work
     * @return ordinals by their slots, as {@link VectorArrangement#beside} takes them; none if it was not to go on, or if a page
     *     does not hold what it must
     */
    static int[] order(VectorPages vectors, @Nullable Graph graph, int firstPage, int endPage, Pace pace) {
        for (int page = firstPage; page < endPage; page++) {
            if (!vectors.sound(page)) {
                // A file under its mapping has changed; the next checkpoint reads the file, and says so.
                return new int[0];
            }
        }
        try (PageClusters clusters = new PageClusters(vectors, graph, firstPage, endPage, pace)) {
            return clusters.divide(firstPage, endPage) ? clusters.order : new int[0];
        }
    }

    /** False if it was not to go on. */
    private boolean divide(int firstPage, int endPage) {
        if (endPage - firstPage < 2) {
            return true;
        }
        int middlePage = (firstPage + endPage) >>> 1;
        halve(slot(firstPage), slot(middlePage), slot(endPage));
        return pace.goOn() && divide(firstPage, middlePage) && divide(middlePage, endPage);
    }

    /** How many slots are before a page. */
    private int slot(int page) {
        return (int) geometry.firstOrdinal(page) - slotsBefore;
    }

    /** Puts those nearer to one point in front, and those nearer to another one behind the middle. */
    private void halve(int from, int middle, int end) {
        codec.queryFromCode(vectors.codeAddress(order[middle]), one);
        codec.queryFromCode(vectors.codeAddress(farthest(from, end, one)), other);
        codec.queryFromCode(vectors.codeAddress(farthest(from, end, other)), one);
        rank(from, end);
        for (int round = 0; round < MEANS_ROUNDS; round++) {
            if (!mean(from, middle, one) || !mean(middle, end, other)) {
                break;
            }
            rank(from, end);
        }
        for (int round = 0; graph != null && round < LINK_ROUNDS; round++) {
            int exchanged = exchange(graph, from, middle, end);
            if ((long) exchanged * EXCHANGED_SHARE <= middle - from) {
                return;
            }
        }
    }

    /** Exchanges the first of those pairs that gain by it, half of them: all at once would want to go back. */
    private int exchange(Graph links, int from, int middle, int end) {
        int first = ++halfCount;
        int second = ++halfCount;
        for (int i = from; i < end; i++) {
            halves[order[i] - base] = i < middle ? first : second;
        }
        rankByGain(links, from, middle, first, second);
        rankByGain(links, middle, end, second, first);
        int pairs = Math.min(middle - from, end - middle);
        int gaining = 0;
        while (gaining < pairs
                && CandidatePool.score(keys[from + gaining]) + CandidatePool.score(keys[middle + gaining]) > 0) {
            gaining++;
        }
        int exchanged = (gaining + 1) / 2;
        for (int i = 0; i < exchanged; i++) {
            int ordinal = order[from + i];
            order[from + i] = order[middle + i];
            order[middle + i] = ordinal;
        }
        return exchanged;
    }

    /** Puts a half in the order of how many more links lead into the other half than into this one. */
    private void rankByGain(Graph links, int from, int end, int own, int other) {
        for (int i = from; i < end; i++) {
            int degree = links.neighbors(order[i], neighbors);
            int gain = 0;
            for (int n = 0; n < degree; n++) {
                int neighbor = neighbors[n] - base;
                int half = neighbor >= 0 && neighbor < halves.length ? halves[neighbor] : 0;
                gain += half == other ? 1 : half == own ? -1 : 0;
            }
            keys[i] = CandidatePool.key(order[i], gain);
        }
        orderByKeys(from, end);
    }

    private void orderByKeys(int from, int end) {
        Arrays.sort(keys, from, end);
        for (int i = from; i < end; i++) {
            order[i] = CandidatePool.ordinal(keys[i]);
        }
    }

    private int farthest(int from, int end, long query) {
        score(from, end, query);
        int farthest = from;
        for (int i = from; i < end; i++) {
            farthest = closeness[i] < closeness[farthest] ? i : farthest;
        }
        return order[farthest];
    }

    /** Fills {@link #closeness} for a part of the order. */
    private void score(int from, int end, long query) {
        for (int block = from; block < end; block += Limits.GATHER_MAX) {
            int count = Math.min(Limits.GATHER_MAX, end - block);
            for (int i = 0; i < count; i++) {
                MEMORY.set(JAVA_LONG, addresses + 8L * i, vectors.codeAddress(order[block + i]));
            }
            kernels.int8ScoreGather(addresses, count, query, scores, 0, 0);
            MemorySegment.copy(MEMORY, JAVA_FLOAT, scores, closeness, block, count);
        }
    }

    /** Puts a part in the order of how much nearer its vectors are to one point than to the other. */
    private void rank(int from, int end) {
        score(from, end, other);
        for (int i = from; i < end; i++) {
            keys[i] = Float.floatToRawIntBits(closeness[i]);
        }
        score(from, end, one);
        for (int i = from; i < end; i++) {
            keys[i] = CandidatePool.key(order[i], closeness[i] - Float.intBitsToFloat((int) keys[i]));
        }
        orderByKeys(from, end);
    }

    /** Makes a query of the mean of a part; false if it is no vector of the store, as zero under cosine. */
    private boolean mean(int from, int end, long query) {
        float[] mean = new float[codec.dimension()];
        float[] vector = new float[codec.dimension()];
        int stride = Math.max(1, (end - from) / MEAN_SAMPLE);
        int sampled = 0;
        for (int i = from; i < end; i += stride) {
            codec.decode(vectors.codeAddress(order[i]), vector);
            for (int component = 0; component < vector.length; component++) {
                mean[component] += vector[component];
            }
            sampled++;
        }
        for (int component = 0; component < mean.length; component++) {
            mean[component] /= sampled;
        }
        try {
            codec.encodeQuery(mean, exactQuery, query);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
