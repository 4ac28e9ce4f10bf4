// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.recall;

import dev.simonides.bench.data.NeighbourTable;
import dev.simonides.bench.data.VectorFile;
import dev.simonides.bench.data.VectorSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.HdrHistogram.Histogram;

/**
 * Searches the same queries at one ef after the other, and sets recall beside latency.
 *
 * <p>Two warm-up rounds and then five timed ones; a round is one pass over all queries at each ef. Rounds and not five
 * passes of one ef after another: so all of an ef's passes are not hit by the same disturbance of the machine, and the
 * first ef is as warm as the last. Of an ef's five timed passes the one with the median mean is reported, whole. One last
 * round counts pages, which would slow the timed ones down.
 *
 * <p>Confined to one thread.
 */
public final class RecallSweep {

    /** Rounds that are not timed. */
    public static final int WARM_UP_ROUNDS = 2;

    /** Rounds that are timed; odd, so that there is a median. */
    public static final int TIMED_ROUNDS = 5;

    private static final long LATENCY_NANOS_MAX = 60_000_000_000L;
    private static final int SIGNIFICANT_DIGITS = 3;
    private static final double NANOS_PER_MICRO = 1000;

    private final float[][] queries;
    private final NeighbourTable truth;
    private final int k;
    private final LongSupplier nanoClock;

    private RecallSweep(float[][] queries, NeighbourTable truth, int k, LongSupplier nanoClock) {
        this.queries = queries;
        this.truth = truth;
        this.k = k;
        this.nanoClock = nanoClock;
    }

    /**
     * A sweep over queries in memory.
     *
     * @param queries float32[count][dim]
     * @param truth the true neighbours of each of these queries
     * @param k results to ask for and to compare, 1..width of the truth
     * @return the sweep
     * @throws IllegalArgumentException if k is above the width of the truth, or the truth has another number of queries
     */
    public static RecallSweep of(float[][] queries, NeighbourTable truth, int k) {
        if (k < 1 || k > truth.width()) {
            throw new IllegalArgumentException("k: expected=1.." + truth.width()
                    + ", the neighbours that the truth has for each query, actual=" + k);
        }
        if (queries.length != truth.queries()) {
            throw new IllegalArgumentException(
                    "queries: expected=" + truth.queries() + " as the truth has rows, actual=" + queries.length);
        }
        return new RecallSweep(queries, truth, k, System::nanoTime);
    }

    /**
     * A sweep over the queries of a file.
     *
     * @param queries in any form that can be imported
     * @param truth the true neighbours of each of these queries
     * @param k results to ask for and to compare, 1..width of the truth
     * @return the sweep
     * @throws IllegalArgumentException as {@link #of(float[][], NeighbourTable, int)}
     */
    public static RecallSweep of(Path queries, Path truth, int k) {
        return of(vectors(queries), NeighbourTable.read(truth), k);
    }

    /** This sweep by another clock. */
    RecallSweep by(LongSupplier nanoClock) {
        return new RecallSweep(queries, truth, k, nanoClock);
    }

    /**
     * Reads all vectors of a file into memory.
     *
     * @param file in any form that can be imported
     * @return float32[count][dim]
     */
    public static float[][] vectors(Path file) {
        try (VectorSource source = VectorFile.of(file).open()) {
            return queries(source);
        }
    }

    /**
     * Reads all vectors of a source into memory, to be queries.
     *
     * @param source the rows; read to the end and left open
     * @return float32[count][dim]
     */
    public static float[][] queries(VectorSource source) {
        List<float[]> vectors = new ArrayList<>();
        while (source.hasNext()) {
            vectors.add(source.next().vector());
        }
        return vectors.toArray(float[][]::new);
    }

