// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.pages;

import dev.simonides.MemoryIndex;
import dev.simonides.Navigation;
import dev.simonides.ProgressListener;
import dev.simonides.Residency;
import dev.simonides.SearchResult;
import dev.simonides.bench.data.NeighbourTable;
import dev.simonides.bench.recall.MemoryIndexSearcher;
import dev.simonides.bench.recall.RecallSweep;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntFunction;
import org.HdrHistogram.Histogram;

/**
 * A program that opens one store mapped, in a JVM of its own, and searches it: first so that everything is compiled, then, when
 * it reads a line, under what its parent has limited.
 *
 * <p>Arguments: directory of the store, navigation, queries, truth, ef, seconds. It prints a name and a number a line, and an empty
 * line when it waits.
 */
public final class LimitedProbe {
    static final String VECTOR_BYTES = "vector_bytes";
    static final String SEARCHES = "searches";
    static final String RECALL = "recall";
    static final String FAULTS = "faults";
    static final String READ_BYTES = "read_bytes";
    static final String MEAN = "mean_us";
    static final String P50 = "p50_us";
    static final String P99 = "p99_us";

    private static final int K = 10;
    private static final int WARM_UP_PASSES = 8;
    private static final int MEASURED_LEAST = 5;
    private static final long LATENCY_NANOS_MAX = 600_000_000_000L;
    private static final double NANOS_PER_MICRO = 1000;

    /** Of the fields behind the name of the program in /proc/self/stat. */
    private static final int MAJOR_FAULTS = 9;

    private final IntFunction<SearchResult> search;
    private final MemoryIndexSearcher searcher;
    private final NeighbourTable truth;
    private final int queries;
    private int next;

    private LimitedProbe(MemoryIndex index, float[][] queries, NeighbourTable truth, int ef) {
        this.searcher = MemoryIndexSearcher.of(index, "", ProgressListener.SILENT);
        this.search = searcher.prepare(queries, K, ef);
        this.queries = queries.length;
        this.truth = truth;
    }

    /**
     * Opens, waits, measures and prints.
     *
     * @param arguments as above
     * @throws IOException if the system does not tell what it counts
     */
    public static void main(String[] arguments) throws IOException {
        float[][] queries = RecallSweep.vectors(Path.of(arguments[2]));
        NeighbourTable truth = NeighbourTable.read(Path.of(arguments[3]));
        double seconds = Double.parseDouble(arguments[5]);
        Navigation navigation = Navigation.valueOf(arguments[1]);
        try (MemoryIndex index = MemoryIndex.open(
                Path.of(arguments[0]),
                stored -> stored.residency(Residency.MAPPED)
                        .navigation(navigation)
                        .checkpointOnClose(false))) {
            LimitedProbe probe = new LimitedProbe(index, queries, truth, Integer.parseInt(arguments[4]));
            for (int pass = 0; pass < WARM_UP_PASSES; pass++) {
                probe.pass(seconds);
            }
            print(System.out, VECTOR_BYTES, (double) index.stats().mappedBytes());
            System.out.println();
            if (System.in.read() < 0) {
                return;
            }
            // Until the system keeps what is used most.
            probe.pass(2 * seconds);
            probe.measure(seconds, System.out);
        }
    }

    private void measure(double seconds, PrintStream out) throws IOException {
        long faults = majorFaults();
        long bytes = readBytes();
        Pass pass = pass(seconds);
        print(out, FAULTS, (double) (majorFaults() - faults) / pass.searches());
        print(out, READ_BYTES, (double) (readBytes() - bytes) / pass.searches());
        print(out, SEARCHES, pass.searches());
        print(out, RECALL, (double) pass.found() / pass.searches() / K);
        print(out, MEAN, pass.nanos().getMean() / NANOS_PER_MICRO);
        print(out, P50, pass.nanos().getValueAtPercentile(50) / NANOS_PER_MICRO);
        print(out, P99, pass.nanos().getValueAtPercentile(99) / NANOS_PER_MICRO);
    }

    /** Searches that were made one after the other. */
    private record Pass(int searches, long found, Histogram nanos) {}

    /** Each query once, or as many of them as time allows; the next pass goes on where this one ends. */
    private Pass pass(double seconds) {
        Histogram nanos = new Histogram(LATENCY_NANOS_MAX, 3);
        long found = 0;
        long end = System.nanoTime() + (long) (seconds * 1e9);
        int done = 0;
        while (done < queries && (done < MEASURED_LEAST || System.nanoTime() < end)) {
            long before = System.nanoTime();
            SearchResult result = search.apply(next);
            nanos.recordValue(System.nanoTime() - before);
            found += found(result, next);
            next = (next + 1) % queries;
            done++;
        }
        return new Pass(done, found, nanos);
    }

    private int found(SearchResult result, int query) {
        Set<Long> nearest = HashSet.newHashSet(K);
        for (int rank = 0; rank < K; rank++) {
            nearest.add((long) truth.row(query, rank));
        }
        int found = 0;
        for (int rank = 0; rank < result.size(); rank++) {
            found += nearest.remove(searcher.row(result, rank)) ? 1 : 0;
        }
        return found;
    }

    private static void print(PrintStream out, String name, double value) {
        out.printf(Locale.ROOT, "%s %.4f%n", name, value);
    }

    private static long majorFaults() throws IOException {
        String line = Files.readString(Path.of("/proc/self/stat"));
        return Long.parseLong(line.substring(line.lastIndexOf(')') + 2).split(" ", -1)[MAJOR_FAULTS]);
    }

    private static long readBytes() throws IOException {
        Path file = Path.of("/proc/self/io");
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith("read_bytes:")) {
                return Long.parseLong(line.substring(line.indexOf(' ') + 1));
            }
        }
        throw new IOException(file + " does not say what was read");
    }
}
