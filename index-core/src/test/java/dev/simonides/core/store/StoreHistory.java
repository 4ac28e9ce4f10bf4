// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.store;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a store holds after each of its writes; and after how many operations of its disk each was issued and was promised to
 * survive. Confined to the thread that writes, then read by the one that looks at crash states.
 */
final class StoreHistory {
    /** While there need not even be a store. */
    static final long NO_STORE = -1;

    private final List<Write> writes = new ArrayList<>();
    private final TreeMap<Integer, Long> promised = new TreeMap<>();
    private final TreeMap<Integer, Long> generations = new TreeMap<>();

    /** Where a memory is found. */
    record MemoryKey(String tenant, String key) {}

    /**
     * A memory as it was put.
     *
     * @param text its payload
     * @param stored its vector, as {@link StoreShape#stored} says it
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by the one who looks at a crash state, and never changed
    record Version(String text, byte[] stored) {}

    /** The last LSN of a write, and what is there behind it, the oldest first. */
    private record Write(int position, long lsn, Map<MemoryKey, Version> contents) {}

    /** Of a store that is yet to be made. */
    StoreHistory() {
        this(0, Map.of(), NO_STORE);
    }

    /** Of a store that was recovered, and so is durable. */
    StoreHistory(long lsn, Map<MemoryKey, Version> contents) {
        this(lsn, contents, lsn);
    }

    private StoreHistory(long lsn, Map<MemoryKey, Version> contents, long durable) {
        writes.add(new Write(0, lsn, contents));
        promised.put(0, durable);
        generations.put(0, 0L);
    }

    /** Notes a write before it is done. */
    void issue(int position, long lsn, Map<MemoryKey, Version> contents) {
        writes.add(new Write(position, lsn, new LinkedHashMap<>(contents)));
    }

    /** Notes that a process died, and what the next one found: the last writes may never have reached even the cache. */
    void found(int position, long lsn) {
        issue(position, lsn, contents(position, lsn));
        promise(position, lsn);
    }

    /** Notes that everything up to an LSN survives every crash from here on. */
    void promise(int position, long lsn) {
        promised.put(position, lsn);
    }

    /** Notes that a generation survives every crash from here on. */
    void promiseGeneration(int position, long generation) {
        generations.put(position, generation);
    }

    /** The last LSN that may be there after a number of operations. */
    long issued(int position) {
        return at(position).lsn();
    }

    /** The last LSN that must be there after a number of operations; {@link #NO_STORE} while nothing must. */
    long promised(int position) {
        return promised.floorEntry(position).getValue();
    }

    /** The generation that must be there after a number of operations, or a later one; 0 if there was none. */
    long generation(int position) {
        return generations.floorEntry(position).getValue();
    }

    /** All as one number, to tell states apart of which different things are expected. */
    long expectation(int position) {
        return issued(position) << 40 ^ promised(position) << 20 ^ generation(position);
    }

    /** The present last LSN. */
    long lastLsn() {
        return writes.getLast().lsn();
    }

    /** The present contents, the oldest memory first. */
    Map<MemoryKey, Version> contents() {
        return writes.getLast().contents();
    }

    /** What was there behind an LSN, by what had been issued after a number of operations. */
    Map<MemoryKey, Version> contents(int position, long lsn) {
        for (Write write : writes.reversed()) {
            if (write.position() <= position && write.lsn() == lsn) {
                return write.contents();
            }
        }
        throw new AssertionError("no write ended at LSN " + lsn + ": a frame was found in part");
    }

    private Write at(int position) {
        for (Write write : writes.reversed()) {
            if (write.position() <= position) {
                return write;
            }
        }
        throw new AssertionError("the first write is issued at 0");
    }
}
