// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.search;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.simonides.Limits;
import dev.simonides.Strategy;
import dev.simonides.core.graph.CandidatePool;
import dev.simonides.core.graph.Graph;
import dev.simonides.core.tenant.PendingWindow;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.core.vector.PageSides;
import dev.simonides.core.vector.VectorPages;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import dev.simonides.simd.OffHeap;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Finds the nearest visible vectors of one tenant. Any thread; takes no lock and, after warm-up, allocates nothing.
 *
 * <p>A search is one of two walks that end alike. The scan scores every page. The graph walk scans the pending window
 * exactly, then searches the graph, and merges. Either way the best {@code 2k} by INT8 are rescored with the originals.
 */
public final class TenantSearch {
    private static final MemorySegment MEMORY = OffHeap.everything();

    /** Candidates rescored for each hit asked for: 2k restores recall 0.998 and more where INT8 alone stops at 0.985. */
    private static final int RESCORE_FACTOR = 2;

    /**
     * A graph walk evaluates about 14 vectors for each place in the pool, and an evaluation in graph order costs some five
     * times one in page order; beyond that the scan is cheaper, and exact.
     */
    private static final long SCAN_EVALUATIONS_PER_EF = 70;

    /** Up to this pool a store that wants graphs everywhere (exactScanMax 0) gets them even where a scan is cheaper. */
    private static final long POOL_ASKED_MAX = 1_000;

    /** Pages that a scan of mapped files asks for at once: enough to keep a medium busy, and soon read. */
    private static final int SCAN_PAGES = 64;

    private final Kernels kernels;
    private final VectorCodec codec;
    private final int exactScanMax;
    private final AtomicLong published;

    /**
     * Makes the searcher of a store.
     *
     * @param kernels that score
     * @param codec shape of a vector
     * @param exactScanMax 0 if a graph is to be used wherever there is one
     * @param published the watermark: LSN of the last write that is visible
     */
    public TenantSearch(Kernels kernels, VectorCodec codec, int exactScanMax, AtomicLong published) {
        this.kernels = kernels;
        this.codec = codec;
        this.exactScanMax = exactScanMax;
        this.published = published;
    }

    /**
     * Searches by the cheaper walk.
     *
     * @param tenant where
     * @param vector the query; the codec checks it
     * @param k hits wanted, at least 1
     * @param ef size of the pool; at least k are kept
     * @param countPages whether to count distinct pages, which costs about as much as the search
     * @param scratch claimed by the caller; holds the result afterwards
     * @throws IllegalArgumentException if the vector is not one of this store
     */
    public void search(Tenant tenant, float[] vector, int k, int ef, boolean countPages, SearchScratch scratch) {
        codec.encodeQuery(vector, scratch.exactQuery, scratch.traversal.query());
        PendingWindow pending = tenant.pending();
        int floor = pending.floor();
        begin(scratch);
        int count = tenant.count();
        Graph graph = tenant.graph();
        long pool = enlarged(Math.max(ef, k), graph, count, tenant.liveCount());
        if (graph == null || !graphPays(tenant, count, floor, pool)) {
            scanPages(tenant, k, scratch);
            return;
        }
        walk(tenant, graph, floor, count, k, (int) pool, scratch);
        if (scratch.size < Math.min(k, tenant.liveCount())) {
            scanPages(tenant, k, scratch);
        } else if (countPages) {
            scratch.pages = scratch.traversal.distinctPages();
            scratch.poolPages = scratch.traversal.poolPages();
        }
    }

    /**
     * Searches by scoring every vector with its original, or with its code where the store keeps no originals.
     *
     * @param tenant where
     * @param vector the query; the codec checks it
     * @param k hits wanted, at least 1
     * @param scratch claimed by the caller; holds the result afterwards
     * @throws IllegalArgumentException if the vector is not one of this store
     */
    public void exact(Tenant tenant, float[] vector, int k, SearchScratch scratch) {
        codec.encodeQuery(vector, scratch.exactQuery, scratch.traversal.query());
        begin(scratch);
        if (codec.originals() == OriginalFormat.NONE) {
            scanPages(tenant, k, scratch);
        } else {
            scanOriginals(tenant, k, scratch);
        }
    }

