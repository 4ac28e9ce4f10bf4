// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.latency;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import org.HdrHistogram.Histogram;

/**
 * One line of a table: a measurement of one round, or what all rounds come to.
 *
 * <p>Immutable.
 *
 * @param what was measured
 * @param columns what it gave
 */
record Row(String what, Map<Column, Double> columns) {
    private static final double NANOS_PER_MICRO = 1e3;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double PERCENT = 100;

    Row {
        columns = Collections.unmodifiableMap(new EnumMap<>(columns));
    }

    double get(Column column) {
        return Objects.requireNonNull(columns.get(column), column.label());
    }

    /** This row with one column more. */
    Row with(Column column, double value) {
        Map<Column, Double> more = new EnumMap<>(columns);
        more.put(column, value);
        return new Row(what, more);
    }

    /**
     * The latencies of threads that ran side by side.
     *
     * @param what was measured
     * @param loops the threads, at least one
     * @param waits what they waited for
     */
    static Row of(String what, List<SearchLoop> loops, ThreadWaits waits) {
        Histogram clock = loops.getFirst().clockNanos().copy();
        Histogram core = loops.getFirst().coreNanos().copy();
        for (SearchLoop loop : loops.subList(1, loops.size())) {
            clock.add(loop.clockNanos());
            core.add(loop.coreNanos());
        }
        long searches = clock.getTotalCount();
        Map<Column, Double> columns = new EnumMap<>(Column.class);
        columns.put(Column.SEARCHES, (double) searches);
        columns.put(Column.SEARCH_RATE, searches * NANOS_PER_SECOND * loops.size() / waits.clockNanos());
        columns.put(Column.P50, micros(clock, 50));
        columns.put(Column.P99, micros(clock, 99));
        columns.put(Column.P999, micros(clock, 99.9));
        columns.put(Column.MAX, clock.getMaxValue() / NANOS_PER_MICRO);
        columns.put(Column.CORE_P50, micros(core, 50));
        columns.put(Column.CORE_P99, micros(core, 99));
        columns.put(Column.CORE_P999, micros(core, 99.9));
        columns.put(Column.PENDING, sum(loops, SearchLoop::pendingScanned) / searches);
        columns.put(Column.ON_CORE, PERCENT * waits.coreNanos() / waits.clockNanos());
        if (waits.lineNanos() > 0) {
            columns.put(Column.IN_LINE, PERCENT * waits.lineNanos() / waits.clockNanos());
        }
        columns.put(Column.BLOCKED, (double) waits.blocked());
        columns.put(Column.PARKED, (double) waits.parked());
        return new Row(what, columns);
    }

    /**
     * The 99.9th percentile of a loop, had searches gone on beginning at a fixed rate while one of them took longer.
     *
     * @param loop the loop
     * @param intervalNanos from one begin to the next
     * @return microseconds
     */
    static double openP999(SearchLoop loop, long intervalNanos) {
        return micros(loop.clockNanos().copyCorrectedForCoordinatedOmission(intervalNanos), 99.9);
    }

    private static double micros(Histogram nanos, double percentile) {
        return nanos.getValueAtPercentile(percentile) / NANOS_PER_MICRO;
    }

    private static double sum(List<SearchLoop> loops, ToDoubleFunction<SearchLoop> figure) {
        return loops.stream().mapToDouble(figure).sum();
    }

    /** The median of each column over rounds of the same measurement; of what was counted, the sum. */
    static Row median(String what, List<Row> rounds) {
        Map<Column, Double> columns = new EnumMap<>(Column.class);
        for (Column column : rounds.getFirst().columns.keySet()) {
            double[] values =
                    rounds.stream().mapToDouble(row -> row.get(column)).toArray();
            columns.put(column, column.counted() ? DoubleStream.of(values).sum() : median(values));
        }
        return new Row(what, columns);
    }

    /** Some columns of one measurement by those of another, round by round, of which the median. */
    static Row ratio(String what, List<Row> rounds, List<Row> by, List<Column> which) {
        Map<Column, Double> columns = new EnumMap<>(Column.class);
        for (Column column : which) {
            double[] ratios = new double[rounds.size()];
            for (int round = 0; round < ratios.length; round++) {
                ratios[round] = rounds.get(round).get(column) / by.get(round).get(column);
            }
            columns.put(column, median(ratios));
        }
        return new Row(what, columns);
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        int half = values.length / 2;
        return values.length % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
    }
}
