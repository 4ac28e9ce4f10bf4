// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import dev.simonides.MemoryIndex;
import dev.simonides.Query;
import dev.simonides.SearchResult;
import dev.simonides.bench.data.NeighbourTable;
import dev.simonides.bench.data.VectorFile;
import dev.simonides.bench.data.VectorRow;
import dev.simonides.bench.data.VectorShape;
import dev.simonides.bench.data.VectorSource;
import dev.simonides.bench.recall.MemoryIndexSearcher;
import dev.simonides.bench.recall.RecallRow;
import dev.simonides.bench.recall.RecallSweep;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code simonides recall}: how much of the truth is found, and how fast, at one ef after the other. */
@Command(name = "recall", description = "Measure recall and latency against true neighbours.")
final class RecallCommand implements Callable<Integer> {
    @Mixin
    private final StoreArgument store = new StoreArgument();

    @Mixin
    private final Output output = new Output();

    @Option(
            names = "--queries",
            paramLabel = "FILE",
            required = true,
            description = "Vectors to search for; of an HDF5 file its test set.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
    private Path queryFile;

    @Option(
            names = "--truth",
            paramLabel = "FILE",
            required = true,
            description = "Their true neighbours, as rows of the import: .ivecs, .npy or .hdf5, plain or .gz.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
    private Path truthFile;

    @Option(names = "-k", paramLabel = "N", description = "Neighbours to look for (default ${DEFAULT-VALUE}).")
    private int k = 10;

    @Option(
            names = "--ef",
            paramLabel = "N",
            split = ",",
            description = "Candidates looked at, one or several (default 10,20,40,80,160,320).")
    private List<Integer> efs = List.of(10, 20, 40, 80, 160, 320);

    @Override
    public Integer call() {
        try (ProgressBars bars = output.bars();
                MemoryIndex index = store.open(bars)) {
            float[][] queries = queries(index);
            NeighbourTable truth = NeighbourTable.read(truthFile);
            RecallSweep sweep = RecallSweep.of(queries, truth, k);
            requireRows(index, queries[0]);
            requireRowsOf(truth, index);
            List<RecallRow> rows = sweep.run(MemoryIndexSearcher.of(index, "", bars), efs, (_, _) -> bars.finish());
            print(rows);
        }
        return ExitCode.DONE;
    }

    private float[][] queries(MemoryIndex index) {
        VectorFile file = VectorFile.ofQueries(queryFile);
        VectorCodec codec = VectorCodec.of(
                index.options().dimension(),
                index.options().similarity(),
                index.options().originals(),
                Kernels.best());
        VectorShape shape = file.validate(row -> codec.checkQuery(row.vector()));
        if (shape.count() == 0) {
            throw Refusal.usage(queryFile + ": no queries");
        }
        try (VectorSource rows = file.open()) {
            return RecallSweep.queries(rows);
        }
    }

    /** The truth knows rows of an import into the tenant without a name; it says nothing about other memories. */
    private void requireRows(MemoryIndex index, float[] query) {
        SearchResult result = index.search(Query.of(query).top(1));
        if (result.size() == 0) {
            throw Refusal.usage(store.directory() + ": the tenant without a name holds no memories to compare with the"
                    + " truth; import them without --tenant");
        }
        String key = result.get(0).key();
        if (VectorRow.numberOf(key) < 0) {
            throw Refusal.usage(store.directory() + ": key: expected=row-<n>, the row of an import, actual=" + key
                    + "; the truth says nothing about other keys");
        }
    }

    /** A neighbour that is not stored cannot be found: the truth of another import would read as poor recall. */
    private void requireRowsOf(NeighbourTable truth, MemoryIndex index) {
        BitSet seen = new BitSet();
        for (int query = 0; query < truth.queries(); query++) {
            for (int rank = 0; rank < k; rank++) {
                int row = truth.row(query, rank);
                if (!seen.get(row) && index.get("", VectorRow.keyOf(row)).isEmpty()) {
                    throw Refusal.usage(truthFile + ": neighbour " + rank + " of query " + query + " is row " + row
                            + ", and " + store.directory() + " has no memory " + VectorRow.keyOf(row) + "; it holds "
                            + index.stats().liveCount() + " memories: expected=the truth of what was imported");
                }
                seen.set(row);
            }
        }
    }

    private void print(List<RecallRow> rows) {
        output.say(
                "%6s %4s %8s %10s %10s %10s %10s %12s %8s %10s",
                "ef", "k", "recall", "mean µs", "p50 µs", "p99 µs", "wall µs", "evaluations", "pages", "pool pages");
        for (RecallRow row : rows) {
            output.say(
                    "%6d %4d %8.4f %10.1f %10.1f %10.1f %10.1f %12.1f %8.1f %10.1f",
                    row.ef(),
                    row.k(),
                    row.recall(),
                    row.meanMicros(),
                    row.p50Micros(),
                    row.p99Micros(),
                    row.wallMicros(),
                    row.evaluations(),
                    row.pages(),
                    row.poolPages());
            output.json(row.json());
        }
    }
}