    /** S1: the caller has read the floor; the watermark is read here, once. */
    private void begin(SearchScratch scratch) {
        // ORDER: acquire; pairs with Writer#apply (release); else a visible ordinal could be unwritten.
        scratch.watermark = published.getAcquire();
        scratch.evaluations = 0;
        scratch.hops = 0;
        scratch.pages = -1;
        scratch.poolPages = -1;
        scratch.pendingScanned = 0;
        scratch.size = 0;
    }

    private boolean graphPays(Tenant tenant, int count, int floor, long pool) {
        if (!tenant.graphWanted() || count - floor > count / 2) {
            return false;
        }
        boolean asked = exactScanMax == 0 && pool <= POOL_ASKED_MAX;
        return asked || pool * SCAN_EVALUATIONS_PER_EF < count;
    }

    /** Dead nodes take places in the pool, so it grows with their share: it then holds as many live ones as were asked for. */
    private static long enlarged(int pool, @Nullable Graph graph, int count, int live) {
        int inGraph = graph == null ? count : count - graph.skippedCount();
        return (long) pool * Math.max(inGraph, live) / Math.max(1, live);
    }

    private void scanPages(Tenant tenant, int k, SearchScratch scratch) {
        scratch.strategy = Strategy.EXACT_SCAN;
        VectorPages vectors = tenant.vectors();
        CandidatePool best = scratch.scanned;
        best.begin(candidatesFor(k, tenant));
        int pages = vectors.pageCount();
        PageSides sides = vectors.sides();
        int asked = 0;
        for (int page = 0; page < pages; page++) {
            if (page == asked) {
                asked = askForPages(vectors, page, pages, scratch);
            }
            int place = sides.place(page);
            int used = vectors.slotsUsed(place);
            int pitch = vectors.geometry().pitch(page);
            kernels.int8ScoreBulk(vectors.pageBase(place), pitch, used, scratch.traversal.query(), scratch.scores);
            offerPage(tenant, place, used, scratch);
        }
        scratch.pages = pages;
        scratch.poolPages = pages;
        takeVisible(scratch, best, k);
        finish(tenant, k, scratch, true);
    }

    private void scanOriginals(Tenant tenant, int k, SearchScratch scratch) {
        scratch.strategy = Strategy.EXACT_SCAN;
        VectorPages vectors = tenant.vectors();
        CandidatePool best = scratch.scanned;
        best.begin(Math.min(k, Math.max(1, tenant.count())));
        int pages = vectors.pageCount();
        PageSides sides = vectors.sides();
        int asked = 0;
        for (int page = 0; page < pages; page++) {
            if (page == asked) {
                asked = askForOriginals(vectors, page, pages, scratch);
            }
            int place = sides.place(page);
            int used = vectors.slotsUsed(place);
            long originals = vectors.originalsBase(place);
            for (int slot = 0; slot < used; slot++) {
                MEMORY.set(JAVA_LONG, scratch.addresses + 8L * slot, originals + (long) slot * codec.originalBytes());
            }
            codec.rescore(scratch.addresses, used, scratch.exactQuery, scratch.scores);
            offerPage(tenant, place, used, scratch);
        }
        scratch.pages = pages;
        scratch.poolPages = pages;
        takeVisible(scratch, best, k);
        finish(tenant, k, scratch, false);
    }

    /** Asks for the pages of codes that a scan reads next; returns the first one behind them. */
    private static int askForPages(VectorPages vectors, int from, int pages, SearchScratch scratch) {
        if (!vectors.mapped()) {
            return pages;
        }
        int to = alike(vectors, from, pages);
        askForImages(vectors, from, to, vectors.geometry().pageBytes(from), scratch);
        return to;
    }

