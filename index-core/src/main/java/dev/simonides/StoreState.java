// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

/** What a store does with a write. Reads are answered in every state but {@link #CLOSED}. */
public enum StoreState {
    /** Writes are accepted. */
    OPEN,

    /**
     * The last write was refused for want of space, on the medium or within the limit of the log. Writes are tried, and the
     * first that succeeds makes the store {@link #OPEN} again.
     */
    OPEN_FULL,

    /** A sync failed, or the engine did: every write is refused until the store is opened again. */
    FAILED,

    /** The store was opened for reading: every write is refused. */
    READ_ONLY,

    /** The store is closed. */
    CLOSED
}
