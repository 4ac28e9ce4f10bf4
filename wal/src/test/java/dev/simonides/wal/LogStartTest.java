// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.simulation.Fault;
import dev.simonides.wal.simulation.FaultyDirectory;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Logs of which only a part is needed. */
class LogStartTest {
    private static final int SEGMENT_BYTES = 16 << 10;
    private static final LogVisitor NOBODY = (lsn, type, flags, payload) -> {};

    private final SimulatedDirectory disk = SimulatedDirectory.empty();
    private final Logs logs = new Logs();

    @Test
    void beginsWhereItWasRotated() {
        LogStart start;
        try (WriteAheadLog log = WriteAheadLog.create(disk, options(1))) {
            logs.append(log, 5, 1);
            start = log.rotate();
            assertEquals(new LogStart(2, 5), start);
            assertEquals(5, log.syncedLsn());
            assertTrue(disk.exists("wal-0000000002"));
            logs.append(log, 4, 1);
        }

        assertEquals(List.of(6L, 7L, 8L, 9L), lsns(start));
        assertEquals(9, lsns(LogStart.BEGINNING).size());
        Logs.Checker checker = logs.checkerFrom(start.lsn());
        try (WriteAheadLog log = WriteAheadLog.open(disk, options(2), start, checker)) {
            assertEquals(9, checker.last());
            assertEquals(9, log.lastLsn());
            assertEquals(1, log.segments());
            logs.append(log, 2, 1);
        }
        assertEquals(11, lsns(LogStart.BEGINNING).size());
    }

    @Test
    void keepsASegmentThatHoldsNoRecord() {
        try (WriteAheadLog log = WriteAheadLog.create(disk, options(1))) {
            assertEquals(LogStart.BEGINNING, log.rotate());
            logs.append(log, 5, 1);
            assertEquals(new LogStart(2, 5), log.rotate());
            assertEquals(new LogStart(2, 5), log.rotate());
        }
        try (WriteAheadLog log = WriteAheadLog.open(disk, options(2), NOBODY)) {
            assertEquals(new LogStart(3, 5), log.rotate(), "a closed segment takes no more records");
        }
    }

    @Test
    void doesWithoutRetiredSegments() {
        try (WriteAheadLog log = WriteAheadLog.create(disk, options(1))) {
            logs.append(log, 10, 1);
            log.rotate();
            logs.append(log, 10, 1);
            LogStart start = log.rotate();
            logs.append(log, 3, 1);
            long all = log.bytes();

            log.retire(start);
            disk.sync();
            assertEquals(1, log.segments());
            assertTrue(log.bytes() > 0 && log.bytes() < all, "bytes=" + log.bytes());
            assertEquals(List.of("wal-0000000003"), disk.list());
            assertTrue(log.verify(NOBODY).clean());
            assertEquals(3, log.verify(NOBODY).records());
            log.retire(start);
            assertThrows(IllegalArgumentException.class, () -> log.retire(new LogStart(4, 23)));
            log.retire(new LogStart(1, 0));
            assertEquals(List.of("wal-0000000003"), disk.list());
            logs.append(log, 3, 1);
        }
        assertEquals(List.of(21L, 22L, 23L, 24L, 25L, 26L), lsns(new LogStart(3, 20)));
        assertThrows(CorruptWalException.class, () -> lsns(LogStart.BEGINNING));
    }

    @Test
    void ignoresWhatIsOlderWhateverItIs() {
        write(3);
        LogStart start = new LogStart(3, 20);
        SimulatedDirectory damaged = disk.with("wal-0000000001", new byte[100]).without("wal-0000000002");

        assertEquals(List.of(21L, 22L), lsns(damaged, start));
        assertTrue(WriteAheadLog.verify(damaged, options(1), start, NOBODY).clean());
    }

    @Test
    void refusesAStartThatTheLogDoesNotHave() {
        write(3);

        assertThrows(CorruptWalException.class, () -> lsns(new LogStart(5, 22)), "no such segment");
        assertThrows(
                CorruptWalException.class, () -> lsns(new LogStart(3, 19)), "LSN 20 is in no segment from there on");
        assertThrows(CorruptWalException.class, () -> lsns(new LogStart(3, 23)), "the log ends before");
        assertEquals(List.of(22L), lsns(new LogStart(3, 21)), "in the middle of a segment");
        assertEquals(List.of(), lsns(new LogStart(3, 22)));
        assertThrows(IllegalArgumentException.class, () -> new LogStart(0, 0));
        assertThrows(IllegalArgumentException.class, () -> new LogStart(1, -1));
    }

    @Test
    void noticesThatTheLastSegmentIsMissing() {
        WriteAheadLog log = WriteAheadLog.create(disk, options(1));
        logs.append(log, 5, 1);
        log.rotate();
        logs.append(log, 5, 1);
        log.sync();
        assertMissing(disk.afterKill().without("wal-0000000002"), "wal-0000000002");

        // What an opening after a crash rewrote.
        SimulatedDirectory killed = disk.afterKill();
        WriteAheadLog rewritten = WriteAheadLog.open(killed, options(2), NOBODY);
        assertMissing(killed.without("wal-0000000003"), "wal-0000000003");
        rewritten.close();

        // The first segment behind a log that was closed.
        try (WriteAheadLog reopened = WriteAheadLog.open(killed, options(3), NOBODY)) {
            logs.append(reopened, 1, 1);
        }
        assertMissing(killed.without("wal-0000000004"), "wal-0000000004");
        assertTrue(WriteAheadLog.verify(killed, options(1), NOBODY).clean());
    }

