// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import java.nio.ByteBuffer;

/** The segment at the log's end. Writer thread only, except {@link #sync}. */
final class SegmentWriter {
    private static final int CHUNK_BYTES_MAX = Frame.blockBytes(LogLimits.SHARED_FRAME_BYTES_MAX);

    /** Every segment keeps its last block for the frame that closes the log, or says that another segment follows. */
    static final int CLOSING_BYTES = SegmentLayout.BLOCK_BYTES;

    private final SegmentHeader header;
    private final StorageFile file;
    private final SaltedChecksum checksum;
    private final SectorStamps stamps;
    private final ByteBuffer sectors;
    private long position = SegmentLayout.BLOCK_BYTES;
    private boolean sealed;

    /**
     * A segment whose header is written.
     *
     * @param header the header
     * @param file the open file
     * @param sectors where frames are cut into sectors, shared by the segments of a log
     */
    SegmentWriter(SegmentHeader header, StorageFile file, ByteBuffer sectors) {
        this.header = header;
        this.file = file;
        this.checksum = new SaltedChecksum(header.salt());
        this.stamps = new SectorStamps(header.salt());
        this.sectors = sectors;
    }

    /** A buffer that takes every shared frame, so that a group commit is one write; a giant frame takes several. */
    static ByteBuffer allocateSectors(int segmentBytes) {
        return DirectBytes.allocate(Math.min(CHUNK_BYTES_MAX, segmentBytes));
    }

    SegmentHeader header() {
        return header;
    }

    StorageFile file() {
        return file;
    }

    long position() {
        return position;
    }

    /** Whether a failed append ended this segment. */
    boolean sealed() {
        return sealed;
    }

    /** Whether a frame of that size on disk may be appended here. */
    boolean room(int blockBytes) {
        return !sealed && position + blockBytes + CLOSING_BYTES <= header.capacity();
    }

    /**
     * Writes a frame behind the last one.
     *
     * <p>If that fails the segment is sealed at the last good frame: appending behind garbage would hide what follows
     * from every later reader.
     */
    void append(Frame frame, long durableLsn, int flags) {
        assert position + frame.blockBytes() <= header.capacity() : "frame beyond the segment's capacity";
        ByteBuffer bytes = frame.complete(header, checksum, durableLsn, flags);
        int blockBytes = frame.blockBytes();
        boolean written = false;
        try {
            for (int done = 0; done < blockBytes; ) {
                int chunk = Math.min(blockBytes - done, sectors.capacity());
                cut(bytes, frame.bytes(), done, chunk);
                file.writeFully(sectors.clear().limit(chunk), position + done);
                done += chunk;
            }
            written = true;
        } finally {
            sealed |= !written;
        }
        position += blockBytes;
    }

    /** Fills {@link #sectors} with the sectors of the frame that begin {@code done} bytes behind its start on disk. */
    private void cut(ByteBuffer bytes, int length, int done, int chunk) {
        int sector = Math.toIntExact((position + done) / SectorLayout.BYTES);
        int from = done / SectorLayout.BYTES * SectorLayout.DATA_BYTES;
        sectors.clear();
        for (int at = 0; at < chunk; at += SectorLayout.BYTES) {
            int data = Math.clamp(length - (long) from, 0, SectorLayout.DATA_BYTES);
            sectors.put(at, bytes, Math.min(from, length), data);
            for (int i = at + data; i < at + SectorLayout.DATA_BYTES; i++) {
                sectors.put(i, (byte) 0);
            }
            stamps.stamp(sectors, at, sector++);
            from += SectorLayout.DATA_BYTES;
        }
    }

    /**
     * Overwrites what a failed append may have left with the zeros that were there, so that a reader after a crash finds
     * an end and not damage. It may fail like the append did; then the next segment's base LSN is what cuts the garbage
     * off.
     *
     * @return whether the zeros are written, to be made durable
     */
    boolean erase(int blockBytes) {
        long end = Math.min(position + blockBytes, header.capacity());
        try {
            for (long at = position; at < end; ) {
                int chunk = (int) Math.min(end - at, sectors.capacity());
                zero(sectors, chunk);
                file.writeFully(sectors.clear().limit(chunk), at);
                at += chunk;
            }
            return true;
        } catch (StorageException e) {
            return false;
        }
    }

    void sync() {
        file.sync(false);
    }

    /**
     * Says in the segment's last block, durably, that another one follows: behind the closing frame of one that was cut,
     * otherwise in the block that was kept free for it.
     *
     * @param frame empty, begun at the next segment's base LSN
     */
    void markContinued(Frame frame) {
        long size = file.size();
        position = size < header.capacity() ? size : header.capacity() - CLOSING_BYTES;
        append(frame, frame.firstLsn() - 1, FrameLayout.FLAG_CONTINUES);
        file.sync(true);
    }

    /** Gives back the room behind the last frame; only a closed log is cut. */
    void cutToSize() {
        file.truncate(position);
        file.sync(true);
    }

    String name() {
        return SegmentName.of(header.number());
    }

    void close() {
        file.close();
    }

    /** Zeros the first bytes of a buffer, a multiple of 8, and leaves it cleared. */
    static void zero(ByteBuffer bytes, int length) {
        bytes.clear();
        for (int i = 0; i < length; i += Long.BYTES) {
            bytes.putLong(i, 0);
        }
    }
}
