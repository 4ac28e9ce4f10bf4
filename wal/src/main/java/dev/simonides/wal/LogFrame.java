// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

/**
 * A frame of a log, and where it stands. Immutable.
 *
 * @param segment the file
 * @param offset bytes from the file's start
 * @param bytes how much of the file it takes
 * @param firstLsn the LSN of its first record; without records, the LSN the next record has
 * @param records how many records it holds; 0 for the frame that closed the log
 * @param durableLsn the highest LSN known to be durable when it was written
 * @param incarnation the opening that wrote it
 */
public record LogFrame(
        String segment, long offset, int bytes, long firstLsn, int records, long durableLsn, long incarnation) {
    /**
     * Whether this frame closed the log.
     *
     * @return whether it holds no record
     */
    public boolean closing() {
        return records == 0;
    }
}