    private static void assertMissing(SimulatedDirectory disk, String name) {
        CorruptWalException missing =
                assertThrows(CorruptWalException.class, () -> WriteAheadLog.replay(disk, options(9), NOBODY));
        assertEquals(name, missing.file());
        LogVerification verification = WriteAheadLog.verify(disk, options(9), NOBODY);
        assertEquals(
                List.of(name),
                verification.findings().stream().map(StorageException::file).toList());
    }

    @Test
    void copiesWhatIsDurableWhileItIsWritten() {
        SimulatedDirectory target = SimulatedDirectory.empty();
        try (WriteAheadLog log = WriteAheadLog.create(disk, options(1))) {
            logs.append(log, 9, 1);
            LogStart start = log.rotate();
            logs.append(log, 5, 1);
            logs.append(log, 1, 1);
            log.sync();
            logs.append(log, 3, 1);

            assertEquals(15, log.copyTo(start, target, options(5)));
            assertEquals(15, log.copyTo(LogStart.BEGINNING, SimulatedDirectory.empty(), options(5)));
            assertEquals(15, log.copyTo(new LogStart(2, 11), SimulatedDirectory.empty(), options(5)));
            logs.append(log, 50, 1);
            assertThrows(
                    NotAStoreException.class, () -> log.copyTo(start, target, options(6)), "there is a log already");
            assertTrue(log.verify(NOBODY).clean());
        }
        assertEquals(0, target.openFiles());

        assertEquals(List.of("wal-0000000002"), target.list());
        Logs.Checker checker = logs.checkerFrom(9);
        ReplayReport report = WriteAheadLog.replay(target, options(1), new LogStart(2, 9), checker);
        assertEquals(15, checker.last());
        assertEquals(2, report.frames());
        assertTrue(report.closed());
        try (WriteAheadLog log = WriteAheadLog.open(target, options(7), new LogStart(2, 9), NOBODY)) {
            logs.cut(15).append(log, 2, 1);
        }
    }

    @Test
    void copiesNoDamage() {
        write(3);
        byte[] first = disk.content("wal-0000000001");
        first[5000]++;
        SimulatedDirectory damaged = disk.with("wal-0000000001", first);
        SimulatedDirectory target = SimulatedDirectory.empty();
        try (WriteAheadLog log = WriteAheadLog.open(damaged, options(2), new LogStart(2, 10), NOBODY)) {
            assertThrows(CorruptWalException.class, () -> log.copyTo(LogStart.BEGINNING, target, options(5)));
            assertEquals(0, target.openFiles());
            log.copyTo(new LogStart(2, 10), SimulatedDirectory.empty(), options(5));
        }
    }

    @Test
    void showsEveryFrameBeforeItsRecords() {
        write(2);
        List<String> seen = new ArrayList<>();
        WriteAheadLog.replay(disk, options(1), new LogStart(1, 4), new LogVisitor() {
            @Override
            public void frame(LogFrame frame) {
                seen.add(frame.segment() + "@" + frame.offset() + ":" + frame.firstLsn() + "+" + frame.records()
                        + (frame.closing() ? " closing" : ""));
            }

            @Override
            public void record(long lsn, int type, int flags, java.nio.ByteBuffer payload) {
                seen.add(String.valueOf(lsn));
            }
        });

        assertEquals(
                List.of(
                        "wal-0000000001@4096:1+10",
                        "5",
                        "6",
                        "7",
                        "8",
                        "9",
                        "10",
                        "wal-0000000002@4096:11+2",
                        "11",
                        "12",
                        "wal-0000000002@8192:13+0 closing"),
                seen);
    }

    @Test
    void staysWhereItIsWhenThereIsNoRoomForASegment() {
        FaultyDirectory counting = new FaultyDirectory(SimulatedDirectory.empty(), Fault.none());
        try (WriteAheadLog log = WriteAheadLog.create(counting, options(1))) {
            logs.append(log, 1, 1);
            int at = counting.operations() + 1;
            FaultyDirectory full = new FaultyDirectory(disk, Fault.once(at, Fault.Kind.NO_SPACE));
            Logs other = new Logs();
            try (WriteAheadLog second = WriteAheadLog.create(full, options(1))) {
                other.append(second, 1, 1);
                assertThrows(StoreFullException.class, second::rotate);
                assertEquals(1, second.segments());
                other.append(second, 2, 1);
                assertEquals(new LogStart(2, 3), second.rotate());
            }
            Logs.Checker checker = other.checker();
            WriteAheadLog.replay(disk, options(1), checker);
            assertEquals(3, checker.last());
        }
        assertFalse(disk.exists("wal-0000000002.tmp"));
    }

    /** Segments of ten records, the last one of two. */
    private void write(int segments) {
        try (WriteAheadLog log = WriteAheadLog.create(disk, options(1))) {
            for (int i = 1; i < segments; i++) {
                logs.append(log, 10, 1);
                log.rotate();
            }
            logs.append(log, 2, 1);
        }
    }

    private List<Long> lsns(LogStart start) {
        return lsns(disk, start);
    }

    private static List<Long> lsns(SimulatedDirectory disk, LogStart start) {
        List<Long> lsns = new ArrayList<>();
        WriteAheadLog.replay(disk, options(1), start, (lsn, type, flags, payload) -> lsns.add(lsn));
        return lsns;
    }

    private static LogOptions options(int seed) {
        return Logs.options(SEGMENT_BYTES, seed);
    }
}
