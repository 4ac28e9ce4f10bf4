// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

/**
 * Where the part of a log begins that is still needed. Immutable.
 *
 * @param segment number of the first segment needed; older ones are ignored, and may be gone
 * @param lsn LSN of the last record that is not needed, 0 if all are; the log must go on from there
 */
public record LogStart(long segment, long lsn) {
    /** The whole log. */
    public static final LogStart BEGINNING = new LogStart(1, 0);

    /** Checks the bounds. */
    public LogStart {
        if (segment < 1 || lsn < 0 || lsn > LogLimits.LSN_MAX) {
            throw new IllegalArgumentException(
                    "start of the log: segment expected=1.., actual=" + segment + ", lsn expected=0.., actual=" + lsn);
        }
    }
}
