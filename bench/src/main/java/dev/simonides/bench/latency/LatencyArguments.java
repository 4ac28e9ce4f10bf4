// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.latency;

import dev.simonides.MemoryIndex;
import dev.simonides.ProgressListener;
import dev.simonides.SearchResult;
import dev.simonides.bench.data.NeighbourTable;
import dev.simonides.bench.recall.MemoryIndexSearcher;
import dev.simonides.bench.recall.PassListener;
import dev.simonides.bench.recall.RecallSweep;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntFunction;

/**
 * What the programs of this package are told: base vectors, queries, their true neighbours, a directory for stores, and
 * options. Immutable after parsing.
 */
final class LatencyArguments {
    /** Hits of a search. */
    static final int K = 10;

    private final float[][] base;
    private final float[][] queries;
    private final NeighbourTable truth;
    private final Path directory;
    private int ef = 80;
    private int rounds = 5;
    private double seconds = 5;
    private boolean json;

    private LatencyArguments(List<String> files) {
        this.base = RecallSweep.vectors(Path.of(files.get(0)));
        this.queries = RecallSweep.vectors(Path.of(files.get(1)));
        this.truth = NeighbourTable.read(Path.of(files.get(2)));
        this.directory = Path.of(files.get(3));
    }

    /** Reads the arguments; a wrong one is refused in one line. */
    static LatencyArguments parse(List<String> arguments) {
        int files = 0;
        while (files < arguments.size() && !arguments.get(files).startsWith("--")) {
            files++;
        }
        if (files != 4) {
            throw new IllegalArgumentException(
                    "arguments: expected=base queries truth directory, actual=" + String.join(" ", arguments));
        }
        List<String> options = arguments.subList(files, arguments.size());
        // Options first: a wrong one is told before the files are read.
        check(options);
        LatencyArguments parsed = new LatencyArguments(arguments);
        parsed.take(options);
        return parsed;
    }

    private static void check(List<String> options) {
        for (int i = 0; i < options.size(); i++) {
            switch (options.get(i)) {
                case "--json" -> {}
                case "--ef", "--rounds", "--seconds" -> {
                    if (++i == options.size() || !(Double.parseDouble(options.get(i)) > 0)) {
                        throw new IllegalArgumentException("a number above 0 is missing: " + options.get(i - 1));
                    }
                }
                default -> throw new IllegalArgumentException("not an option: " + options.get(i));
            }
        }
    }

    private void take(List<String> options) {
        for (int i = 0; i < options.size(); i++) {
            switch (options.get(i)) {
                case "--ef" -> ef = Integer.parseInt(options.get(++i));
                case "--rounds" -> rounds = Integer.parseInt(options.get(++i));
                case "--seconds" -> seconds = Double.parseDouble(options.get(++i));
                default -> json = true;
            }
        }
    }

    float[][] base() {
        return base;
    }

    float[][] queries() {
        return queries;
    }

    int dimension() {
        return base[0].length;
    }

    /** Where stores are made. */
    Path directory() {
        return directory;
    }

    int ef() {
        return ef;
    }

    /** Rounds that count, of which medians are taken. */
    int rounds() {
        return rounds;
    }

    /** How long one measurement of a round takes. */
    double seconds() {
        return seconds;
    }

    boolean json() {
        return json;
    }

    /** The search by the number of the query; everything about the query is made ahead. */
    IntFunction<SearchResult> search(MemoryIndex index) {
        return MemoryIndexSearcher.of(index, "", ProgressListener.SILENT).prepare(queries, K, ef);
    }

    /** A loop over the queries that begins with one of them. */
    SearchLoop loop(MemoryIndex index, int first) {
        return new SearchLoop(search(index), queries.length, first, K);
    }

    /** Share of the true neighbours that the store finds, once it holds all base vectors and has linked them. */
    double recall(MemoryIndex index) {
        MemoryIndexSearcher searcher = MemoryIndexSearcher.of(index, "", ProgressListener.SILENT);
        return RecallSweep.of(queries, truth, K)
                .run(searcher, List.of(ef), PassListener.SILENT)
                .getFirst()
                .recall();
    }
}
