// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.recall;

import dev.simonides.MemoryIndex;
import dev.simonides.ProgressListener;
import dev.simonides.Query;
import dev.simonides.SearchResult;
import dev.simonides.bench.data.VectorRow;
import java.util.function.IntFunction;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;

/**
 * The memories of one tenant of a memory index, whose keys lead to the rows of a ground truth.
 *
 * <p>Confined to one thread.
 */
public final class MemoryIndexSearcher implements Searcher<SearchResult> {

    private final MemoryIndex index;
    private final String tenant;
    private final ToLongFunction<String> rows;
    private final ProgressListener listener;

    private MemoryIndexSearcher(
            MemoryIndex index, String tenant, ToLongFunction<String> rows, ProgressListener listener) {
        this.index = index;
        this.tenant = tenant;
        this.rows = rows;
        this.listener = listener;
    }

    /**
     * A tenant's memories, imported with the keys {@code row-<n>}.
     *
     * @param index the index; stays the caller's
     * @param tenant the tenant, empty for the one without a name
     * @param listener hears how linking goes on, before the sweep
     * @return the searcher
     */
    public static MemoryIndexSearcher of(MemoryIndex index, String tenant, ProgressListener listener) {
        return of(index, tenant, VectorRow::numberOf, listener);
    }

    /**
     * A tenant's memories under keys of any form.
     *
     * @param index the index; stays the caller's
     * @param tenant the tenant, empty for the one without a name
     * @param rows tells the row of the truth that a key stands for, or -1 if it is none
     * @param listener hears how linking goes on, before the sweep
     * @return the searcher
     */
    public static MemoryIndexSearcher of(
            MemoryIndex index, String tenant, ToLongFunction<String> rows, ProgressListener listener) {
        return new MemoryIndexSearcher(index, tenant, rows, listener);
    }

    @Override
    public void awaitLinked() {
        index.awaitLinked(listener);
    }

    @Override
    public IntFunction<SearchResult> prepare(float[][] queries, int k, int ef) {
        return search(queries, query -> query.tenant(tenant).top(k).ef(ef));
    }

    @Override
    public IntFunction<SearchResult> prepareCounting(float[][] queries, int k, int ef) {
        return search(queries, query -> query.tenant(tenant).top(k).ef(ef).countingPages());
    }

    private IntFunction<SearchResult> search(float[][] vectors, UnaryOperator<Query> options) {
        Query[] queries = new Query[vectors.length];
        for (int i = 0; i < queries.length; i++) {
            queries[i] = options.apply(Query.of(vectors[i]));
        }
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
            throw new IllegalStateException(
                    "found the key " + key + ", which is no row of the ground truth; recall can be"
                            + " measured where the keys are those of an import, row-<n>");
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

    @Override
    public long poolPages(SearchResult result) {
        return result.poolPages();
    }
}