    /**
     * Waits until everything is linked, and measures.
     *
     * @param <R> what a search returns
     * @param searcher the index
     * @param efs the sizes of the candidate pool to measure at
     * @param listener hears of every pass
     * @return a row for each ef, in the given order
     */
    public <R> List<RecallRow> run(Searcher<R> searcher, List<Integer> efs, PassListener listener) {
        searcher.awaitLinked();
        List<Stage<R>> stages = new ArrayList<>(efs.size());
        for (int ef : efs) {
            stages.add(new Stage<>(ef, searcher.prepare(queries, k, ef)));
        }
        Pass<R> pass = new Pass<>(queries.length, nanoClock);
        int total = (WARM_UP_ROUNDS + TIMED_ROUNDS + 1) * stages.size();
        int done = 0;
        for (int round = 0; round < WARM_UP_ROUNDS + TIMED_ROUNDS; round++) {
            for (Stage<R> stage : stages) {
                pass.run(stage.search);
                if (round >= WARM_UP_ROUNDS) {
                    stage.timed.add(row(stage.ef, pass, searcher));
                }
                listener.passed(++done, total);
            }
        }
        List<RecallRow> rows = new ArrayList<>(stages.size());
        for (Stage<R> stage : stages) {
            pass.run(searcher.prepareCounting(queries, k, stage.ef));
            rows.add(stage.median().withPages(mean(pass, searcher::pages), mean(pass, searcher::poolPages)));
            listener.passed(++done, total);
        }
        return rows;
    }

    private <R> RecallRow row(int ef, Pass<R> pass, Searcher<R> searcher) {
        int count = queries.length;
        long found = 0;
        Set<Long> nearest = HashSet.newHashSet(k);
        for (int query = 0; query < count; query++) {
            nearest.clear();
            for (int rank = 0; rank < k; rank++) {
                nearest.add((long) truth.row(query, rank));
            }
            R result = pass.result(query);
            for (int rank = 0; rank < Math.min(k, searcher.size(result)); rank++) {
                // Removed, so that a row that comes twice counts once.
                if (nearest.remove(searcher.row(result, rank))) {
                    found++;
                }
            }
        }
        return new RecallRow(
                ef,
                k,
                (double) found / ((long) count * k),
                pass.sumNanos / NANOS_PER_MICRO / count,
                pass.histogram.getValueAtPercentile(50) / NANOS_PER_MICRO,
                pass.histogram.getValueAtPercentile(99) / NANOS_PER_MICRO,
                pass.wallNanos / NANOS_PER_MICRO / count,
                mean(pass, searcher::evaluations),
                0,
                0);
    }

    private <R> double mean(Pass<R> pass, ToLongFunction<R> column) {
        long sum = 0;
        for (int query = 0; query < queries.length; query++) {
            sum += column.applyAsLong(pass.result(query));
        }
        return (double) sum / queries.length;
    }

    /** One ef on its way through the rounds. */
    private static final class Stage<R> {

        private final int ef;
        private final IntFunction<R> search;
        private final List<RecallRow> timed = new ArrayList<>(TIMED_ROUNDS);

        Stage(int ef, IntFunction<R> search) {
            this.ef = ef;
            this.search = search;
        }

        RecallRow median() {
            timed.sort(Comparator.comparingDouble(RecallRow::meanMicros));
            return timed.get(timed.size() / 2);
        }
    }

    /** The timed loop and what it leaves behind; its arrays are made once, so that the loop allocates nothing. */
    static final class Pass<R> {

        private final Histogram histogram = new Histogram(LATENCY_NANOS_MAX, SIGNIFICANT_DIGITS);
        private final LongSupplier nanoClock;
        private final Object[] results;
        private long sumNanos;
        private long wallNanos;

        Pass(int count, LongSupplier nanoClock) {
            this.nanoClock = nanoClock;
            results = new Object[count];
        }

        void run(IntFunction<R> search) {
            histogram.reset();
            long sum = 0;
            long begin = nanoClock.getAsLong();
            for (int query = 0; query < results.length; query++) {
                long before = nanoClock.getAsLong();
                results[query] = search.apply(query);
                long nanos = nanoClock.getAsLong() - before;
                sum += nanos;
                histogram.recordValue(Math.min(nanos, LATENCY_NANOS_MAX));
            }
            wallNanos = nanoClock.getAsLong() - begin;
            sumNanos = sum;
        }

        @SuppressWarnings("unchecked") // only run stores, and it stores what an IntFunction<R> returned
        R result(int query) {
            return (R) results[query];
        }
    }
}
