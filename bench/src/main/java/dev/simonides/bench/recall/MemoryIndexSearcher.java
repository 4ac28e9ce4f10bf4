// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.recall;

import dev.simonides.MemoryIndex;
import dev.simonides.ProgressListener;
import dev.simonides.Query;
import dev.simonides.SearchResult;
import dev.simonides.bench.data.VectorRow;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;

/**
 * The memories of one tenant of a memory index, imported with the keys {@code row-<n>}.
 *
 * <p>Confined to one thread.
 */
public final class MemoryIndexSearcher implements Searcher<SearchResult> {

    private final MemoryIndex index;
    private final String tenant;
    private final ProgressListener listener;

    private MemoryIndexSearcher(MemoryIndex index, String tenant, ProgressListener listener) {
        this.index = index;
        this.tenant = tenant;
        this.listener = listener;
    }

    /**
     * A tenant's memories.
     *
     * @param index the index; stays the caller's
     * @param tenant the tenant, empty for the one without a name
     * @param listener hears how linking goes on, before the sweep
     * @return the searcher
     */
    public static MemoryIndexSearcher of(MemoryIndex index, String tenant, ProgressListener listener) {
        return new MemoryIndexSearcher(index, tenant, listener);
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
        long row = VectorRow.numberOf(key);
        if (row < 0) {
            throw new IllegalStateException("key: expected=row-<n>, the row of an import, actual=" + key
                    + "; a ground truth says nothing about other keys");
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
