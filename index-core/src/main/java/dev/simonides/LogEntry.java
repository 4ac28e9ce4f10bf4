// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import dev.simonides.wal.LogFrame;

/** Something that stands in a store's log. Immutable. */
public sealed interface LogEntry {
    /**
     * The records of one group commit, which follow it.
     *
     * @param frame where it stands, and what of
     */
    record Frame(LogFrame frame) implements LogEntry {}

    /**
     * A memory was put.
     *
     * @param lsn number of the record
     * @param tenant whose
     * @param key the memory's key
     * @param ordinal the memory's place in its tenant, 0 or more
     * @param timestampMillis when, in milliseconds since 1970
     * @param payloadBytes length of its content
     */
    record Put(long lsn, String tenant, String key, int ordinal, long timestampMillis, int payloadBytes)
            implements LogEntry {}

    /**
     * A memory was deleted.
     *
     * @param lsn number of the record
     * @param tenant whose
     * @param key the memory's key
     * @param ordinal the place it had in its tenant
     * @param timestampMillis when, in milliseconds since 1970
     */
    record Delete(long lsn, String tenant, String key, int ordinal, long timestampMillis) implements LogEntry {}

    /**
     * The store was compacted: in every tenant the living got the ordinals from 0 on, in the order of their births.
     *
     * @param lsn number of the record
     * @param numbering how often the store has been compacted, this time included
     * @param liveCount memories alive
     * @param timestampMillis when, in milliseconds since 1970
     */
    record Compact(long lsn, int numbering, long liveCount, long timestampMillis) implements LogEntry {}

    /**
     * A record whose checksums are right and which says nothing that this release understands.
     *
     * @param lsn number of the record
     * @param what what is wrong with it
     */
    record Unknown(long lsn, String what) implements LogEntry {}
}
