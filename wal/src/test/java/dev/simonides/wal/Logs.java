// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/** Logs for tests: a record's payload is a function of its LSN, so a wrong one is noticed. */
public final class Logs {
    public static final UUID STORE = new UUID(0x51D0_51DE_5000_0001L, 0x8000_0000_0000_0001L);

    private Logs() {}

    /** Small segments, salts that repeat. */
    public static LogOptions options(int segmentBytes, long seed) {
        return LogOptions.of(STORE).segmentBytes(segmentBytes).salts(new Random(seed));
    }

    /** The payload of a record: 0..1200 bytes. */
    public static byte[] payload(long lsn) {
        Random random = new Random(lsn);
        byte[] bytes = new byte[random.nextInt(10) == 0 ? 1200 : random.nextInt(200)];
        random.nextBytes(bytes);
        return bytes;
    }

    public static int type(long lsn) {
        return (int) (lsn % 256);
    }

    public static int flags(long lsn) {
        return (int) (lsn / 3 % 256);
    }

    /** Appends one frame of records. */
    public static void append(WriteAheadLog log, int records) {
        Frame frame = log.frame().begin(log.lastLsn() + 1);
        for (int i = 0; i < records; i++) {
            long lsn = frame.lastLsn() + 1;
            frame.add(type(lsn), flags(lsn), ByteBuffer.wrap(payload(lsn)));
        }
        log.append(frame);
    }

    /** Checks that what a log holds is what {@link #append} wrote, in order from 1. */
    public static final class Checker implements LogVisitor {
        private final List<String> wrong = new ArrayList<>();
        private long last;

        @Override
        public void record(long lsn, int type, int flags, ByteBuffer payload) {
            if (lsn != last + 1) {
                wrong.add("LSN " + lsn + " after " + last);
            }
            byte[] bytes = new byte[payload.remaining()];
            payload.get(bytes);
            if (!java.util.Arrays.equals(bytes, payload(lsn)) || type != type(lsn) || flags != flags(lsn)) {
                wrong.add("LSN " + lsn + " has the wrong content");
            }
            last = lsn;
        }

        /** The last LSN seen. */
        public long last() {
            if (!wrong.isEmpty()) {
                throw new AssertionError(wrong.toString());
            }
            return last;
        }
    }
}
