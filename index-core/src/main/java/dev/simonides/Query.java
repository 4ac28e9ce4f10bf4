// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

/** A question: a vector, and how many of its nearest memories are wanted. Immutable, except that the vector is not copied. */
public final class Query {
    /** Hits returned unless the query says otherwise. */
    public static final int TOP_USUAL = 10;

    /** Pool size unless the query says otherwise; widened to twice the hits asked for. */
    public static final int EF_USUAL = 100;

    private final float[] vector;
    private final String tenant;
    private final int top;
    private final int ef;
    private final boolean countingPages;

    private Query(float[] vector, String tenant, int top, int ef, boolean countingPages) {
        this.vector = vector;
        this.tenant = tenant;
        this.top = top;
        this.ef = ef;
        this.countingPages = countingPages;
    }

    /**
     * Makes a query for the ten nearest memories in the tenant without a name.
     *
     * @param vector float32[dimension], finite; checked by the search
     * @return the query
     */
    public static Query of(float[] vector) {
        return new Query(vector, "", TOP_USUAL, 0, false);
    }

    /**
     * Returns this query for another tenant.
     *
     * @param name the tenant's name
     * @return a new query
     */
    public Query tenant(String name) {
        return new Query(vector, name, top, ef, countingPages);
    }

    /**
     * Returns this query for another number of hits.
     *
     * @param k 1..10,000; beyond the number of live memories, all of them are returned
     * @return a new query
     * @throws IllegalArgumentException if k is out of range
     */
    public Query top(int k) {
        if (k < 1 || k > Limits.TOP_MAX) {
            throw new IllegalArgumentException("k: expected=1.." + Limits.TOP_MAX + ", actual=" + k);
        }
        return new Query(vector, tenant, k, ef, countingPages);
    }

    /**
     * Returns this query with another pool size: larger finds more and takes longer. Tenants that are scanned exactly
     * ignore it.
     *
     * @param size 1..100,000; at least k entries are kept
     * @return a new query
     * @throws IllegalArgumentException if the size is out of range
     */
    public Query ef(int size) {
        if (size < 1 || size > Limits.EF_MAX) {
            throw new IllegalArgumentException("ef: expected=1.." + Limits.EF_MAX + ", actual=" + size);
        }
        return new Query(vector, tenant, top, size, countingPages);
    }

    /**
     * Returns this query with the distinct pages counted, which takes time and memory; for measuring.
     *
     * @return a new query
     */
    public Query countingPages() {
        return new Query(vector, tenant, top, ef, true);
    }

    /**
     * Returns the vector.
     *
     * @return float32[dimension], not copied
     */
    public float[] vector() {
        return vector;
    }

    /**
     * Returns the tenant's name.
     *
     * @return empty for the tenant without a name
     */
    public String tenant() {
        return tenant;
    }

    /**
     * Returns the number of hits wanted.
     *
     * @return 1..10,000
     */
    public int top() {
        return top;
    }

    /**
     * Returns the pool size.
     *
     * @return 1..100,000
     */
    public int ef() {
        return ef > 0 ? ef : Math.max(EF_USUAL, 2 * top);
    }

    /**
     * Says whether distinct pages are counted.
     *
     * @return true if they are
     */
    public boolean countsPages() {
        return countingPages;
    }
}
