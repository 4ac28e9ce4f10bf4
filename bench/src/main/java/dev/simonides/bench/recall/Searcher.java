// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.recall;

import java.util.function.IntFunction;

/**
 * What the sweep needs of an index. Building queries and reading results are apart from the search, so that only the
 * search is timed.
 *
 * <p>Confined to one thread.
 *
 * @param <R> what a search returns
 */
public interface Searcher<R> {

    /** Waits until every vector is linked, so that the sweep measures the graph and not a scan of what is pending. */
    void awaitLinked();

    /**
     * Builds all queries.
     *
     * @param queries float32[count][dim]
     * @param k results wanted
     * @param ef size of the candidate pool
     * @return the search, by the 0-based number of the query
     */
    IntFunction<R> prepare(float[][] queries, int k, int ef);

    /**
     * Builds all queries so that their results know {@link #pages}, whatever that costs; these searches are not timed.
     *
     * @param queries float32[count][dim]
     * @param k results wanted
     * @param ef size of the candidate pool
     * @return the search, by the 0-based number of the query
     */
    IntFunction<R> prepareCounting(float[][] queries, int k, int ef);

    /**
     * How many results a search brought.
     *
     * @param result of a prepared search
     * @return 0..k
     */
    int size(R result);

    /**
     * One result.
     *
     * @param result of a prepared search
     * @param rank 0-based, below {@link #size}
     * @return the 0-based row of the base
     * @throws IllegalStateException if what was found is no row of the base, which makes recall meaningless
     */
    long row(R result, int rank);

    /**
     * The distances computed.
     *
     * @param result of a prepared search
     * @return their number
     */
    long evaluations(R result);

    /**
     * The distinct vector pages touched.
     *
     * @param result of a search that counts
     * @return their number
     */
    long pages(R result);

    /**
     * The distinct vector pages of the candidate pool.
     *
     * @param result of a search that counts
     * @return their number
     */
    long poolPages(R result);
}
