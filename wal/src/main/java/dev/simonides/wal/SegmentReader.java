// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * Reads the frames of one segment. Confined to one thread.
 *
 * <p>No length is used before it is checked against its limit and against the file, and nothing is used before its
 * checksum matched; whoever made the file, at most a frame of the greatest size is allocated.
 */
final class SegmentReader implements AutoCloseable {
    private final StorageFile file;
    private final SegmentHeader header;
    private final long size;
    private final SectorStamps stamps;
    private final SaltedChecksum checksum;
    private final ReadBuffers buffers;
    private long windowAt;
    private int windowBytes;

    private int length;
    private String problem = "";
    private long problemAt;

    private SegmentReader(StorageFile file, SegmentHeader header, long size, ReadBuffers buffers) {
        this.file = file;
        this.header = header;
        this.size = size;
        this.stamps = new SectorStamps(header.salt());
        this.checksum = new SaltedChecksum(header.salt());
        this.buffers = buffers;
    }

    /**
     * Opens a segment and checks its header.
     *
     * @param buffers used until the reader is closed; two readers must not share them at a time
     */
    static SegmentReader open(StorageDirectory directory, String name, UUID storeId, ReadBuffers buffers) {
        StorageFile file = directory.open(name, Access.READ);
        boolean done = false;
        try {
            long size = file.size();
            if (size < SegmentLayout.BLOCK_BYTES) {
                throw new CorruptWalException(name, 0, "segment is shorter than its header: bytes=" + size);
            }
            ByteBuffer block = buffers.frame(SegmentLayout.BLOCK_BYTES);
            file.readFully(block.limit(SegmentLayout.BLOCK_BYTES), 0);
            block.clear();
            SegmentReader reader = new SegmentReader(file, SegmentHeader.read(block, name, storeId), size, buffers);
            done = true;
            return reader;
        } finally {
            if (!done) {
                file.close();
            }
        }
    }

    SegmentHeader header() {
        return header;
    }

    String name() {
        return file.name();
    }

    long size() {
        return size;
    }

    /** Where whole sectors end. */
    long sectorsEnd() {
        return size - size % SectorLayout.BYTES;
    }

    /**
     * Reads the frame that begins at a place. A frame is valid if and only if (1) all its sectors are valid; (2) its
     * magic number is right and its two lengths agree, are within the limits and within the file; (3) its checksum
     * matches; (4) its incarnation is the segment's and its durable LSN lies before its first; (5) it holds at least one
     * record and no flag, or no record and the closing flag alone, or no record and the continuing flag alone and is the
     * segment's last block; (6) its records have consecutive LSNs, fill it
     * exactly, and everything reserved in them is zero.
     *
     * @param position a multiple of the block size, within the file
     */
    FrameState read(long position) {
        FrameState first = sector(position);
        if (first != FrameState.VALID) {
            return first;
        }
        int at = window(position);
        if (buffers.window().getInt(at + FrameLayout.MAGIC) != FrameLayout.MAGIC_VALUE) {
            return contradiction(position + FrameLayout.MAGIC, "no frame begins here");
        }
        length = buffers.window().getInt(at + FrameLayout.LENGTH);
        if (buffers.window().getInt(at + FrameLayout.INVERSE) != ~length
                || length < FrameLayout.BYTES
                || length > LogLimits.FRAME_BYTES_MAX) {
            return contradiction(position + FrameLayout.LENGTH, "frame length out of range: bytes=" + length);
        }
        int blockBytes = Frame.blockBytes(length);
        if (position + blockBytes > size) {
            return contradiction(position + FrameLayout.LENGTH, "frame reaches beyond the file: bytes=" + length);
        }
        FrameState sectors = gather(position, blockBytes);
        return sectors == FrameState.VALID ? check(position) : sectors;
    }

    /** What a sector is; DAMAGED for a corrupt one. */
    FrameState sector(long position) {
        int at = window(position);
        int number = Math.toIntExact(position / SectorLayout.BYTES);
        SectorStamps.State state = stamps.state(buffers.window(), at, number);
        if (state == SectorStamps.State.VALID) {
            return FrameState.VALID;
        }
        problemAt = position;
        problem = state == SectorStamps.State.ABSENT ? "sector was never written" : "sector is damaged";
        return state == SectorStamps.State.ABSENT ? FrameState.INCOMPLETE : FrameState.DAMAGED;
    }

