// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import dev.simonides.MemoryIndex;
import dev.simonides.ProgressListener;
import dev.simonides.Query;
import dev.simonides.SearchResult;
import dev.simonides.bench.recall.Searcher;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.ToLongFunction;

/**
 * A store as the recall sweep sees it.
 *
 * <p>Confined to one thread.
 */
public final class IndexSearcher implements Searcher<SearchResult> {
    private final MemoryIndex index;
    private final ToLongFunction<String> rows;
    private final ProgressListener progress;

    /**
     * A searcher.
     *
     * @param index the store
     * @param rows tells the row of the truth that a key stands for, or −1 if it is none
     * @param progress told of linking
     */
    public IndexSearcher(MemoryIndex index, ToLongFunction<String> rows, ProgressListener progress) {
        this.index = index;
        this.rows = rows;
        this.progress = progress;
    }

    @Override
    public void awaitLinked() {
        index.awaitLinked(progress);
    }

    @Override
    public IntFunction<SearchResult> prepare(float[][] vectors, int k, int ef) {
        return searches(vectors, vector -> Query.of(vector).top(k).ef(ef));
    }

    @Override
    public IntFunction<SearchResult> prepareCounting(float[][] vectors, int k, int ef) {
        return searches(vectors, vector -> Query.of(vector).top(k).ef(ef).countingPages());
    }

    private IntFunction<SearchResult> searches(float[][] vectors, Function<float[], Query> asked) {
        Query[] queries = Arrays.stream(vectors).map(asked).toArray(Query[]::new);
        return query -> index.search(queries[query]);
    }

    @Override
    public int size(SearchResult result) {
        return result.size();
    }

    @Override
    public long row(SearchResult result, int rank) {
        String key = result.get(rank).key();
        long row = rows.applyAsLong(key);
        if (row < 0) {
            throw Refusal.usage(
                    "found the key '" + key + "', which is no row of the truth; recall can be measured where"
                            + " the keys are those of an import, row-<n>");
        }
        return row;
    }

    @Override
    public long evaluations(SearchResult result) {
        return result.evaluations();
    }

    @Override
    public long pages(SearchResult result) {
        return result.pages();
    }
}
