// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

/** The brute-force twin of an index: the same memories, every one of them scored. Any thread. */
public final class ExactSearch {
    private final MemoryIndex index;

    ExactSearch(MemoryIndex index) {
        this.index = index;
    }

    /**
     * Finds the nearest memories by scoring every original of the tenant, or every code where the store keeps no originals.
     *
     * @param query what is asked; its pool size does not matter
     * @return the exact answer, closest first
     * @throws IllegalArgumentException if the query's vector is not one of this store
     * @throws IllegalStateException if the store is closed
     */
    public SearchResult search(Query query) {
        return index.search(query, true);
    }
}