    /** Asks for the originals that a scan reads next, and what tells whose they are; returns the first page behind them. */
    private static int askForOriginals(VectorPages vectors, int from, int pages, SearchScratch scratch) {
        if (!vectors.mapped()) {
            return pages;
        }
        int to = alike(vectors, from, pages);
        askForImages(vectors, from, to, vectors.geometry().codesOffset(from), scratch);
        for (int page = from; page < to; page++) {
            MEMORY.set(JAVA_LONG, scratch.addresses + 8L * (page - from), vectors.originalsBase(vectors.place(page)));
        }
        int bytes = (int) vectors.geometry().originalsBytes(from);
        scratch.traversal.prefetch().ask(scratch.addresses, to - from, bytes);
        return to;
    }

    private static void askForImages(VectorPages vectors, int from, int to, int bytes, SearchScratch scratch) {
        for (int page = from; page < to; page++) {
            MEMORY.set(JAVA_LONG, scratch.addresses + 8L * (page - from), vectors.imageAddress(page));
        }
        scratch.traversal.prefetch().ask(scratch.addresses, to - from, bytes);
    }

    /** The end of the pages of one class that a scan asks for at once. */
    private static int alike(VectorPages vectors, int from, int pages) {
        int bytes = vectors.geometry().pageBytes(from);
        int to = from + 1;
        while (to < pages && to - from < SCAN_PAGES && vectors.geometry().pageBytes(to) == bytes) {
            to++;
        }
        return to;
    }

    /** Offers the scored slots of a page that beat the threshold and are visible. */
    private void offerPage(Tenant tenant, int place, int used, SearchScratch scratch) {
        CandidatePool best = scratch.scanned;
        scratch.evaluations += used;
        for (int slot = 0; slot < used; slot++) {
            float score = MEMORY.get(JAVA_FLOAT, scratch.scores + 4L * slot);
            if (score < best.threshold()) {
                continue;
            }
            int ordinal = tenant.vectors().ordinalAt(place, slot);
            if (tenant.visible(ordinal, scratch.watermark)) {
                best.offer(ordinal, score);
            }
        }
    }

    private void walk(Tenant tenant, Graph graph, int floor, int count, int k, int pool, SearchScratch scratch) {
        int wanted = candidatesFor(k, tenant);
        scanPending(tenant, graph, floor, count, wanted, scratch);
        scratch.traversal.begin(graph, tenant.vectors(), count, graph.poolFor(pool));
        scratch.traversal.search();
        scratch.evaluations += scratch.traversal.evaluations();
        scratch.hops = scratch.traversal.hops();
        scratch.strategy = scratch.pendingScanned == 0 ? Strategy.GRAPH : Strategy.GRAPH_AND_PENDING;
        mergeVisible(tenant, scratch, wanted);
        finish(tenant, k, scratch, true);
    }

    private void scanPending(Tenant tenant, Graph graph, int floor, int count, int wanted, SearchScratch scratch) {
        scratch.scanned.begin(wanted);
        int gathered = 0;
        for (int ordinal = floor; ordinal < count; ordinal++) {
            if (graph.linked(ordinal)) {
                continue;
            }
            scratch.gathered[gathered] = ordinal;
            MEMORY.set(
                    JAVA_LONG,
                    scratch.addresses + 8L * gathered,
                    tenant.vectors().codeAddress(ordinal));
            if (++gathered == Limits.GATHER_MAX) {
                offerGathered(tenant, gathered, scratch);
                gathered = 0;
            }
        }
        offerGathered(tenant, gathered, scratch);
    }

    private void offerGathered(Tenant tenant, int gathered, SearchScratch scratch) {
        if (gathered == 0) {
            return;
        }
        if (tenant.vectors().mapped()) {
            scratch.traversal.prefetch().ask(scratch.addresses, gathered, codec.codeBytes());
        }
        kernels.int8ScoreGather(scratch.addresses, gathered, scratch.traversal.query(), scratch.scores, 0, 0);
        scratch.pendingScanned += gathered;
        scratch.evaluations += gathered;
        for (int i = 0; i < gathered; i++) {
            if (tenant.visible(scratch.gathered[i], scratch.watermark)) {
                scratch.scanned.offer(scratch.gathered[i], MEMORY.get(JAVA_FLOAT, scratch.scores + 4L * i));
            }
        }
    }

