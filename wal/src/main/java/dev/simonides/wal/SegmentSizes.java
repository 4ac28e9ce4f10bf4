// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** The bytes in use in the segments of a log. One thread begins segments and adds; the rest is open to any thread. */
final class SegmentSizes {
    private static final long NONE = -1;

    private final ConcurrentSkipListMap<Long, Long> finished = new ConcurrentSkipListMap<>();
    private final AtomicLong total = new AtomicLong();
    private final AtomicInteger segments = new AtomicInteger();
    // Of the last segment, which grows by every frame: no map is touched then.
    private long lastNumber = NONE;
    private long lastBytes;

    /** Counts a new last segment. */
    void begin(long number, long bytes) {
        if (lastNumber != NONE) {
            finished.put(lastNumber, lastBytes);
        }
        lastNumber = number;
        lastBytes = 0;
        segments.incrementAndGet();
        add(bytes);
    }

    /** Counts bytes of the last segment; does not allocate. */
    void add(long bytes) {
        lastBytes += bytes;
        total.addAndGet(bytes);
    }

    /** Counts the finished segments below a number no more. */
    void removeBelow(long number) {
        for (long old : finished.headMap(number).keySet()) {
            Long bytes = finished.remove(old);
            if (bytes != null) {
                total.addAndGet(-bytes);
                segments.decrementAndGet();
            }
        }
    }

    long bytes() {
        return total.get();
    }

    int segments() {
        return segments.get();
    }
}
