// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

import dev.simonides.core.key.RecordKey;

/**
 * The commits between their append and their answers, in order, and the one that is being filled. Writer thread only.
 */
final class Pipeline {
    private final Commit[] ring;
    private int first;
    private int count;

    /**
     * Makes an empty pipeline.
     *
     * @param depth how many commits may be in flight, at least 1
     */
    Pipeline(int depth) {
        ring = new Commit[depth + 1];
        for (int i = 0; i < ring.length; i++) {
            ring[i] = new Commit();
        }
    }

    /** The commit that is being filled. */
    Commit open() {
        return at(count);
    }

    /** Puts the open commit behind those in flight; the next one is open then. */
    void push() {
        assert !full() : "a commit beyond the depth";
        count++;
    }

    /** The oldest commit in flight. */
    Commit head() {
        assert count > 0 : "nothing is in flight";
        return ring[first];
    }

    /** Takes the oldest commit out. */
    void pop() {
        ring[first].begin(0);
        first = (first + 1) % ring.length;
        count--;
    }

    boolean isEmpty() {
        return count == 0;
    }

    boolean full() {
        return count == ring.length - 1;
    }

    /** What the commits, the open one included, make of a key: the youngest that touches it decides. */
    int stagedOrdinal(RecordKey key) {
        for (int i = count; i >= 0; i--) {
            int ordinal = at(i).stagedOrdinal(key);
            if (ordinal != Commit.NOT_STAGED) {
                return ordinal;
            }
        }
        return Commit.NOT_STAGED;
    }

    /** Bytes of the slabs that the commits will take, the open one included. */
    long recordBytes() {
        long bytes = 0;
        for (int i = 0; i <= count; i++) {
            bytes += at(i).recordBytes();
        }
        return bytes;
    }

    /** Answers everything in flight with a failure; the open commit is not in flight. */
    void fail(Throwable cause) {
        for (int i = 0; i < count; i++) {
            at(i).fail(cause);
        }
    }

    private Commit at(int position) {
        return ring[(first + position) % ring.length];
    }
}
