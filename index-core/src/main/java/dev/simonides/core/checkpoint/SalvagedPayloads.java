// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import dev.simonides.Limits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The payloads of a tenant, as far as blocks are whole. Confined to one thread.
 *
 * <p>Where a payload stands follows from the lengths of those before it, or of those behind it. Lengths that cannot be read
 * are taken from the records if these say all of them, and the sum is right.
 */
final class SalvagedPayloads {
    private static final int UNKNOWN = -1;
    private static final byte[] NONE = {};

    private final SalvagedLives lives;
    private final List<Payloads> sections = new ArrayList<>();

    SalvagedPayloads(SalvagedLives lives) {
        this.lives = lives;
    }

    /** A section of payloads. */
    private static final class Payloads {
        final SalvagedFile file;
        final Section section;
        /** {@link #UNKNOWN} where nothing says them. */
        final int[] lengths;
        /** In the back part; {@link #UNKNOWN} where a length before and a length behind are not known. */
        final long[] offsets;

        Payloads(SalvagedFile file, Section section) {
            this.file = file;
            this.section = section;
            this.lengths = new int[section.count()];
            this.offsets = new long[section.count()];
        }

        boolean holds(int ordinal) {
            return ordinal >= section.first() && ordinal < section.end();
        }

        LostBytes lostLength(int ordinal) {
            return file.front().lost(section.front().offset() + (long) (ordinal - section.first()) * Integer.BYTES);
        }
    }

    /** Adds a section, newest first, once the lives are known. */
    void add(SalvagedFile file, Section section) {
        if (section.back().bytes() == 0) {
            return;
        }
        Payloads payloads = new Payloads(file, section);
        readLengths(payloads);
        place(payloads);
        sections.add(payloads);
    }

    private void readLengths(Payloads payloads) {
        int[] lengths = payloads.lengths;
        boolean all = true;
        for (int i = 0; i < lengths.length; i++) {
            long at = payloads.section.front().offset() + (long) i * Integer.BYTES;
            try {
                int length = payloads.file.front().read(at, Integer.BYTES).getInt();
                lengths[i] = length < 0 || length > Limits.PAYLOAD_BYTES_MAX ? UNKNOWN : length;
            } catch (LostBytes e) {
                lengths[i] = UNKNOWN;
            }
            all &= lengths[i] != UNKNOWN;
        }
        int[] complete = all ? lengths : completed(payloads);
        if (Arrays.stream(complete).asLongStream().sum()
                == payloads.section.back().bytes()) {
            System.arraycopy(complete, 0, lengths, 0, lengths.length);
        } else if (all) {
            Arrays.fill(lengths, UNKNOWN);
        }
    }

    /** The lengths with those that records say, or what cannot sum up to anything if they do not say all. */
    private int[] completed(Payloads payloads) {
        int[] completed = payloads.lengths.clone();
        for (int i = 0; i < completed.length; i++) {
            if (completed[i] == UNKNOWN) {
                completed[i] = lengthByRecord(payloads.section.first() + i, payloads.file.lsn());
                if (completed[i] == UNKNOWN) {
                    return new int[] {UNKNOWN};
                }
            }
        }
        return completed;
    }

    /** The dead have no payload in a file that was written after their death. */
    private int lengthByRecord(int ordinal, long lsn) {
        if (lives.dead(ordinal) && lives.deathLsn(ordinal) <= lsn) {
            return 0;
        }
        if (ordinal >= lives.count() || (!lives.dead(ordinal) && lives.doubtful(ordinal, 0))) {
            return UNKNOWN;
        }
        try {
            return lives.record(ordinal).payloadBytes();
        } catch (LostBytes e) {
            return UNKNOWN;
        }
    }

    /** From the front up to the first length that is not known, and from the back down to the last. */
    private static void place(Payloads payloads) {
        int[] lengths = payloads.lengths;
        long[] offsets = payloads.offsets;
        Arrays.fill(offsets, UNKNOWN);
        long end = payloads.section.back().bytes();
        long at = 0;
        for (int i = 0; i < lengths.length && lengths[i] != UNKNOWN && at + lengths[i] <= end; i++) {
            offsets[i] = at;
            at += lengths[i];
        }
        at = end;
        for (int i = lengths.length - 1; i >= 0 && lengths[i] != UNKNOWN && at >= lengths[i]; i--) {
            at -= lengths[i];
            offsets[i] = at;
        }
    }

    /**
     * Reads a payload.
     *
     * @param payloadBytes its length, as its record says
     */
    byte[] read(int ordinal, int payloadBytes) throws LostBytes {
        if (payloadBytes == 0) {
            return NONE;
        }
        LostBytes lost = null;
        for (Payloads payloads : sections) {
            if (payloads.holds(ordinal)) {
                try {
                    return read(payloads, ordinal, payloadBytes);
                } catch (LostBytes e) {
                    lost = lost == null ? e : lost;
                }
            }
        }
        throw lost == null ? new LostBytes(LostBytes.NO_FILE, 0, 0, "payloads") : lost;
    }

    private static byte[] read(Payloads payloads, int ordinal, int payloadBytes) throws LostBytes {
        int i = ordinal - payloads.section.first();
        if (payloads.offsets[i] == UNKNOWN || payloads.lengths[i] != payloadBytes) {
            throw payloads.lostLength(ordinal);
        }
        byte[] payload = new byte[payloadBytes];
        payloads.file
                .back()
                .read(payloads.section.back().offset() + payloads.offsets[i], payloadBytes)
                .get(payload);
        return payload;
    }
}
