// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

/**
 * What reading a log found. Immutable.
 *
 * @param segments segments in the chain
 * @param frames frames that held records
 * @param records records
 * @param lastLsn the LSN of the last record, 0 if there was none
 * @param durableLsn the highest LSN the log itself proves to have been durable
 * @param bytes bytes in use: headers and frames
 * @param tornBytes bytes behind the last whole frame that a crash left there, cut off
 * @param rewrittenFrames frames behind {@code durableLsn} that opening copied into a new segment
 * @param closed whether the log was closed, not cut off by a crash
 */
public record ReplayReport(
        int segments,
        long frames,
        long records,
        long lastLsn,
        long durableLsn,
        long bytes,
        long tornBytes,
        int rewrittenFrames,
        boolean closed) {
    /**
     * This report with a number of rewritten frames.
     *
     * @param count how many
     * @return the report
     */
    ReplayReport rewritten(int count) {
        return new ReplayReport(segments, frames, records, lastLsn, durableLsn, bytes, tornBytes, count, closed);
    }
}