    /** Whether the first sector at a place claims to begin a frame; the sector is valid. */
    boolean claimsFrame(long position) {
        return buffers.window().getInt(window(position) + FrameLayout.MAGIC) == FrameLayout.MAGIC_VALUE;
    }

    /** Copies the frame's own bytes out of its sectors; a damaged sector counts more than an absent one. */
    private FrameState gather(long position, int blockBytes) {
        ByteBuffer frame = buffers.frame(blockBytes);
        FrameState worst = FrameState.VALID;
        int to = 0;
        for (int done = 0; done < blockBytes; done += SectorLayout.BYTES) {
            FrameState state = sector(position + done);
            if (state == FrameState.DAMAGED) {
                return state;
            }
            if (state != FrameState.VALID) {
                worst = state;
            }
            frame.put(to, buffers.window(), window(position + done), SectorLayout.DATA_BYTES);
            to += SectorLayout.DATA_BYTES;
        }
        if (worst == FrameState.VALID && !zeroBehind(frame, length, to)) {
            return contradiction(position, "padding behind the frame is not zero");
        }
        return worst;
    }

    private static boolean zeroBehind(ByteBuffer frame, int length, int end) {
        int aligned = Math.min(end, (length + Long.BYTES - 1) & -Long.BYTES);
        for (int i = length; i < aligned; i++) {
            if (frame.get(i) != 0) {
                return false;
            }
        }
        return SectorStamps.zero(frame, aligned, end - aligned);
    }

    private FrameState check(long position) {
        int crc = checksum.of(buffers.frame(), FrameLayout.FIRST_LSN, length - FrameLayout.FIRST_LSN);
        if (buffers.frame().getInt(FrameLayout.CRC32C) != crc) {
            return contradiction(position + FrameLayout.CRC32C, "frame checksum does not match");
        }
        if (buffers.frame().getLong(FrameLayout.INCARNATION) != header.incarnation()) {
            return contradiction(position + FrameLayout.INCARNATION, "frame of another incarnation");
        }
        if (firstLsn() < header.baseLsn() || firstLsn() > LogLimits.LSN_MAX) {
            return contradiction(position + FrameLayout.FIRST_LSN, "firstLsn out of range: actual=" + firstLsn());
        }
        if (durableLsn() < 0 || durableLsn() >= firstLsn()) {
            return contradiction(position + FrameLayout.DURABLE_LSN, "durableLsn out of range: actual=" + durableLsn());
        }
        int flags = buffers.frame().getInt(FrameLayout.FLAGS);
        int count = count();
        boolean last = position == size - SegmentLayout.BLOCK_BYTES;
        boolean marks = flags == FrameLayout.FLAG_CLOSED || (flags == FrameLayout.FLAG_CONTINUES && last);
        if (count < 0 || count > LogLimits.FRAME_RECORDS_MAX || (count == 0 ? !marks : flags != 0)) {
            return contradiction(position + FrameLayout.COUNT, "count and flags: count=" + count + ", flags=" + flags);
        }
        if (marks && durableLsn() != firstLsn() - 1) {
            return contradiction(position + FrameLayout.DURABLE_LSN, "ended before everything was durable");
        }
        return checkRecords(position, count);
    }

