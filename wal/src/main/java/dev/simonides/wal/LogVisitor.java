// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import java.nio.ByteBuffer;

/** Receives what a log holds, in the order it was written. Called by the thread that reads the log. */
@FunctionalInterface
public interface LogVisitor {
    /**
     * One record.
     *
     * @param lsn its log sequence number, one above the previous record's
     * @param type the type it was added with, 0..255
     * @param flags the flags it was added with, 0..255
     * @param payload its payload from position to limit: direct, little-endian, valid during the call only
     */
    void record(long lsn, int type, int flags, ByteBuffer payload);

    /**
     * A frame, before its records. A frame that closed the log has none.
     *
     * @param frame the frame
     */
    default void frame(LogFrame frame) {}

    /**
     * How far the reading is; called after every frame.
     *
     * @param bytesDone bytes of log behind the reader
     * @param bytesTotal bytes of log altogether, room that is not used included
     */
    default void progress(long bytesDone, long bytesTotal) {}
}
