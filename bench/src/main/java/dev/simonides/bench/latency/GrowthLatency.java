// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.latency;

import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;

/**
 * A program that measures what a search feels of a store that grows: one thread searches while another puts as many vectors
 * again as there are, and one indexer links them.
 *
 * <p>Arguments: base vectors, queries, their true neighbours, and a directory that is there, in which one store a round is
 * made and left; then {@code --ef N} (80), {@code --rounds N} that count (5), {@code --seconds N} of an idle measurement (5),
 * {@code --json} for one JSON object a line.
 *
 * <p>In each round a store of the first half of the base is searched while nothing else happens (<em>idle</em>), then until
 * the second half is put and linked (<em>growing</em>), then again while nothing else happens (<em>grown</em>). Round 0, in
 * which the JVM compiles, does not count.
 */
public final class GrowthLatency {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final List<Column> COMPARED =
            List.of(Column.P50, Column.P99, Column.P999, Column.CORE_P50, Column.CORE_P99, Column.CORE_P999);

    private final LatencyArguments arguments;
    private final Table table;
    private final List<Row> idle = new ArrayList<>();
    private final List<Row> growing = new ArrayList<>();
    private final List<Row> grown = new ArrayList<>();

    GrowthLatency(LatencyArguments arguments, PrintStream out) {
        this.arguments = arguments;
        this.table = new Table(out, arguments.json());
    }

    /**
     * Measures and prints.
     *
     * @param arguments as above
     */
    public static void main(String[] arguments) {
        new GrowthLatency(LatencyArguments.parse(List.of(arguments)), System.out).run();
    }

    /** Measures and prints. */
    void run() {
        int count = arguments.base().length;
        table.begin(String.format(
                Locale.ROOT,
                "from %d to %d vectors, top %d of ef %d, one thread in a closed loop, one indexer, durability group",
                count / 2,
                count,
                LatencyArguments.K,
                arguments.ef()));
        table.head(EnumSet.of(
                Column.VECTORS,
                Column.SEARCHES,
                Column.P50,
                Column.P99,
                Column.P999,
                Column.MAX,
                Column.OPEN_P999,
                Column.CORE_P50,
                Column.CORE_P99,
                Column.CORE_P999,
                Column.PENDING,
                Column.ON_CORE,
                Column.IN_LINE,
                Column.BLOCKED,
                Column.PARKED,
                Column.PUT_RATE,
                Column.RECALL));
        for (int round = 0; round <= arguments.rounds(); round++) {
            measure(round);
        }
        table.row("median", Row.median("idle", idle));
        table.row("median", Row.median("growing", growing));
        table.row("median", Row.median("grown", grown));
        table.row("median", Row.ratio("growing / idle", growing, idle, COMPARED));
    }

    private void measure(int round) {
        MemoryIndexOptions options =
                MemoryIndexOptions.ofDimension(arguments.dimension()).indexerThreads(1);
        int half = arguments.base().length / 2;
        try (MemoryIndex index = MemoryIndex.create(arguments.directory().resolve("growing-" + round), options)) {
            BaseRows rows = new BaseRows(index, arguments.base());
            rows.put(0, half);
            SearchLoop before = arguments.loop(index, 0);
            Row first = row("idle", before, searchIdle(before), before);
            note(round, idle, first.with(Column.VECTORS, half));
            SearchLoop beside = arguments.loop(index, 0);
            note(round, growing, grow(rows, beside, before));
            SearchLoop after = arguments.loop(index, 0);
            Row last = row("grown", after, searchIdle(after), before);
            note(
                    round,
                    grown,
                    last.with(Column.VECTORS, arguments.base().length).with(Column.RECALL, arguments.recall(index)));
        }
    }

    private void note(int round, List<Row> counted, Row row) {
        table.row(Integer.toString(round), row);
        if (round > 0) {
            counted.add(row);
        }
    }

    private ThreadWaits searchIdle(SearchLoop loop) {
        LoopThreads reader = LoopThreads.start("reader-", List.of(loop));
        reader.awaitSeconds(arguments.seconds());
        return reader.stop();
    }

    private Row grow(BaseRows rows, SearchLoop loop, SearchLoop before) {
        int count = rows.count();
        LoopThreads reader = LoopThreads.start("reader-", List.of(loop));
        long start = System.nanoTime();
        rows.put(count / 2, count);
        double seconds = (System.nanoTime() - start) / NANOS_PER_SECOND;
        ThreadWaits waits = reader.stop();
        return row("growing", loop, waits, before)
                .with(Column.VECTORS, count)
                .with(Column.PUT_RATE, (count - count / 2) / seconds);
    }

    /** With the pace of the idle store, at which an open loop would go on. */
    private static Row row(String what, SearchLoop loop, ThreadWaits waits, SearchLoop before) {
        long pace = before.clockNanos().getValueAtPercentile(50);
        return Row.of(what, List.of(loop), waits).with(Column.OPEN_P999, Row.openP999(loop, pace));
    }
}
