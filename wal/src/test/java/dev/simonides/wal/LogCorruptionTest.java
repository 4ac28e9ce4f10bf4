// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.simulation.SimulatedDirectory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Damages a log of three segments, the last one not closed, in every place. */
@Tag("crash")
class LogCorruptionTest {
    private static final String LAST = "wal-0000000003";
    private static final LogVisitor NOBODY = (lsn, type, flags, payload) -> {};
    private static final Logs LOGS = new Logs();
    private static SimulatedDirectory log;

    @BeforeAll
    static void write() {
        SimulatedDirectory disk = SimulatedDirectory.empty();
        WriteAheadLog writing = WriteAheadLog.create(disk, Logs.options(24 << 10, 1));
        while (writing.segments() < 3) {
            LOGS.append(writing, 7, 0);
            writing.sync();
        }
        LOGS.append(writing, 20, 0);
        writing.sync();
        log = disk.afterKill();
    }

    @Test
    void detectsOrSurvivesAChangeOfAnyByte() {
        int detected = changeEveryByte(log, LogStart.BEGINNING, LOGS);
        assertTrue(detected > 20_000, "detected=" + detected);
    }

    /** A log that a checkpoint rotated twice and of which a part is retired. */
    @Test
    void detectsOrSurvivesAChangeOfAnyByteBehindItsStart() {
        SimulatedDirectory disk = SimulatedDirectory.empty();
        Logs logs = new Logs();
        WriteAheadLog writing = WriteAheadLog.create(disk, options());
        logs.append(writing, 9, 0);
        LogStart start = writing.rotate();
        logs.append(writing, 5, 0);
        writing.rotate();
        logs.append(writing, 7, 0);
        writing.retire(start);
        writing.sync();

        int detected = changeEveryByte(disk.afterKill(), start, logs);
        assertTrue(detected > 12_000, "detected=" + detected);
    }

    /** Changes every byte of every segment; the last one, of which nothing is void, is always noticed to be changed. */
    private static int changeEveryByte(SimulatedDirectory disk, LogStart start, Logs logs) {
        int detected = 0;
        int exact = 0;
        for (String name : disk.list()) {
            byte[] content = disk.content(name);
            for (int at = 0; at < content.length; at++) {
                byte[] damaged = content.clone();
                damaged[at] = (byte) ~damaged[at];
                if (detects(disk.with(name, damaged), start, logs, logs.last())) {
                    detected++;
                } else {
                    assertTrue(!name.equals(disk.list().getLast()), name + " at " + at);
                    exact++;
                }
            }
        }
        System.out.println("changed bytes: detected=" + detected + ", without effect=" + exact);
        return detected;
    }

    @Test
    void detectsTheLossOfASectorThatLaterFramesCover() {
        byte[] content = log.content(LAST);
        for (int sector = 0; sector < content.length / 512; sector++) {
            byte[] damaged = content.clone();
            Arrays.fill(damaged, sector * 512, sector * 512 + 512, (byte) 0);
            boolean header = sector == 0;
            boolean covered = sector >= 8 && sector < 16;
            boolean detected = detects(log.with(LAST, damaged), LogStart.BEGINNING, LOGS, 0);
            assertTrue(detected || !(header || covered), "sector " + sector);
        }
    }

    @Test
    void detectsMissingSegments() {
        for (String name : List.of("wal-0000000001", "wal-0000000002", LAST)) {
            assertThrows(CorruptWalException.class, () -> replay(log.without(name)), name);
        }
        SimulatedDirectory empty = SimulatedDirectory.empty();
        assertThrows(CorruptWalException.class, () -> replay(empty));
        assertEquals(
                1, WriteAheadLog.verify(empty, options(), NOBODY).findings().size());
    }

    @Test
    void detectsSegmentsInOthersPlaces() {
        SimulatedDirectory swapped = log.with("wal-0000000001", log.content("wal-0000000002"))
                .with("wal-0000000002", log.content("wal-0000000001"));
        assertThrows(CorruptWalException.class, () -> replay(swapped));
    }

