// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.latency;

import dev.simonides.SearchResult;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.function.IntFunction;
import org.HdrHistogram.Histogram;

/**
 * Searches one after the other, the next one when the one before has ended, and keeps the time of each: by the clock, and on
 * a core. Confined to the thread that runs it.
 *
 * <p>Between two readings of the clock there is one search and nothing else. The loop allocates nothing; a search allocates
 * its result.
 */
final class SearchLoop implements Runnable {
    private static final long LATENCY_NANOS_MAX = 600_000_000_000L;
    private static final int SIGNIFICANT_DIGITS = 3;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final IntFunction<SearchResult> search;
    private final int queries;
    private final int hits;
    private final Histogram clockNanos = new Histogram(LATENCY_NANOS_MAX, SIGNIFICANT_DIGITS);
    private final Histogram coreNanos = new Histogram(LATENCY_NANOS_MAX, SIGNIFICANT_DIGITS);
    private int next;
    private long evaluations;
    private long hops;
    private long pendingScanned;

    /**
     * Makes a loop.
     *
     * @param search by the number of a query
     * @param queries their number; they take turns
     * @param first the query to begin with
     * @param hits how many each must find: a benchmark of wrong results is worth nothing
     */
    SearchLoop(IntFunction<SearchResult> search, int queries, int first, int hits) {
        this.search = search;
        this.queries = queries;
        this.next = first % queries;
        this.hits = hits;
    }

    /** One search. */
    @Override
    public void run() {
        long coreBefore = THREADS.getCurrentThreadCpuTime();
        long before = System.nanoTime();
        SearchResult result = search.apply(next);
        long clock = System.nanoTime() - before;
        long core = THREADS.getCurrentThreadCpuTime() - coreBefore;
        clockNanos.recordValue(Math.min(clock, LATENCY_NANOS_MAX));
        coreNanos.recordValue(Math.min(core, LATENCY_NANOS_MAX));
        if (result.size() != hits) {
            throw new IllegalStateException("hits: expected=" + hits + ", actual=" + result.size());
        }
        evaluations += result.evaluations();
        hops += result.hops();
        pendingScanned += result.pendingScanned();
        next = next + 1 == queries ? 0 : next + 1;
    }

    /** Nanoseconds of a search by the clock. */
    Histogram clockNanos() {
        return clockNanos;
    }

    /** Nanoseconds of a search on a core: without the time in which its thread stood in line for one, or waited. */
    Histogram coreNanos() {
        return coreNanos;
    }

    long evaluations() {
        return evaluations;
    }

    long hops() {
        return hops;
    }

    long pendingScanned() {
        return pendingScanned;
    }
}
