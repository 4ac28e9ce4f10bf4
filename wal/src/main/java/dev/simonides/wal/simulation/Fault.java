// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal.simulation;

/**
 * One fault of a {@link FaultyDirectory}: at which operation, of what kind, and whether it stays. Immutable.
 *
 * @param at the operation it hits, counted from 1; the first one at or after it that the kind can hit
 * @param kind what happens
 * @param sticky whether every later operation that the kind can hit fails too
 */
public record Fault(int at, Kind kind, boolean sticky) {
    private static final int NEVER = Integer.MAX_VALUE;

    /** What happens to an operation. */
    public enum Kind {
        /** Any operation fails with an input or output error, having done nothing. */
        IO_ERROR,
        /** Creating, writing, renaming or syncing finds no room. */
        NO_SPACE,
        /** Opening, creating or locking finds no free descriptor. */
        TOO_MANY_FILES,
        /** Any operation that changes something is refused, as after a remount for reading only. */
        READ_ONLY,
        /** A read or write moves one byte. */
        SHORT_ONE,
        /** A read or write moves half of what it was asked to. */
        SHORT_HALF,
        /** A write stores the first half of its sectors and then finds no room; later writes find none at once. */
        HALF_THEN_NO_SPACE,
        /** A write stores everything and fails all the same; later writes store nothing and fail. */
        WHOLE_THEN_ERROR,
        /** An operation that makes, renames, deletes, seals or cuts a file does it, and fails all the same. */
        DONE_THEN_ERROR,
        /** A sync of a file fails, what it was to make durable never will be, and later syncs succeed all the same. */
        LOST_SYNC,
        /** Mapping a file finds no address space. */
        NO_MAPPING
    }

    /**
     * No fault: operations are counted only.
     *
     * @return the fault that never happens
     */
    public static Fault none() {
        return new Fault(NEVER, Kind.IO_ERROR, false);
    }

    /**
     * A fault that happens once.
     *
     * @param at the operation, counted from 1
     * @param kind what happens
     * @return the fault
     */
    public static Fault once(int at, Kind kind) {
        return new Fault(at, kind, false);
    }

    /**
     * A fault that stays.
     *
     * @param at the first operation, counted from 1
     * @param kind what happens
     * @return the fault
     */
    public static Fault sticky(int at, Kind kind) {
        return new Fault(at, kind, true);
    }
}
