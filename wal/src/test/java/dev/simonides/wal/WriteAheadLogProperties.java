// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.simulation.SimulatedDirectory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class WriteAheadLogProperties {
    private static final int TRIES = 150;

    /** A log of frames of the given numbers of records, killed or closed. */
    private static final class Written {
        private final SimulatedDirectory disk;
        private final Logs logs = new Logs();
        /** LSN and end in the last segment of each frame in it. */
        private final List<long[]> lastSegment = new ArrayList<>();

        Written(List<Integer> frames, int blocks, boolean closed, boolean synced) {
            SimulatedDirectory writing = SimulatedDirectory.empty();
            WriteAheadLog log = WriteAheadLog.create(writing, Logs.options(blocks * 4096, 1));
            long position = 4096;
            for (int records : frames) {
                int segments = log.segments();
                Frame frame = logs.frame(log, records, 0);
                log.append(frame);
                if (log.segments() > segments) {
                    lastSegment.clear();
                    position = 4096;
                }
                position += frame.blockBytes();
                lastSegment.add(new long[] {frame.lastLsn(), position});
                if (synced) {
                    log.sync();
                }
            }
            if (closed) {
                log.close();
            }
            disk = writing.afterKill();
        }

        String lastName() {
            return disk.list().getLast();
        }

        /** The last LSN before the last segment. */
        long before() {
            Logs.Checker checker = logs.checker();
            List<String> names = disk.list();
            if (names.size() == 1) {
                return 0;
            }
            // A last segment without frames ends where it begins: at what the others hold.
            byte[] last = disk.content(lastName());
            Arrays.fill(last, 4096, last.length, (byte) 0);
            byte[] whole = Arrays.copyOf(last, (int) capacity(last));
            WriteAheadLog.replay(disk.with(lastName(), whole), Logs.options(12288, 9), checker);
            return checker.last();
        }

        private static long capacity(byte[] segment) {
            return java.nio.ByteBuffer.wrap(segment)
                    .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                    .getLong(SegmentLayout.CAPACITY);
        }
    }

    @Property(tries = TRIES)
    void givesBackWhatItWasGiven(
            @ForAll @Size(max = 30) List<@IntRange(min = 1, max = 40) Integer> frames,
            @ForAll @IntRange(min = 3, max = 12) int blocks,
            @ForAll boolean closed,
            @ForAll boolean synced) {
        Written written = new Written(frames, blocks, closed, synced);

        assertEquals(written.logs.last(), replay(written, written.disk));
    }

    @Property(tries = TRIES)
    void keepsExactlyTheFramesBeforeALostTail(
            @ForAll @Size(min = 1, max = 12) List<@IntRange(min = 1, max = 40) Integer> frames,
            @ForAll @IntRange(min = 3, max = 40) int blocks,
            @ForAll @IntRange(min = 0, max = 10_000) int where) {
        Written written = new Written(frames, blocks, false, false);
        byte[] bytes = written.disk.content(written.lastName());
        int sectors = bytes.length / 512 - 8;
        int cut = 4096 + where % sectors * 512;
        Arrays.fill(bytes, cut, bytes.length, (byte) 0);

        long expected = written.before();
        for (long[] frame : written.lastSegment) {
            expected = frame[1] <= cut ? frame[0] : expected;
        }
        assertEquals(expected, replay(written, written.disk.with(written.lastName(), bytes)));
    }

    @Property(tries = TRIES)
    void refusesASegmentThatWasCutShort(
            @ForAll @Size(min = 1, max = 12) List<@IntRange(min = 1, max = 40) Integer> frames,
            @ForAll boolean closed,
            @ForAll @IntRange(min = 0, max = 1_000_000) int where) {
        Written written = new Written(frames, 12, closed, true);
        byte[] bytes = written.disk.content(written.lastName());
        byte[] cut = Arrays.copyOf(bytes, where % bytes.length);

        assertThrows(CorruptWalException.class, () -> replay(written, written.disk.with(written.lastName(), cut)));
    }

    @Property(tries = TRIES)
    void neverBelievesAChangedByte(
            @ForAll @Size(min = 1, max = 12) List<@IntRange(min = 1, max = 40) Integer> frames,
            @ForAll boolean closed,
            @ForAll @IntRange(min = 0, max = 1_000_000) int segment,
            @ForAll @IntRange(min = 0, max = 1_000_000) int where,
            @ForAll @IntRange(min = 1, max = 255) int change) {
        Written written = new Written(frames, 6, closed, true);
        List<String> names = written.disk.list();
        String name = names.get(segment % names.size());
        byte[] bytes = written.disk.content(name);
        int at = where % bytes.length;
        bytes[at] ^= (byte) change;
        SimulatedDirectory damaged = written.disk.with(name, bytes);

        try {
            assertEquals(written.logs.last(), replay(written, damaged), () -> name + " at " + at);
            assertTrue(!name.equals(names.getLast()), () -> "every byte of the last segment counts: " + at);
        } catch (CorruptWalException | UnsupportedFormatException e) {
            assertEquals(name, e.file());
        }
    }

    @Property(tries = TRIES)
    void neverBelievesASectorInAnotherPlace(
            @ForAll @Size(min = 4, max = 12) List<@IntRange(min = 1, max = 40) Integer> frames,
            @ForAll @IntRange(min = 0, max = 1_000_000) int from,
            @ForAll @IntRange(min = 0, max = 1_000_000) int to) {
        Written written = new Written(frames, 6, false, true);
        List<String> names = written.disk.list();
        byte[] source = written.disk.content(names.get(from % names.size()));
        String name = names.get(to % names.size());
        byte[] target = written.disk.content(name);
        byte[] before = target.clone();
        System.arraycopy(source, from % (source.length / 512) * 512, target, to % (target.length / 512) * 512, 512);

        Logs.Checker checker = written.logs.checker();
        try {
            WriteAheadLog.replay(written.disk.with(name, target), Logs.options(12288, 9), checker);
        } catch (CorruptWalException e) {
            assertTrue(!Arrays.equals(before, target));
        }
        checker.last();
    }

    private static long replay(Written written, SimulatedDirectory disk) {
        Logs.Checker checker = written.logs.checker();
        try {
            WriteAheadLog.replay(disk, Logs.options(12288, 9), checker);
        } finally {
            checker.last();
        }
        return checker.last();
    }
}
