// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.recall;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;

/** A searcher whose answers are given, which writes down what is asked of it. */
final class FakeSearcher implements Searcher<FakeSearcher.Answer> {

    private static final long CLOCK_NANOS = 100;

    final List<String> calls = new ArrayList<>();

    private final Rows rows;
    private final long[] passNanos;
    private int passes;
    private long nanos;

    /**
     * A searcher.
     *
     * @param rows what is found
     * @param passNanos how long a search of the n-th pass takes, to which the n-th search adds n microseconds; empty for
     *     no time at all
     */
    FakeSearcher(Rows rows, long... passNanos) {
        this.rows = rows;
        this.passNanos = passNanos;
    }

    /** A clock that moves only by searching, and by 100 ns whenever it is read. */
    LongSupplier clock() {
        return () -> nanos += CLOCK_NANOS;
    }

    /** What is found for a query at an ef. */
    @FunctionalInterface
    interface Rows {
        long[] at(int query, int ef);
    }

    record Answer(List<Long> rows, int ef, boolean counted) {}

    @Override
    public void awaitLinked() {
        calls.add("awaitLinked");
    }

    @Override
    public IntFunction<Answer> prepare(float[][] queries, int k, int ef) {
        calls.add("prepare " + ef);
        return search(ef, false);
    }

    @Override
    public IntFunction<Answer> prepareCounting(float[][] queries, int k, int ef) {
        calls.add("prepareCounting " + ef);
        return search(ef, true);
    }

    private IntFunction<Answer> search(int ef, boolean counting) {
        return query -> {
            if (query == 0) {
                calls.add("pass " + ef);
                passes++;
            }
            if (passNanos.length > 0) {
                nanos += passNanos[passes - 1] + query * 1000L;
            }
            List<Long> found = new ArrayList<>();
            for (long row : rows.at(query, ef)) {
                found.add(row);
            }
            return new Answer(found, ef, counting);
        };
    }

    @Override
    public int size(Answer answer) {
        return answer.rows().size();
    }

    @Override
    public long row(Answer answer, int rank) {
        return answer.rows().get(rank);
    }

    @Override
    public long evaluations(Answer answer) {
        return answer.ef() * 100L;
    }

    @Override
    public long pages(Answer answer) {
        if (!answer.counted()) {
            throw new IllegalStateException("pages of a search that did not count them");
        }
        return 7;
    }

    @Override
    public long poolPages(Answer answer) {
        return pages(answer) - 4;
    }
}
