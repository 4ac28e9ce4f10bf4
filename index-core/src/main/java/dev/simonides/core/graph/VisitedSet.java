// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.graph;

import java.util.Arrays;

/**
 * The ordinals a search has met: a bit each, and the list of them, so that clearing costs what was met.
 *
 * <p>Confined to one search. A bit a node keeps the set of 50,000 in six kilobytes, inside the first-level cache. Whether a
 * neighbour was met before is a coin toss no processor can predict, so adding has no branch for it: the ordinal is always
 * written behind the list, and the list grows by one or by nothing.
 */
final class VisitedSet {
    private long[] words = new long[64];
    private int[] members = new int[256];
    private int size;

    /** Empties the set and makes room for ordinals below the bound. */
    void begin(int bound) {
        for (int i = 0; i < size; i++) {
            words[members[i] >>> 6] = 0;
        }
        size = 0;
        int wordCount = (bound + 63) >>> 6;
        if (wordCount > words.length) {
            // Doubling: a growing tenant allocates a logarithmic number of times.
            words = new long[Math.max(wordCount, 2 * words.length)];
        }
    }

    /** The number of members; they are in {@link #member} in the order they were added. */
    int size() {
        return size;
    }

    int member(int index) {
        return members[index];
    }

    /** Adds one ordinal that was not met before; an entry point may be newer than the bound. */
    void add(int ordinal) {
        ensureRoom(1);
        int word = ordinal >>> 6;
        if (word >= words.length) {
            words = Arrays.copyOf(words, Math.max(word + 1, 2 * words.length));
        }
        words[word] |= 1L << ordinal;
        members[size++] = ordinal;
    }

    /**
     * Adds the ids of an adjacency list, passing over members and ordinals beyond the room, which were published after the
     * search began. The new members are those from the former size on.
     */
    void addAll(long ids, int count) {
        ensureRoom(count);
        long[] bits = words;
        int[] list = members;
        int end = size;
        for (int i = 0; i < count; i++) {
            int ordinal = Graph.id(ids, i);
            int word = ordinal >>> 6;
            if (word < bits.length) {
                long before = bits[word];
                bits[word] = before | 1L << ordinal;
                list[end] = ordinal;
                end += (int) ~(before >>> ordinal) & 1;
            }
        }
        size = end;
    }

    private void ensureRoom(int more) {
        if (size + more > members.length) {
            members = Arrays.copyOf(members, Math.max(size + more, 2 * members.length));
        }
    }

    /** Copies the members out, for counting after a search. */
    int[] toArray() {
        return Arrays.copyOf(members, size);
    }
}
