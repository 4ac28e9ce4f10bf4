// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash.model;

import dev.simonides.LogEntry;
import dev.simonides.StoredLog;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that jumps, and the times that stand in the log because of it, which never go back. Confined to one thread. */
final class Times {
    private static final long BEGIN_MILLIS = 1_700_000_000_000L;

    private final AtomicLong now = new AtomicLong(BEGIN_MILLIS);
    private final NavigableMap<Long, Long> timeByLsn = new TreeMap<>();

    void jump(long millis) {
        now.set(Math.max(0, now.get() + millis));
    }

    /** Shows what the last jump left, and goes on by a millisecond each time it is asked. */
    Clock clock() {
        return new Clock() {
            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return Instant.ofEpochMilli(now.getAndIncrement());
            }
        };
    }

    /**
     * Reads the log of a store, and checks all times read so far.
     *
     * @param lastLsn what an opening has found; later records are others from now on
     */
    void check(SimulatedDirectory store, long lastLsn) {
        timeByLsn.tailMap(lastLsn, false).clear();
        var _ = StoredLog.read(store, entry -> {
            switch (entry) {
                case LogEntry.Put put -> note(put.lsn(), put.timestampMillis());
                case LogEntry.Delete delete -> note(delete.lsn(), delete.timestampMillis());
                case LogEntry.Compact compact -> note(compact.lsn(), compact.timestampMillis());
                case LogEntry.Frame frame -> {}
                case LogEntry.Unknown unknown -> throw new AssertionError(unknown);
            }
        });
        long before = 0;
        for (Map.Entry<Long, Long> record : timeByLsn.entrySet()) {
            if (record.getValue() < before) {
                throw new AssertionError("times went back at LSN " + record.getKey() + ": " + timeByLsn);
            }
            before = record.getValue();
        }
    }

    private void note(long lsn, long millis) {
        Long known = timeByLsn.put(lsn, millis);
        if (known != null && known != millis) {
            throw new AssertionError("the time of LSN " + lsn + " has changed from " + known + " to " + millis);
        }
    }
}
