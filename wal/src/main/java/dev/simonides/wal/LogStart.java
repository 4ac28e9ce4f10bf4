// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

/**
 * Where the part of a log begins that is still needed. Immutable.
 *
 * @param segment number of the first segment needed
 * @param lsn LSN of the last record that is not needed
 */
public record LogStart(long segment, long lsn) {
    /** The whole log. */
    public static final LogStart BEGINNING = new LogStart(1, 0);
}
