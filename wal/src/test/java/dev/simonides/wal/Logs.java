// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/** What a log was given, record by record, to compare with what it gives back. Confined to one thread. */
public final class Logs {
    public static final UUID STORE = new UUID(0x51D0_51DE_5000_0001L, 0x8000_0000_0000_0001L);

    private final List<Long> seeds = new ArrayList<>();

    /** Small segments, salts that repeat. */
    public static LogOptions options(int segmentBytes, long seed) {
        return LogOptions.of(STORE).segmentBytes(segmentBytes).salts(new Random(seed));
    }

    /** The records given so far: the LSN of the last one. */
    public long last() {
        return seeds.size();
    }

    /** Forgets the records behind an LSN: they were found not to be there. */
    public Logs cut(long lsn) {
        Logs prefix = new Logs();
        prefix.seeds.addAll(seeds.subList(0, Math.toIntExact(lsn)));
        return prefix;
    }

    /** Builds a frame of records and notes them; content depends on the LSN and on the session. */
    public Frame frame(WriteAheadLog log, int records, int session) {
        Frame frame = log.frame().begin(log.lastLsn() + 1);
        for (int i = 0; i < records; i++) {
            long seed = (long) session << 32 | (frame.lastLsn() + 1);
            frame.add(type(seed), flags(seed), ByteBuffer.wrap(payload(seed)));
            seeds.add(seed);
        }
        return frame;
    }

    /** Appends a frame of records. */
    public void append(WriteAheadLog log, int records, int session) {
        log.append(frame(log, records, session));
    }

    /** Reads a log; its records must be the first of these. */
    public Checker checker() {
        return checkerFrom(0);
    }

    /** Reads a log that begins behind an LSN. */
    public Checker checkerFrom(long lsn) {
        return new Checker(lsn);
    }

    private static byte[] payload(long seed) {
        long state = seed * 0x9e3779b97f4a7c15L;
        byte[] bytes = new byte[(int) (state >>> 61) == 0 ? 1200 : (int) (state >>> 40) % 200];
        for (int i = 0; i < bytes.length; i++) {
            state = state * 6364136223846793005L + 1442695040888963407L;
            bytes[i] = (byte) (state >>> 56);
        }
        return bytes;
    }

    private static int type(long seed) {
        return (int) (seed & 0xff);
    }

    private static int flags(long seed) {
        return (int) (seed >> 32 & 0xff);
    }

    /** Compares what it is given with what the log was given. */
    public final class Checker implements LogVisitor {
        private final List<String> wrong = new ArrayList<>();
        private long last;

        Checker(long last) {
            this.last = last;
        }

        @Override
        public void record(long lsn, int type, int flags, ByteBuffer payload) {
            byte[] bytes = new byte[payload.remaining()];
            payload.get(bytes);
            if (lsn != last + 1) {
                wrong.add("LSN " + lsn + " after " + last);
            } else if (lsn > seeds.size()) {
                wrong.add("LSN " + lsn + " was never written");
            } else {
                long seed = seeds.get((int) lsn - 1);
                if (!Arrays.equals(bytes, payload(seed)) || type != type(seed) || flags != flags(seed)) {
                    wrong.add("LSN " + lsn + " has the wrong content");
                }
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