    private FrameState checkRecords(long position, int count) {
        int at = FrameLayout.BYTES;
        for (int i = 0; i < count; i++) {
            if (length - at < RecordLayout.BYTES) {
                return contradiction(position, "record " + i + " of " + count + " lies behind the frame's end");
            }
            int payloadBytes = buffers.frame().getInt(at + RecordLayout.LENGTH);
            if (payloadBytes < 0
                    || payloadBytes > LogLimits.RECORD_PAYLOAD_BYTES_MAX
                    || Frame.recordBytes(payloadBytes) > length - at) {
                return contradiction(position, "record " + i + " has a length out of range: bytes=" + payloadBytes);
            }
            if (buffers.frame().getLong(at + RecordLayout.LSN) != firstLsn() + i) {
                return contradiction(position, "record " + i + " has the wrong LSN");
            }
            if (buffers.frame().getShort(at + RecordLayout.RESERVED) != 0) {
                return contradiction(position, "record " + i + " has reserved bytes that are not zero");
            }
            int end = at + Frame.recordBytes(payloadBytes);
            for (int pad = at + RecordLayout.BYTES + payloadBytes; pad < end; pad++) {
                if (buffers.frame().get(pad) != 0) {
                    return contradiction(position, "record " + i + " has padding that is not zero");
                }
            }
            at = end;
        }
        return at == length ? FrameState.VALID : contradiction(position, "bytes behind the last record");
    }

    /** Hands the records of the frame just read that lie behind an LSN to a visitor. */
    void visit(long behindLsn, LogVisitor visitor) {
        int at = FrameLayout.BYTES;
        for (int i = 0, count = count(); i < count; i++) {
            int payloadBytes = buffers.frame().getInt(at + RecordLayout.LENGTH);
            int from = at + RecordLayout.BYTES;
            if (firstLsn() + i > behindLsn) {
                visitor.record(
                        firstLsn() + i,
                        Byte.toUnsignedInt(buffers.frame().get(at + RecordLayout.TYPE)),
                        Byte.toUnsignedInt(buffers.frame().get(at + RecordLayout.FLAGS)),
                        buffers.payload().clear().limit(from + payloadBytes).position(from));
            }
            at += Frame.recordBytes(payloadBytes);
        }
    }

    /** The frame just read. */
    LogFrame frame(long position) {
        return new LogFrame(
                name(), position, frameBlockBytes(), firstLsn(), count(), durableLsn(), header.incarnation());
    }

    /** Copies the frame just read into a builder. */
    void copyTo(Frame target) {
        target.load(buffers.frame(), firstLsn(), count(), length);
    }

    long firstLsn() {
        return buffers.frame().getLong(FrameLayout.FIRST_LSN);
    }

    long lastLsn() {
        return firstLsn() + count() - 1;
    }

    int count() {
        return buffers.frame().getInt(FrameLayout.COUNT);
    }

    long durableLsn() {
        return buffers.frame().getLong(FrameLayout.DURABLE_LSN);
    }

    boolean closing() {
        return buffers.frame().getInt(FrameLayout.FLAGS) == FrameLayout.FLAG_CLOSED;
    }

    /**
     * The base LSN of the segment that once followed this one, as its last block says, or −1 if it does not say that one
     * did.
     */
    long continuesAt() {
        long last = size - SegmentLayout.BLOCK_BYTES;
        boolean continues = last > 0
                && last % SegmentLayout.BLOCK_BYTES == 0
                && sector(last) == FrameState.VALID
                && claimsFrame(last)
                && read(last) == FrameState.VALID
                && buffers.frame().getInt(FrameLayout.FLAGS) == FrameLayout.FLAG_CONTINUES;
        return continues ? firstLsn() : -1;
    }

    int frameBlockBytes() {
        return Frame.blockBytes(length);
    }

    /** Why the last {@link #read} or {@link #sector} was not VALID, as a failure of the log. */
    CorruptWalException problem(String consequence) {
        return new CorruptWalException(name(), problemAt, problem + "; " + consequence);
    }

    @Override
    public void close() {
        file.close();
    }

    private FrameState contradiction(long position, String text) {
        problem = text;
        problemAt = position;
        return FrameState.CONTRADICTORY;
    }

    /** The place in the window of the sector at a position, which is read if it is not there. */
    private int window(long position) {
        if (position < windowAt || position + SectorLayout.BYTES > windowAt + windowBytes) {
            ByteBuffer window = buffers.window(size);
            int bytes = (int) Math.min(window.capacity(), sectorsEnd() - position);
            windowBytes = 0;
            file.readFully(window.limit(bytes), position);
            window.clear();
            windowAt = position;
            windowBytes = bytes;
        }
        return (int) (position - windowAt);
    }
}
