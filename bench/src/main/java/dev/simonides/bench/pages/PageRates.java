// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.pages;

import static dev.simonides.bench.pages.PageStores.ARRIVED;
import static dev.simonides.bench.pages.PageStores.CHECKPOINTED;
import static dev.simonides.bench.pages.PageStores.COMPACTED;

import dev.simonides.MemoryIndex;
import dev.simonides.Navigation;
import dev.simonides.ProgressListener;
import dev.simonides.Residency;
import dev.simonides.bench.Machine;
import dev.simonides.bench.data.NeighbourTable;
import dev.simonides.bench.generate.ClusterShape;
import dev.simonides.bench.generate.ClusteredGenerator;
import dev.simonides.bench.generate.ExactNeighbours;
import dev.simonides.bench.recall.MemoryIndexSearcher;
import dev.simonides.bench.recall.PassListener;
import dev.simonides.bench.recall.RecallRow;
import dev.simonides.bench.recall.RecallSweep;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * A program that prints how many pages a search reads of a store whose vectors stand as they arrived, shuffled, of one whose
 * checkpoints arrange new pages, and of one that was compacted, and how long it takes: by each navigation, in memory and mapped.
 *
 * <p>Arguments: base vectors, queries, their true neighbours, and a directory that is there, in which three stores are made and
 * left. Or {@code --generated} and the directory: 50,000 unit vectors of 384 dimensions in 1,000 tight clusters.
 */
public final class PageRates {
    private static final List<Integer> EFS = List.of(10, 20, 40, 80);
    private static final int K = 10;
    private static final long SEED = 20261127;
    private static final double CPU_MAX = 0.5;
    private static final List<String> STORES = List.of(ARRIVED, CHECKPOINTED, COMPACTED);

    private static final ClusterShape TIGHT = new ClusterShape(1_000, 64, 0.2, 0.05);
    private static final int GENERATED_DIMENSION = 384;
    private static final int GENERATED_VECTORS = 50_000;
    private static final int GENERATED_VECTORS_A_QUERY = 50;

    private final float[][] base;
    private final RecallSweep sweep;
    private final Path directory;
    private final PrintStream out;

    private PageRates(float[][] base, RecallSweep sweep, Path directory, PrintStream out) {
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
    static PageRates of(List<String> arguments, PrintStream out) {
        if (arguments.size() == 2 && arguments.getFirst().equals("--generated")) {
            return generated(GENERATED_VECTORS, Path.of(arguments.get(1)), out);
        }
        if (arguments.size() != 4) {
            throw new IllegalArgumentException(
                    "arguments: expected=base queries truth directory, or --generated directory, actual="
                            + String.join(" ", arguments));
        }
        RecallSweep sweep = RecallSweep.of(Path.of(arguments.get(1)), Path.of(arguments.get(2)), K);
        return new PageRates(RecallSweep.vectors(Path.of(arguments.get(0))), sweep, Path.of(arguments.get(3)), out);
    }

    /** Queries are of the clusters too, and of none of the base. */
    static PageRates generated(int vectors, Path directory, PrintStream out) {
        ClusteredGenerator generator = ClusteredGenerator.unit(GENERATED_DIMENSION, TIGHT, SEED);
        float[][] base = generator.next(vectors);
        float[][] queries = generator.next(vectors / GENERATED_VECTORS_A_QUERY);
        NeighbourTable truth = ExactNeighbours.find(base, queries, K, Similarity.COSINE);
        return new PageRates(base, RecallSweep.of(queries, truth, K), directory, out);
    }

    void run() {
        out.println("# " + Machine.current().line());
        out.println("# " + base.length + " vectors of " + base[0].length + " dimensions, shuffled; durability none");
        PageStores stores = new PageStores(base, directory, OriginalFormat.F16);
        stores.make(ARRIVED, 0).close();
        stores.make(CHECKPOINTED, CPU_MAX).close();
        try (MemoryIndex index = stores.make(COMPACTED, 0)) {
            long started = System.nanoTime();
            var _ = index.compact(ProgressListener.SILENT);
            out.printf(Locale.ROOT, "# compacted in %.1f s%n", (System.nanoTime() - started) / 1e9);
        }
        out.printf(
                Locale.ROOT,
                "%-9s %-10s %-12s %4s %8s %9s %8s %8s %10s%n",
                "residency",
                "navigation",
                "pages as",
                "ef",
                "recall",
                "mean us",
                "p99 us",
                "pages",
                "pool pages");
        for (Residency residency : List.of(Residency.RESIDENT, Residency.MAPPED)) {
            for (Navigation navigation : List.of(Navigation.INT8, Navigation.ONE_BIT)) {
                measure(residency, navigation);
            }
        }
    }

    /** In turns, so that a disturbance of the machine hits all. */
    private void measure(Residency residency, Navigation navigation) {
        for (int turn = 0; turn < 2; turn++) {
            for (String name : STORES) {
                try (MemoryIndex index = open(name, residency, navigation)) {
                    print(residency, navigation, name, index);
                }
            }
        }
    }

    private MemoryIndex open(String name, Residency residency, Navigation navigation) {
        return MemoryIndex.open(
                directory.resolve(name),
                stored -> stored.residency(residency).navigation(navigation).checkpointOnClose(false));
    }

    private void print(Residency residency, Navigation navigation, String pages, MemoryIndex index) {
        MemoryIndexSearcher searcher = MemoryIndexSearcher.of(index, "", ProgressListener.SILENT);
        for (RecallRow row : sweep.run(searcher, EFS, PassListener.SILENT)) {
            out.printf(
                    Locale.ROOT,
                    "%-9s %-10s %-12s %4d %8.4f %9.1f %8.1f %8.1f %10.1f%n",
                    residency,
                    navigation,
                    pages,
                    row.ef(),
                    row.recall(),
                    row.meanMicros(),
                    row.p99Micros(),
                    row.pages(),
                    row.poolPages());
        }
    }
}
