// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

/** The bounds of the log, checked before writing and again before anything read is used. */
public final class LogLimits {
    /** The most bytes of one record's payload: 64 MiB of content and 1 MiB for what describes it. */
    public static final int RECORD_PAYLOAD_BYTES_MAX = (64 << 20) + (1 << 20);

    /** The most bytes of a frame of several records: 1 MiB of payload, and 16 KiB for the headers of 512 records. */
    public static final int SHARED_FRAME_BYTES_MAX = (1 << 20) + (16 << 10);

    /** The most bytes of any frame: one record of the greatest payload. */
    public static final int FRAME_BYTES_MAX = FrameLayout.BYTES + RecordLayout.BYTES + RECORD_PAYLOAD_BYTES_MAX;

    /** The most records of a frame. */
    public static final int FRAME_RECORDS_MAX = SHARED_FRAME_BYTES_MAX / RecordLayout.BYTES;

    /** The fewest bytes of a segment: its header, a block for a frame, and one for the frame that closes the log. */
    public static final int SEGMENT_BYTES_MIN = 3 * SegmentLayout.BLOCK_BYTES;

    /** The usual bytes of a segment. */
    public static final int SEGMENT_BYTES_USUAL = 16 << 20;

    /** The most bytes of a segment. */
    public static final int SEGMENT_BYTES_MAX = 1 << 30;

    /** The most segments of a log. */
    public static final int SEGMENTS_MAX = 65_536;

    /** The greatest log sequence number. */
    public static final long LSN_MAX = 1L << 62;

    private LogLimits() {}
}
