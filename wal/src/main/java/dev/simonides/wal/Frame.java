// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The builder of one group commit: records with consecutive LSNs that will be in the log together or not at all.
 *
 * <p>Writer thread only. One object serves all frames of a log; it does not allocate but to grow. Several records share
 * a frame up to {@link LogLimits#SHARED_FRAME_BYTES_MAX} bytes; a greater record has a frame of its own.
 */
public final class Frame {
    private static final int INITIAL_BYTES = 4 << 10;

    private ByteBuffer bytes;
    private ByteBuffer reserved;
    private long firstLsn;
    private int count;
    private int length = FrameLayout.BYTES;

    Frame() {
        bytes = DirectBytes.allocate(INITIAL_BYTES);
        reserved = view(bytes);
    }

    /**
     * Empties the frame.
     *
     * @param firstLsn the LSN of the record added next
     * @return this frame
     */
    public Frame begin(long firstLsn) {
        if (firstLsn < 1 || firstLsn > LogLimits.LSN_MAX) {
            throw new IllegalArgumentException("firstLsn: expected=1.., actual=" + firstLsn);
        }
        if (bytes.capacity() > 2 * LogLimits.SHARED_FRAME_BYTES_MAX) {
            // One giant record must not hold its memory for the life of the log.
            bytes = DirectBytes.allocate(INITIAL_BYTES);
            reserved = view(bytes);
        }
        this.firstLsn = firstLsn;
        this.count = 0;
        this.length = FrameLayout.BYTES;
        return this;
    }

    /**
     * Whether one more record fits: always the first one within {@link LogLimits#RECORD_PAYLOAD_BYTES_MAX}, further ones
     * as long as the frame stays within {@link LogLimits#SHARED_FRAME_BYTES_MAX}.
     *
     * @param payloadBytes bytes of the record's payload
     * @return whether {@link #add} would accept it
     */
    public boolean fits(int payloadBytes) {
        if (payloadBytes < 0 || payloadBytes > LogLimits.RECORD_PAYLOAD_BYTES_MAX) {
            return false;
        }
        return count == 0
                || (count < LogLimits.FRAME_RECORDS_MAX
                        && length + recordBytes(payloadBytes) <= LogLimits.SHARED_FRAME_BYTES_MAX);
    }

    /**
     * Adds a record whose payload exists already.
     *
     * @param type the caller's type, 0..255
     * @param flags the caller's flags, 0..255
     * @param payload its remaining bytes are copied; its position stays
     * @return the record's LSN
     * @throws IllegalArgumentException if it does not fit
     */
    public long add(int type, int flags, ByteBuffer payload) {
        int payloadBytes = payload.remaining();
        int at = header(type, flags, payloadBytes);
        bytes.put(at, payload, payload.position(), payloadBytes);
        return lastLsn();
    }

    /**
     * Adds a record whose payload the caller writes in place.
     *
     * @param type the caller's type, 0..255
     * @param flags the caller's flags, 0..255
     * @param payloadBytes the payload's exact size
     * @return the payload's place, from position to limit, little-endian, direct, its start aligned to 8 bytes; its
     *     content is undefined, valid until the next call on this frame
     * @throws IllegalArgumentException if it does not fit
     */
    public ByteBuffer reserve(int type, int flags, int payloadBytes) {
        int at = header(type, flags, payloadBytes);
        return reserved.clear().limit(at + payloadBytes).position(at);
    }

    /**
     * The records added.
     *
     * @return their number
     */
    public int count() {
        return count;
    }

    /**
     * The frame's size so far, its header included, padding and sector stamps not.
     *
     * @return bytes
     */
    public int bytes() {
        return length;
    }

    /**
     * The LSN of the first record.
     *
     * @return the LSN given to {@link #begin}
     */
    public long firstLsn() {
        return firstLsn;
    }

    /**
     * The LSN of the last record added.
     *
     * @return the LSN, one below {@link #firstLsn()} while the frame is empty
     */
    public long lastLsn() {
        return firstLsn + count - 1;
    }

    /**
     * The frame's size on disk so far: cut into sectors with their stamps, padded to whole blocks.
     *
     * @return bytes
     */
    public int blockBytes() {
        return blockBytes(length);
    }

    static int blockBytes(int length) {
        int sectors = Math.ceilDiv(length, SectorLayout.DATA_BYTES);
        return Math.ceilDiv(sectors * SectorLayout.BYTES, SegmentLayout.BLOCK_BYTES) * SegmentLayout.BLOCK_BYTES;
    }

    static int recordBytes(int payloadBytes) {
        int unpadded = RecordLayout.BYTES + payloadBytes;
        return Math.ceilDiv(unpadded, RecordLayout.ALIGNMENT) * RecordLayout.ALIGNMENT;
    }

    /** Completes the header for the segment it goes to; returns the bytes, 0..{@link #bytes()}. */
    ByteBuffer complete(SegmentHeader segment, SaltedChecksum checksum, long durableLsn, int flags) {
        bytes.putInt(FrameLayout.MAGIC, FrameLayout.MAGIC_VALUE);
        bytes.putInt(FrameLayout.LENGTH, length);
        bytes.putInt(FrameLayout.INVERSE, ~length);
        bytes.putLong(FrameLayout.FIRST_LSN, firstLsn);
        bytes.putInt(FrameLayout.COUNT, count);
        bytes.putInt(FrameLayout.FLAGS, flags);
        bytes.putLong(FrameLayout.DURABLE_LSN, durableLsn);
        bytes.putLong(FrameLayout.INCARNATION, segment.incarnation());
        int crc = checksum.of(bytes, FrameLayout.FIRST_LSN, length - FrameLayout.FIRST_LSN);
        bytes.putInt(FrameLayout.CRC32C, crc);
        return bytes;
    }

    /** Takes over a frame that was read, records and LSNs as they are. */
    void load(ByteBuffer frame, long frameFirstLsn, int frameCount, int frameLength) {
        begin(frameFirstLsn);
        grow(frameLength);
        bytes.put(0, frame, 0, frameLength);
        count = frameCount;
        length = frameLength;
    }

    /** Writes a record's header and the zeros behind its payload; returns where the payload goes. */
    private int header(int type, int flags, int payloadBytes) {
        if (!fits(payloadBytes)) {
            throw new IllegalArgumentException(
                    "record does not fit: payloadBytes=" + payloadBytes + ", count=" + count + ", bytes=" + length);
        }
        if ((type & 0xff) != type || (flags & 0xff) != flags) {
            throw new IllegalArgumentException("expected=0..255, type=" + type + ", flags=" + flags);
        }
        int end = length + recordBytes(payloadBytes);
        grow(end);
        bytes.putLong(end - RecordLayout.ALIGNMENT, 0);
        bytes.putInt(length + RecordLayout.LENGTH, payloadBytes);
        bytes.put(length + RecordLayout.TYPE, (byte) type);
        bytes.put(length + RecordLayout.FLAGS, (byte) flags);
        bytes.putShort(length + RecordLayout.RESERVED, (short) 0);
        bytes.putLong(length + RecordLayout.LSN, firstLsn + count);
        int payload = length + RecordLayout.BYTES;
        length = end;
        count++;
        return payload;
    }

    private void grow(int capacity) {
        if (capacity <= bytes.capacity()) {
            return;
        }
        ByteBuffer larger = DirectBytes.allocate(Math.max(capacity, Math.min(2 * bytes.capacity(), 1 << 30)));
        larger.put(0, bytes, 0, length);
        bytes = larger;
        reserved = view(larger);
    }

    private static ByteBuffer view(ByteBuffer bytes) {
        return bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }
}
