// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.latency;

import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.ProgressListener;
import dev.simonides.SearchResult;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * A program that measures what searches feel of each other and of a writer: fifteen threads search while one puts, and one
 * thread's rate of searches stands beside that of two.
 *
 * <p>Arguments: base vectors, queries, their true neighbours, and a directory that is there, in which one store is made and
 * left; then {@code --ef N} (80), {@code --rounds N} that count (5), {@code --seconds N} of a measurement (5), {@code --json}
 * for one JSON object a line.
 *
 * <p>The store begins with the first half of the base. In each round it is searched by one reader, by fifteen, and by
 * fifteen beside a writer, who puts the second half and then all rows again, each put when the one before is acknowledged,
 * with a checkpoint in the middle. The writer's puts are linked before the next round. Then, in rounds of their own, one and
 * two threads search the whole base, and one and two threads run the bare kernel over its codes, in each call as many at
 * random as a hop of those searches scored. Round 0, in which the JVM compiles and each reader is given its scratch, does
 * not count.
 */
public final class ContentionLatency {
    static final int READERS = 15;

    private final LatencyArguments arguments;
    private final Table table;
    private final List<Row> one = new ArrayList<>();
    private final List<Row> many = new ArrayList<>();
    private final List<Row> written = new ArrayList<>();
    private final List<Row> searches = new ArrayList<>();
    private final List<Row> kernels = new ArrayList<>();
    private long walked;
    private long hops;

    ContentionLatency(LatencyArguments arguments, PrintStream out) {
        this.arguments = arguments;
        this.table = new Table(out, arguments.json());
    }

    /**
     * Measures and prints.
     *
     * @param arguments as above
     */
    public static void main(String[] arguments) {
        new ContentionLatency(LatencyArguments.parse(List.of(arguments)), System.out).run();
    }

    /** Measures and prints. */
    void run() {
        int count = arguments.base().length;
        table.begin(String.format(
                Locale.ROOT,
                "%d vectors and more, top %d of ef %d, each reader in a closed loop, durability group",
                count / 2,
                LatencyArguments.K,
                arguments.ef()));
        MemoryIndexOptions options = MemoryIndexOptions.ofDimension(arguments.dimension());
        try (MemoryIndex index = MemoryIndex.create(arguments.directory().resolve("contended"), options)) {
            BaseRows rows = new BaseRows(index, arguments.base());
            rows.put(0, count / 2);
            contend(index, rows);
            rows.put(count / 2, count);
            scale(index);
        }
    }

    private void contend(MemoryIndex index, BaseRows rows) {
        table.head(EnumSet.of(
                Column.VECTORS,
                Column.SEARCH_RATE,
                Column.P50,
                Column.P99,
                Column.P999,
                Column.MAX,
                Column.CORE_P50,
                Column.CORE_P99,
                Column.CORE_P999,
                Column.ON_CORE,
                Column.IN_LINE,
                Column.BLOCKED,
                Column.PARKED,
                Column.PUT_RATE));
        WriterLoop writer = new WriterLoop(rows, rows.count() / 2);
        for (int round = 0; round <= arguments.rounds(); round++) {
            note(round, one, read("1 reader", index, 1));
            note(round, many, read(READERS + " readers", index, READERS));
            note(round, written, readBeside(READERS + " readers, 1 writer", index, writer));
            index.awaitLinked(ProgressListener.SILENT);
        }
        table.row("median", Row.median("1 reader", one));
        table.row("median", Row.median(READERS + " readers", many));
        table.row("median", Row.median(READERS + " readers, 1 writer", written));
    }

    private void note(int round, List<Row> counted, Row row) {
        table.row(Integer.toString(round), row);
        if (round > 0) {
            counted.add(row);
        }
    }

    private Row read(String what, MemoryIndex index, int readers) {
        List<SearchLoop> loops = loops(index, readers);
        LoopThreads reading = LoopThreads.start("reader-", loops);
        reading.awaitSeconds(arguments.seconds());
        return row(what, index, loops, reading.stop()).with(Column.PUT_RATE, 0);
    }

    private Row readBeside(String what, MemoryIndex index, WriterLoop writer) {
        List<SearchLoop> loops = loops(index, READERS);
        LoopThreads writing = LoopThreads.start("writer-", List.of(writer));
        LoopThreads reading = LoopThreads.start("reader-", loops);
        reading.awaitSeconds(arguments.seconds() / 2);
        var _ = index.checkpoint();
        reading.awaitSeconds(arguments.seconds() / 2);
        ThreadWaits waits = reading.stop();
        var _ = writing.stop();
        return row(what, index, loops, waits).with(Column.PUT_RATE, writing.roundsPerSecond());
    }

    private List<SearchLoop> loops(MemoryIndex index, int readers) {
        // Each begins with a query of its own, so that they do not walk the same way at the same time.
        return IntStream.range(0, readers)
                .mapToObj(reader -> arguments.loop(index, reader * arguments.queries().length / readers))
                .toList();
    }

    private Row row(String what, MemoryIndex index, List<SearchLoop> loops, ThreadWaits waits) {
        for (SearchLoop loop : loops) {
            walked += loop.evaluations() - loop.pendingScanned();
            hops += loop.hops();
        }
        return Row.of(what, loops, waits)
                .with(Column.VECTORS, (double) index.stats().liveCount());
    }

    private void scale(MemoryIndex index) {
        table.head(EnumSet.of(Column.ONE, Column.TWO, Column.SCALE, Column.RECALL));
        int hop = (int) Math.max(1, Math.round((double) walked / hops));
        String kernel = "kernel, " + hop + " a call";
        try (Arena arena = Arena.ofShared()) {
            KernelLoop.Codes codes = new KernelLoop.Codes(arguments.base(), arena);
            float[][] queries = arguments.queries();
            List<KernelLoop> calls = List.of(codes.loop(queries[0], hop, 1), codes.loop(queries[0], hop, 2));
            for (int round = 0; round <= arguments.rounds(); round++) {
                note(round, searches, rates("search", untimed(index), arguments.queries().length));
                note(round, kernels, rates(kernel, calls, KernelLoop.CALLS));
            }
        }
        table.row("median", Row.median("search", searches).with(Column.RECALL, arguments.recall(index)));
        table.row("median", Row.median(kernel, kernels));
        table.row("median", Row.ratio("search / kernel", searches, kernels, List.of(Column.SCALE)));
    }

    /** Two threads' work without a look at the clock; the second begins in the middle of the queries. */
    private List<Runnable> untimed(MemoryIndex index) {
        IntFunction<SearchResult> search = arguments.search(index);
        int count = arguments.queries().length;
        return List.of(() -> pass(search, 0, count), () -> pass(search, count / 2, count));
    }

    private static void pass(IntFunction<SearchResult> search, int first, int count) {
        for (int query = first; query < first + count; query++) {
            var _ = search.apply(query % count);
        }
    }

    private Row rates(String what, List<? extends Runnable> works, int times) {
        double first = rate(works.subList(0, 1)) * times;
        double both = rate(works) * times;
        return new Row(what, Map.of(Column.ONE, first, Column.TWO, both, Column.SCALE, both / first));
    }

    private double rate(List<? extends Runnable> works) {
        LoopThreads threads = LoopThreads.start("rate-", works);
        threads.awaitSeconds(arguments.seconds());
        var _ = threads.stop();
        return threads.roundsPerSecond();
    }
}
