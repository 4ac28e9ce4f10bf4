// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.navigation;

import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.Navigation;
import dev.simonides.ProgressListener;
import dev.simonides.bench.Machine;
import dev.simonides.bench.data.NeighbourTable;
import dev.simonides.bench.generate.ExactNeighbours;
import dev.simonides.bench.recall.MemoryIndexRows;
import dev.simonides.bench.recall.MemoryIndexSearcher;
import dev.simonides.bench.recall.PassListener;
import dev.simonides.bench.recall.RecallRow;
import dev.simonides.bench.recall.RecallSweep;
import dev.simonides.quantization.Similarity;
import dev.simonides.wal.Durability;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * A program that searches the same graph by INT8 codes and by 1-bit codes, in turns, and prints recall and time of both at
 * every dimension that is asked for, and how much faster 1-bit codes are at equal recall.
 *
 * <p>Arguments: base vectors, queries, a directory that is there, in which a store of each dimension is made and left, and the
 * dimensions. Of the vectors the first so many components are taken, which for vectors whose components fall in weight, as
 * those of a singular value decomposition do, are the embedding of that dimension. The truth is found by exact search of them.
 */
public final class NavigationRates {
    private static final List<Navigation> NAVIGATIONS = List.of(Navigation.INT8, Navigation.ONE_BIT);
    private static final List<Integer> EFS = List.of(10, 20, 40, 80, 160);
    private static final List<Double> RECALLS = List.of(0.90, 0.95, 0.98);
    private static final int TURNS = 3;
    private static final int K = 10;

    private final float[][] base;
    private final float[][] queries;
    private final Path directory;
    private final List<Integer> dimensions;
    private final PrintStream out;

    NavigationRates(float[][] base, float[][] queries, Path directory, List<Integer> dimensions, PrintStream out) {
        this.base = base;
        this.queries = queries;
        this.directory = directory;
        this.dimensions = dimensions;
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
    static NavigationRates of(List<String> arguments, PrintStream out) {
        if (arguments.size() < 4) {
            throw new IllegalArgumentException(
                    "arguments: expected=base queries directory dimension..., actual=" + String.join(" ", arguments));
        }
        float[][] base = RecallSweep.vectors(Path.of(arguments.get(0)));
        List<Integer> dimensions = arguments.subList(3, arguments.size()).stream()
                .map(text -> dimension(text, base[0].length))
                .toList();
        return new NavigationRates(
                base, RecallSweep.vectors(Path.of(arguments.get(1))), Path.of(arguments.get(2)), dimensions, out);
    }

    private static int dimension(String text, int dimensionMax) {
        if (!text.matches("[0-9]{1,6}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > dimensionMax) {
            throw new IllegalArgumentException("dimension: expected=1.." + dimensionMax + ", actual=" + text);
        }
        return Integer.parseInt(text);
    }

    void run() {
        out.println("# " + Machine.current().line());
        out.println("# " + base.length + " vectors, " + queries.length + " queries; durability none; of " + TURNS
                + " turns the one with the median time");
        out.printf(
                Locale.ROOT,
                "%9s %-10s %4s %8s %9s %9s %12s %8s%n",
                "dimension",
                "navigation",
                "ef",
                "recall",
                "mean us",
                "p99 us",
                "evaluations",
                "pages");
        dimensions.forEach(this::measure);
    }

    private void measure(int dimension) {
        float[][] cutBase = cut(base, dimension);
        float[][] cutQueries = cut(queries, dimension);
        Path store = directory.resolve("dimension-" + dimension);
        make(store, cutBase);
        NeighbourTable truth = ExactNeighbours.find(cutBase, cutQueries, K, Similarity.COSINE);
        RecallSweep sweep = RecallSweep.of(cutQueries, truth, K);

        Map<Navigation, List<List<RecallRow>>> turns = new EnumMap<>(Navigation.class);
        for (int turn = 0; turn < TURNS; turn++) {
            for (Navigation navigation : NAVIGATIONS) {
                try (MemoryIndex index = MemoryIndex.open(store, stored -> stored.navigation(navigation))) {
                    turns.computeIfAbsent(navigation, _ -> new ArrayList<>())
                            .add(sweep.run(
                                    MemoryIndexSearcher.of(index, "", ProgressListener.SILENT),
                                    EFS,
                                    PassListener.SILENT));
                }
            }
        }

        Map<Navigation, List<RecallRow>> medians = new EnumMap<>(Navigation.class);
        turns.forEach((navigation, all) -> medians.put(navigation, medians(all)));
        medians.forEach((navigation, rows) -> rows.forEach(row -> print(dimension, navigation, row)));
        for (double recall : RECALLS) {
            double slow = EqualRecall.micros(Objects.requireNonNull(medians.get(Navigation.INT8)), recall);
            double fast = EqualRecall.micros(Objects.requireNonNull(medians.get(Navigation.ONE_BIT)), recall);
            out.printf(
                    Locale.ROOT,
                    "# dimension %d, recall %.2f: INT8 %.1f us, ONE_BIT %.1f us, %.2f times as fast%n",
                    dimension,
                    recall,
                    slow,
                    fast,
                    slow / fast);
        }
    }

    private static float[][] cut(float[][] vectors, int dimension) {
        return Arrays.stream(vectors)
                .map(vector -> Arrays.copyOf(vector, dimension))
                .toArray(float[][]::new);
    }

    private static void make(Path store, float[][] vectors) {
        MemoryIndexOptions options =
                MemoryIndexOptions.ofDimension(vectors[0].length).durability(new Durability.None());
        try (MemoryIndex index = MemoryIndex.create(store, options)) {
            MemoryIndexRows.put(
                    index, vectors, IntStream.range(0, vectors.length).toArray());
            index.awaitLinked(ProgressListener.SILENT);
        }
    }

    private static List<RecallRow> medians(List<List<RecallRow>> turns) {
        return IntStream.range(0, EFS.size())
                .mapToObj(ef -> turns.stream()
                        .map(rows -> rows.get(ef))
                        .sorted(Comparator.comparingDouble(RecallRow::meanMicros))
                        .toList()
                        .get(TURNS / 2))
                .toList();
    }

    private void print(int dimension, Navigation navigation, RecallRow row) {
        out.printf(
                Locale.ROOT,
                "%9d %-10s %4d %8.4f %9.1f %9.1f %12.0f %8.1f%n",
                dimension,
                navigation,
                row.ef(),
                row.recall(),
                row.meanMicros(),
                row.p99Micros(),
                row.evaluations(),
                row.pages());
    }
}
