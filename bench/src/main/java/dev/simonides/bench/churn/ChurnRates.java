// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.churn;

import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.ProgressListener;
import dev.simonides.bench.Machine;
import dev.simonides.bench.recall.MemoryIndexRows;
import dev.simonides.bench.recall.MemoryIndexSearcher;
import dev.simonides.bench.recall.PassListener;
import dev.simonides.bench.recall.RecallRow;
import dev.simonides.bench.recall.RecallSweep;
import dev.simonides.wal.Durability;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * A program that replaces every vector of a store, at random and neighbourhood by neighbourhood, and prints what its graph then
 * finds and costs beside a graph that was built of the new vectors alone. What such a graph finds depends on the order of its
 * vectors by as much as on replacing them, so several are built, and their mean is what counts.
 *
 * <p>Arguments: base vectors, queries, their true neighbours, and a directory that is there, in which six stores are made
 * and left.
 */
public final class ChurnRates {
    private static final List<Integer> EFS = List.of(40, 80);
    private static final int K = 10;

    /** As the vectors stand in their file, and at random three times. */
    private static final int NEW_GRAPHS = 4;

    private static final long SEED = 20261127;

    private final float[][] base;
    private final RecallSweep sweep;
    private final Path directory;
    private final PrintStream out;
    private final SortedMap<Integer, DoubleSummaryStatistics> recallOfNew = new TreeMap<>();

    private ChurnRates(float[][] base, RecallSweep sweep, Path directory, PrintStream out) {
        this.base = base;
        this.sweep = sweep;
        this.directory = directory;
        this.out = out;
    }

    /**
     * Measures and prints.
     *
     * @param arguments as above
     */
    public static void main(String[] arguments) {
        of(List.of(arguments), System.out).run();
    }

    /** Reads the arguments; wrong ones are refused in one line. */
    static ChurnRates of(List<String> arguments, PrintStream out) {
        if (arguments.size() != 4) {
            throw new IllegalArgumentException(
                    "arguments: expected=base queries truth directory, actual=" + String.join(" ", arguments));
        }
        RecallSweep sweep = RecallSweep.of(Path.of(arguments.get(1)), Path.of(arguments.get(2)), K);
        return new ChurnRates(RecallSweep.vectors(Path.of(arguments.get(0))), sweep, Path.of(arguments.get(3)), out);
    }

    void run() {
        out.println("# " + Machine.current().line());
        out.println("# " + base.length + " vectors, all replaced; durability none");
        out.printf(
                Locale.ROOT,
                "%-10s %-7s %4s %8s %9s %8s %12s %8s %14s%n",
                "order",
                "graph",
                "ef",
                "recall",
                "mean us",
                "p99 us",
                "evaluations",
                "pages",
                "off-heap bytes");
        for (int number = 1; number < NEW_GRAPHS; number++) {
            try (MemoryIndex fresh = build(number)) {
                printNew(number, fresh);
            }
        }
        try (MemoryIndex fresh = build(NEW_GRAPHS)) {
            printNew(NEW_GRAPHS, fresh);
            printMeanOfNew();
            for (ReplacementOrder order : ReplacementOrder.values()) {
                try (MemoryIndex churned = open(order.lower())) {
                    churn(churned, order);
                    print(order, fresh, churned, "churned");
                    compact(churned);
                    print(order, fresh, churned, "compact");
                }
            }
        }
    }

    private MemoryIndex build(int number) {
        MemoryIndex index = open("new-" + number);
        int[] rows = number == 1
                ? IntStream.range(0, base.length).toArray()
                : ReplacementOrder.RANDOM.of(base, new Random(SEED - number));
        MemoryIndexRows.put(index, base, rows);
        return index;
    }

    private void printNew(int number, MemoryIndex fresh) {
        for (RecallRow row : print(number == 1 ? "file" : "random", "new", fresh)) {
            recallOfNew
                    .computeIfAbsent(row.ef(), ef -> new DoubleSummaryStatistics())
                    .accept(row.recall());
        }
    }

    private void printMeanOfNew() {
        recallOfNew.forEach((ef, recall) -> out.printf(
                Locale.ROOT,
                "mean of %d new graphs at ef %d: recall %.4f, from %.4f to %.4f%n",
                recall.getCount(),
                ef,
                recall.getAverage(),
                recall.getMin(),
                recall.getMax()));
    }

    private MemoryIndex open(String name) {
        MemoryIndexOptions options =
                MemoryIndexOptions.ofDimension(base[0].length).durability(new Durability.None());
        return MemoryIndex.create(directory.resolve(name), options);
    }

    /** Row i first holds the vector of another row, so that old and new ones are of the same kind. */
    private void churn(MemoryIndex index, ReplacementOrder order) {
        float[][] old = new float[base.length][];
        for (int row = 0; row < base.length; row++) {
            old[row] = base[(row + base.length / 2) % base.length];
        }
        MemoryIndexRows.put(index, old, ReplacementOrder.RANDOM.of(old, new Random(SEED + 1)));
        index.awaitLinked(ProgressListener.SILENT);
        MemoryIndexRows.put(index, base, order.of(old, new Random(SEED + 2)));
    }

    /** In turns, so that a disturbance of the machine hits both. */
    private void print(ReplacementOrder order, MemoryIndex fresh, MemoryIndex churned, String graph) {
        for (int turn = 0; turn < 2; turn++) {
            var _ = print(order.lower(), "new", fresh);
            var _ = print(order.lower(), graph, churned);
        }
    }

    private void compact(MemoryIndex index) {
        long started = System.nanoTime();
        var _ = index.compact(ProgressListener.SILENT);
        out.printf(Locale.ROOT, "compacted in %.1f s%n", (System.nanoTime() - started) / 1e9);
    }

    private List<RecallRow> print(String order, String graph, MemoryIndex index) {
        MemoryIndexSearcher searcher = MemoryIndexSearcher.of(index, "", ProgressListener.SILENT);
        List<RecallRow> rows = sweep.run(searcher, EFS, PassListener.SILENT);
        for (RecallRow row : rows) {
            out.printf(
                    Locale.ROOT,
                    "%-10s %-7s %4d %8.4f %9.1f %8.1f %12.0f %8.0f %14d%n",
                    order,
                    graph,
                    row.ef(),
                    row.recall(),
                    row.meanMicros(),
                    row.p99Micros(),
                    row.evaluations(),
                    row.pages(),
                    index.stats().offHeapBytes());
        }
        return rows;
    }
}