    /**
     * Merges the pending hits, all visible, with the visible ones of the graph. A node met in both is one hit: the
     * walked entry is passed over.
     */
    private void mergeVisible(Tenant tenant, SearchScratch scratch, int wanted) {
        CandidatePool pending = scratch.scanned;
        CandidatePool walked = scratch.traversal.pool();
        scratch.ensureResults(wanted);
        int taken = 0;
        int p = 0;
        int w = 0;
        while (taken < wanted && (p < pending.size() || w < walked.size())) {
            boolean fromPending = w == walked.size() || (p < pending.size() && pending.scoreAt(p) >= walked.scoreAt(w));
            CandidatePool source = fromPending ? pending : walked;
            int rank = fromPending ? p++ : w++;
            int ordinal = source.ordinalAt(rank);
            if (fromPending || (!inPending(pending, ordinal, scratch) && tenant.visible(ordinal, scratch.watermark))) {
                scratch.ordinals[taken] = ordinal;
                scratch.hitScores[taken] = source.scoreAt(rank);
                taken++;
            }
        }
        scratch.size = taken;
    }

    private static boolean inPending(CandidatePool pending, int ordinal, SearchScratch scratch) {
        if (scratch.pendingScanned == 0) {
            return false;
        }
        for (int rank = 0; rank < pending.size(); rank++) {
            if (pending.ordinalAt(rank) == ordinal) {
                return true;
            }
        }
        return false;
    }

    private static void takeVisible(SearchScratch scratch, CandidatePool best, int k) {
        scratch.ensureResults(Math.max(k, best.size()));
        scratch.size = best.size();
        for (int rank = 0; rank < best.size(); rank++) {
            scratch.ordinals[rank] = best.ordinalAt(rank);
            scratch.hitScores[rank] = best.scoreAt(rank);
        }
    }

    /** Rescores the candidates with their originals if asked and kept, puts them in order and cuts them to k. */
    private void finish(Tenant tenant, int k, SearchScratch scratch, boolean rescore) {
        if (rescore && codec.originals() != OriginalFormat.NONE) {
            rescore(tenant, scratch);
        }
        scratch.size = Math.min(k, scratch.size);
    }

    private void rescore(Tenant tenant, SearchScratch scratch) {
        for (int from = 0; from < scratch.size; from += Limits.GATHER_MAX) {
            int blockCount = Math.min(Limits.GATHER_MAX, scratch.size - from);
            for (int i = 0; i < blockCount; i++) {
                long original = tenant.vectors().originalAddress(scratch.ordinals[from + i]);
                MEMORY.set(JAVA_LONG, scratch.addresses + 8L * i, original);
            }
            if (tenant.vectors().mapped()) {
                scratch.traversal.prefetch().ask(scratch.addresses, blockCount, codec.originalBytes());
            }
            codec.rescore(scratch.addresses, blockCount, scratch.exactQuery, scratch.scores);
            for (int i = 0; i < blockCount; i++) {
                float score = MEMORY.get(JAVA_FLOAT, scratch.scores + 4L * i);
                scratch.ranked[from + i] = CandidatePool.key(scratch.ordinals[from + i], score);
            }
        }
        Arrays.sort(scratch.ranked, 0, scratch.size);
        for (int rank = 0; rank < scratch.size; rank++) {
            scratch.ordinals[rank] = CandidatePool.ordinal(scratch.ranked[rank]);
            scratch.hitScores[rank] = CandidatePool.score(scratch.ranked[rank]);
        }
    }

    /** Candidates to keep for k hits; never more than there are vectors. */
    private int candidatesFor(int k, Tenant tenant) {
        int factor = codec.originals() == OriginalFormat.NONE ? 1 : RESCORE_FACTOR;
        return (int) Math.min((long) k * factor, Math.max(1, tenant.count()));
    }
}
