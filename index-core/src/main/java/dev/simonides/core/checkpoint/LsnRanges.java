// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import java.util.ArrayList;
import java.util.List;

/** Ranges of LSNs of which something is known. Confined to one thread. */
public final class LsnRanges {
    private final List<Range> ranges = new ArrayList<>();

    private record Range(long after, long to) {}

    /** Knows nothing. */
    public LsnRanges() {}

    /** Knows what others know. */
    LsnRanges(LsnRanges others) {
        ranges.addAll(others.ranges);
    }

    /**
     * Adds a range.
     *
     * @param after the LSN before its first
     * @param to its last LSN
     */
    public void add(long after, long to) {
        Range last = ranges.isEmpty() ? null : ranges.getLast();
        if (last != null && last.to() == after) {
            ranges.set(ranges.size() - 1, new Range(last.after(), to));
        } else if (after < to) {
            ranges.add(new Range(after, to));
        }
    }

    /**
     * Returns the last LSN that is in no range.
     *
     * @param end looked for from here down
     * @return 0 if all of 1..end are in ranges
     */
    public long lastMissing(long end) {
        long missing = end;
        boolean found = true;
        while (found && missing > 0) {
            found = false;
            for (Range range : ranges) {
                if (range.after() < missing && missing <= range.to()) {
                    missing = range.after();
                    found = true;
                }
            }
        }
        return missing;
    }
}