    @Test
    void refusesAVersionItDoesNotKnow() {
        byte[] content = log.content(LAST);
        ByteBuffer header = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        header.putShort(SegmentLayout.VERSION, (short) 2);
        header.putInt(SegmentLayout.CRC32C, SaltedChecksum.unsalted(header, 0, SegmentLayout.CRC32C));

        UnsupportedFormatException refusal =
                assertThrows(UnsupportedFormatException.class, () -> replay(log.with(LAST, content)));
        assertEquals(2, refusal.found());
    }

    @Test
    void ignoresForeignFilesAndRemovesUnfinishedSegments() {
        byte[] garbage = {1, 2, 3};
        SimulatedDirectory disk = log.with("wal-1", garbage)
                .with("wal-0000000004.bak", garbage)
                .with("notes", garbage)
                .with("wal-0000000009.tmp", garbage);

        WriteAheadLog.open(disk, options(), NOBODY).close();

        assertTrue(disk.list().containsAll(List.of("wal-1", "wal-0000000004.bak", "notes")));
        assertTrue(!disk.exists("wal-0000000009.tmp"));
    }

    /** Checksums are no defence against somebody who computes them: lengths and counts are checked on their own. */
    @Test
    void refusesLyingFramesWithRightChecksums() {
        List<Consumer<ByteBuffer>> lies = List.of(
                frame -> frame.putInt(FrameLayout.LENGTH, Integer.MAX_VALUE)
                        .putInt(FrameLayout.INVERSE, ~Integer.MAX_VALUE),
                frame -> frame.putInt(FrameLayout.LENGTH, 47).putInt(FrameLayout.INVERSE, ~47),
                frame -> frame.putInt(FrameLayout.LENGTH, 20_000).putInt(FrameLayout.INVERSE, ~20_000),
                frame -> frame.putInt(FrameLayout.COUNT, Integer.MAX_VALUE),
                frame -> frame.putInt(FrameLayout.COUNT, -1),
                frame -> frame.putInt(FrameLayout.COUNT, 0),
                frame -> frame.putInt(FrameLayout.COUNT, 2),
                frame -> frame.putInt(FrameLayout.FLAGS, 1),
                frame -> frame.putLong(FrameLayout.FIRST_LSN, 2),
                frame -> frame.putLong(FrameLayout.FIRST_LSN, Long.MIN_VALUE),
                frame -> frame.putLong(FrameLayout.DURABLE_LSN, 1),
                frame -> frame.putLong(FrameLayout.DURABLE_LSN, -1),
                frame -> frame.putLong(FrameLayout.INCARNATION, 2),
                frame -> frame.putInt(FrameLayout.BYTES + RecordLayout.LENGTH, Integer.MAX_VALUE),
                frame -> frame.putInt(FrameLayout.BYTES + RecordLayout.LENGTH, -1),
                frame -> frame.putInt(FrameLayout.BYTES + RecordLayout.LENGTH, 25),
                frame -> frame.putLong(FrameLayout.BYTES + RecordLayout.LSN, 7),
                frame -> frame.putShort(FrameLayout.BYTES + RecordLayout.RESERVED, (short) 1),
                frame -> frame.put(FrameLayout.BYTES + RecordLayout.BYTES + 23, (byte) 1));
        for (int i = 0; i < lies.size(); i++) {
            SimulatedDirectory disk = oneFrame(lies.get(i));
            assertThrows(CorruptWalException.class, () -> replay(disk), "lie " + i);
            assertEquals(
                    1, WriteAheadLog.verify(disk, options(), NOBODY).findings().size(), "lie " + i);
        }
        assertEquals(1, replay(oneFrame(frame -> {})).records());
    }

