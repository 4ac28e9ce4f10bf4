// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import dev.simonides.Hit;
import dev.simonides.MemoryIndex;
import dev.simonides.Query;
import dev.simonides.SearchResult;
import dev.simonides.bench.data.VectorFile;
import dev.simonides.embedding.HashingEmbedder;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code simonides search}: the memories nearest to a vector or a text. */
@Command(name = "search", description = "Find the memories nearest to a vector or a text.")
final class SearchCommand implements Callable<Integer> {
    private static final double NANOS_A_MILLISECOND = 1e6;

    @Mixin
    private final StoreArgument store = new StoreArgument();

    @Mixin
    private final Output output = new Output();

    @ArgGroup(exclusive = true, multiplicity = "1")
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
    private Question question;

    @Option(names = "--tenant", paramLabel = "T", description = "Whose memories (default: of no tenant).")
    private String tenant = "";

    @Option(names = "-k", paramLabel = "N", description = "How many, 1..10000 (default ${DEFAULT-VALUE}).")
    private int k = 10;

    @Option(names = "--ef", paramLabel = "N", description = "Candidates looked at in the graph, 1..100000.")
    private Optional<Integer> ef = Optional.empty();

    @Override
    public Integer call() {
        try (ProgressBars bars = output.bars();
                MemoryIndex index = store.open(bars)) {
            bars.finish();
            Query query =
                    Query.of(vector(index.options().dimension())).tenant(tenant).top(k);
            if (ef.isPresent()) {
                query = query.ef(ef.get());
            }
            long begin = System.nanoTime();
            SearchResult result = index.search(query);
            print(result, (System.nanoTime() - begin) / NANOS_A_MILLISECOND);
        }
        return ExitCode.DONE;
    }

    private float[] vector(int dimension) {
        if (question.text != null) {
            return HashingEmbedder.ofDimension(dimension).embed(question.text);
        }
        RowOfFile row = question.row;
        if (row == null) {
            throw new AssertionError("picocli lets neither pass");
        }
        float[] vector = VectorFile.of(row.file).row(row.number).vector();
        if (vector.length != dimension) {
            throw Refusal.usage(
                    row.file + ": dimension: expected=" + dimension + " (the store's), actual=" + vector.length);
        }
        return vector;
    }

    private void print(SearchResult result, double millis) {
        int rank = 0;
        for (Hit hit : result) {
            rank++;
            output.say("%3d  %.4f  %s  %s", rank, hit.score(), hit.key(), hit.text());
            output.row(row(rank, hit));
        }
        output.say(
                "%d hits in %.1f ms, the first search of this process: %s, %d evaluations, %d hops, %d pending scanned",
                result.size(),
                millis,
                Arguments.word(result.strategy()),
                result.evaluations(),
                result.hops(),
                result.pendingScanned());
    }

    private static JsonRow row(int rank, Hit hit) {
        return JsonRow.create()
                .with("rank", rank)
                .with("key", hit.key())
                .with("tenant", hit.tenant())
                .with("score", hit.score())
                .with("distance", hit.distance())
                .with("text", hit.text());
    }

    /** A text, or a row of a file. */
    private static final class Question {
        @Option(
                names = "--text",
                paramLabel = "TEXT",
                required = true,
                description = "A text; the built-in hashing embedder makes its vector.")
        private @Nullable String text;

        @ArgGroup(exclusive = false)
        private @Nullable RowOfFile row;
    }

    /** A vector in a file. */
    private static final class RowOfFile {
        @Option(names = "--vector", paramLabel = "FILE", required = true, description = "A file of vectors.")
        @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
        private Path file;

        @Option(names = "--row", paramLabel = "N", required = true, description = "Which of them, from 0.")
        private long number;
    }
}
