// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.graph;

import java.util.Arrays;

/**
 * The best candidates of a search, best first, in one sorted array. Confined to one search.
 *
 * <p>It is the paper's two heaps in one: the first entry not yet expanded is the next candidate, the last entry is the
 * threshold, and the search is over when every entry is expanded. An entry is one {@code long} that sorts best first: the
 * inverted score in the upper half, {@code ordinal · 2 + expanded} in the lower. Equal scores fall in order of ordinal, so
 * results do not depend on arrival.
 */
public final class CandidatePool {
    private long[] keys = new long[0];
    private int capacity;
    private int size;
    /** No entry before this index is unexpanded. */
    private int cursor;

    /**
     * Empties the pool.
     *
     * @param capacity entries to keep, at least 1
     */
    public void begin(int capacity) {
        this.capacity = capacity;
        size = 0;
        cursor = 0;
        if (capacity > keys.length) {
            keys = new long[capacity];
        }
    }

    /**
     * Offers a candidate; it is kept if there is room or it beats the last. An ordinal must not be offered twice.
     *
     * @param ordinal 0 or more
     * @param score larger is closer; NaN ranks as −∞
     */
    public void offer(int ordinal, float score) {
        long key = key(ordinal, score);
        if (size == capacity) {
            if (key >= keys[size - 1]) {
                return;
            }
        } else {
            size++;
        }
        int position = position(key);
        System.arraycopy(keys, position, keys, position + 1, size - 1 - position);
        keys[position] = key;
        if (position < cursor) {
            cursor = position;
        }
    }

    /**
     * Returns the score a candidate must beat.
     *
     * @return the last score of a full pool, else −∞
     */
    public float threshold() {
        return size == capacity ? score(keys[size - 1]) : Float.NEGATIVE_INFINITY;
    }

    /** The order of the last score of a full pool, else that of a score anything beats; for {@link #beats}. */
    int thresholdOrder() {
        return size == capacity ? (int) (keys[size - 1] >> 32) : Integer.MAX_VALUE;
    }

    /** 1 if a score, given by its float bits, may enter a pool with that threshold, else 0; without a branch. */
    static int beats(int scoreBits, int thresholdOrder) {
        return (int) (((long) order(scoreBits) - thresholdOrder - 1) >>> 63);
    }

    /** Two's complement order for negative floats, then inverted: the best score becomes the smallest number. */
    private static int order(int scoreBits) {
        return ~(scoreBits ^ (scoreBits >> 31 & 0x7FFFFFFF));
    }

    /** Takes the best unexpanded entry and marks it; −1 if all are expanded. */
    int expandNext() {
        int index = nextUnexpanded(cursor);
        cursor = index;
        if (index == size) {
            return -1;
        }
        long key = keys[index];
        keys[index] = key | 1;
        cursor = index + 1;
        return ordinal(key);
    }

    /** The entry that would be expanded next, unmarked; −1 if there is none. */
    int peekNext() {
        int index = nextUnexpanded(cursor);
        return index == size ? -1 : ordinal(keys[index]);
    }

    /** Marks everything unexpanded, to go on from these entries on the layer below. */
    void unexpandAll() {
        for (int i = 0; i < size; i++) {
            keys[i] &= ~1L;
        }
        cursor = 0;
    }

    /** Gives the entry at a rank another score; {@link #sort} then puts all of them in order. */
    void rescore(int rank, float score) {
        keys[rank] = key(ordinal(keys[rank]), score);
    }

    void sort() {
        Arrays.sort(keys, 0, size);
    }

    /**
     * Returns the number of entries.
     *
     * @return 0..capacity
     */
    public int size() {
        return size;
    }

    /**
     * Returns the ordinal at a rank.
     *
     * @param rank 0 is the best
     * @return the ordinal
     */
    public int ordinalAt(int rank) {
        return ordinal(keys[rank]);
    }

    /**
     * Returns the score at a rank.
     *
     * @param rank 0 is the best
     * @return the score
     */
    public float scoreAt(int rank) {
        return score(keys[rank]);
    }

    /** Packs a candidate so that a smaller key is a better one. */
    public static long key(int ordinal, float score) {
        int bits = Float.floatToRawIntBits(Float.isNaN(score) ? Float.NEGATIVE_INFINITY : score);
        return (long) order(bits) << 32 | (long) ordinal << 1;
    }

    public static int ordinal(long key) {
        return (int) key >>> 1;
    }

    public static float score(long key) {
        int order = ~(int) (key >> 32);
        return Float.intBitsToFloat(order ^ (order >> 31 & 0x7FFFFFFF));
    }

    private int nextUnexpanded(int from) {
        int index = from;
        while (index < size && (keys[index] & 1) != 0) {
            index++;
        }
        return index;
    }

    /** First index whose key is larger, among the entries before the last (which is free or to be dropped). */
    private int position(long key) {
        int low = 0;
        int length = size - 1;
        while (length > 0) {
            int half = (length + 1) >>> 1;
            // Written so that the compiler can use a conditional move: the branch would be a coin toss.
            low += keys[low + half - 1] <= key ? half : 0;
            length -= half;
        }
        return low;
    }
}
