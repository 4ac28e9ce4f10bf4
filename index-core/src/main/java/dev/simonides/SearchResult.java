// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import java.util.Iterator;
import java.util.List;

/** What a search found, closest first, and what it took. Immutable. */
public final class SearchResult implements Iterable<Hit> {
    private final List<Hit> hits;
    private final int evaluations;
    private final int hops;
    private final int pages;
    private final int poolPages;
    private final int pendingScanned;
    private final Strategy strategy;

    SearchResult(List<Hit> hits, dev.simonides.core.search.SearchScratch scratch) {
        this.hits = hits;
        this.evaluations = scratch.evaluations();
        this.hops = scratch.hops();
        this.pages = scratch.pages();
        this.poolPages = scratch.poolPages();
        this.pendingScanned = scratch.pendingScanned();
        this.strategy = scratch.strategy();
    }

    SearchResult() {
        this.hits = List.of();
        this.evaluations = 0;
        this.hops = 0;
        this.pages = 0;
        this.poolPages = 0;
        this.pendingScanned = 0;
        this.strategy = Strategy.EXACT_SCAN;
    }

    /**
     * Returns the number of hits.
     *
     * @return k, or the number of live memories if that is smaller
     */
    public int size() {
        return hits.size();
    }

    /**
     * Returns a hit.
     *
     * @param rank 0 is the closest
     * @return the hit
     * @throws IndexOutOfBoundsException if there is none of that rank
     */
    public Hit get(int rank) {
        return hits.get(rank);
    }

    /**
     * Returns the hits.
     *
     * @return unmodifiable, closest first
     */
    public List<Hit> hits() {
        return hits;
    }

    @Override
    public Iterator<Hit> iterator() {
        return hits.iterator();
    }

    /**
     * Returns the vectors that were scored by their codes.
     *
     * @return evaluations, those of upper layers and of the pending set included
     */
    public int evaluations() {
        return evaluations;
    }

    /**
     * Returns the graph nodes that were expanded.
     *
     * @return hops, 0 for a scan
     */
    public int hops() {
        return hops;
    }

    /**
     * Returns the distinct vector pages that were read.
     *
     * @return pages; −1 for a graph search whose query did not ask for counting
     */
    public int pages() {
        return pages;
    }

    /**
     * Returns the distinct vector pages of the candidate pool: what is read of the vectors where the way is found by 1-bit codes,
     * and what had to be read if it were.
     *
     * @return pages, those of a scan as {@link #pages}; −1 for a graph search whose query did not ask for counting
     */
    public int poolPages() {
        return poolPages;
    }

    /**
     * Returns the vectors scored because they were not yet linked.
     *
     * @return vectors
     */
    public int pendingScanned() {
        return pendingScanned;
    }

    /**
     * Returns how the search was done.
     *
     * @return the strategy
     */
    public Strategy strategy() {
        return strategy;
    }

    @Override
    public String toString() {
        return "SearchResult{hits=" + hits + ", strategy=" + strategy + ", evaluations=" + evaluations + "}";
    }
}