    @Test
    void refusesAFrameWhoseSectorsAreRightAndItselfIsNot() {
        SimulatedDirectory whole = oneFrame(frame -> {});
        byte[] content = whole.content("wal-0000000001");
        ByteBuffer segment = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer sector = segment.slice(4096, 512).order(ByteOrder.LITTLE_ENDIAN);
        int payload = FrameLayout.BYTES + RecordLayout.BYTES;
        sector.put(payload, (byte) (sector.get(payload) ^ 1));
        new SectorStamps(segment.getLong(SegmentLayout.SALT)).stamp(sector, 0, 8);

        assertThrows(CorruptWalException.class, () -> replay(whole.with("wal-0000000001", content)));
    }

    @Test
    void verifiesEverythingAndGoesOnBehindDamage() {
        LogVerification clean = WriteAheadLog.verify(log, options(), NOBODY);
        assertTrue(clean.clean(), clean::toString);
        assertEquals(3, clean.segments());
        assertEquals(LOGS.last(), clean.records());

        byte[] first = log.content("wal-0000000001");
        first[4096 + 100] ^= 1;
        byte[] second = log.content("wal-0000000002");
        second[3] ^= 1;
        LogVerification damaged = WriteAheadLog.verify(
                log.with("wal-0000000001", first).with("wal-0000000002", second), options(), NOBODY);

        assertEquals(2, damaged.findings().size(), damaged::toString);
        assertEquals(2, damaged.segments());
        assertTrue(damaged.records() > 0 && damaged.records() < clean.records(), damaged::toString);
        assertEquals(
                List.of("wal-0000000002", "wal-0000000001"),
                damaged.findings().stream().map(StorageException::file).toList());
    }

    @Test
    void verifiesALogThatIsBeingWritten() {
        SimulatedDirectory disk = SimulatedDirectory.empty();
        Logs logs = new Logs();
        try (WriteAheadLog writing = WriteAheadLog.create(disk, Logs.options(24 << 10, 1))) {
            for (int i = 0; i < 20; i++) {
                logs.append(writing, 5, 0);
                Logs.Checker checker = logs.checker();
                LogVerification found = writing.verify(checker);
                assertTrue(found.clean(), found::toString);
                assertEquals(logs.last(), checker.last());
            }
        }
    }

    /** A log of one frame with one record of 17 bytes, changed and then given the right checksums again. */
    private static SimulatedDirectory oneFrame(Consumer<ByteBuffer> lie) {
        SimulatedDirectory disk = SimulatedDirectory.empty();
        WriteAheadLog writing = WriteAheadLog.create(disk, options());
        Frame frame = writing.frame().begin(1);
        frame.add(1, 0, ByteBuffer.allocate(17));
        writing.append(frame);
        byte[] content = disk.content("wal-0000000001");
        ByteBuffer segment = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        long salt = segment.getLong(SegmentLayout.SALT);
        ByteBuffer sector = segment.slice(4096, 512).order(ByteOrder.LITTLE_ENDIAN);
        int length = sector.getInt(FrameLayout.LENGTH);
        lie.accept(sector);
        sector.putInt(
                FrameLayout.CRC32C,
                new SaltedChecksum(salt).of(sector, FrameLayout.FIRST_LSN, length - FrameLayout.FIRST_LSN));
        new SectorStamps(salt).stamp(sector, 0, 8);
        return disk.with("wal-0000000001", content);
    }

    /** Whether reading fails with a typed failure; otherwise everything is there, at least up to an LSN. */
    private static boolean detects(SimulatedDirectory disk, LogStart start, Logs logs, long least) {
        Logs.Checker checker = logs.checkerFrom(start.lsn());
        try {
            WriteAheadLog.replay(disk, options(), start, checker);
            assertTrue(checker.last() >= least && checker.last() <= logs.last(), () -> "found " + checker.last());
            return false;
        } catch (CorruptWalException | UnsupportedFormatException e) {
            checker.last();
            return true;
        }
    }

    private static ReplayReport replay(SimulatedDirectory disk) {
        return WriteAheadLog.replay(disk, options(), NOBODY);
    }

    private static LogOptions options() {
        return Logs.options(12 << 10, 5);
    }
}
