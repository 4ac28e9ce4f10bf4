// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WriteAheadLogTest {
    private static final int SMALL = 16 << 10;

    @TempDir
    private Path temporary;

    private final Logs logs = new Logs();
    private FileSystemDirectory directory;

    @BeforeEach
    void createDirectory() {
        directory = FileSystemDirectory.create(temporary.resolve("store"));
    }

    @AfterEach
    void closeDirectory() {
        directory.close();
    }

    @Test
    void replaysWhatWasAppended() {
        try (WriteAheadLog log = WriteAheadLog.create(directory, Logs.options(SMALL, 1))) {
            for (int i = 0; i < 50; i++) {
                logs.append(log, 1 + i % 7, 1);
            }
            log.sync();
            assertEquals(log.lastLsn(), log.syncedLsn());
            assertTrue(log.segments() > 1, "segments=" + log.segments());
        }
        Logs.Checker checker = logs.checker();

        try (WriteAheadLog log = WriteAheadLog.open(directory, Logs.options(SMALL, 2), checker)) {
            assertEquals(checker.last(), log.lastLsn());
            assertEquals(log.lastLsn(), log.report().records());
            assertTrue(log.report().closed());
            assertEquals(0, log.report().rewrittenFrames());
        }
    }

    @Test
    void continuesBehindWhatItReplayed() {
        long last = 0;
        for (int round = 0; round < 5; round++) {
            Logs.Checker checker = logs.checker();
            LogOptions options = Logs.options(SMALL, round);
            try (WriteAheadLog log = round == 0
                    ? WriteAheadLog.create(directory, options)
                    : WriteAheadLog.open(directory, options, checker)) {
                assertEquals(last, checker.last());
                logs.append(log, 3, 1);
                logs.append(log, 4, 1);
                last = log.lastLsn();
            }
        }

        Logs.Checker checker = logs.checker();
        WriteAheadLog.replay(directory, Logs.options(SMALL, 0), checker);
        assertEquals(35, checker.last());
    }

    /** Somebody deleted the lock file, and another process goes on with the log. */
    @Test
    void replacesNoSegmentOfAnother() {
        WriteAheadLog log = WriteAheadLog.create(directory, Logs.options(SMALL, 1));
        logs.append(log, 2, 1);
        Logs theirs = logs.cut(2);
        WriteAheadLog other = WriteAheadLog.open(directory, Logs.options(SMALL, 2), theirs.checker());
        theirs.append(other, 2, 2);
        other.sync();

        StoreFailedException failure = assertThrows(StoreFailedException.class, () -> {
            while (true) {
                logs.append(log, 4, 1);
            }
        });
        assertTrue(String.valueOf(failure.getMessage()).contains("somebody else writes this log"), failure::getMessage);
        assertThrows(StoreFailedException.class, log::sync);
        log.close();

        Logs.Checker checker = theirs.checker();
        WriteAheadLog.replay(directory, Logs.options(SMALL, 0), checker);
        assertEquals(4, checker.last());
        other.close();
    }

    @Test
    void asksTheLockBeforeEachSegmentAndTheClosingMark() {
        List<String> asked = new ArrayList<>();
        StorageLock lock = new StorageLock() {
            @Override
            public void ensureValid() {
                asked.add("");
                if (asked.size() == 3) {
                    throw new StoreFailedException("LOCK", StorageException.NO_OFFSET, "the lock file was deleted");
                }
            }

            @Override
            public void close() {}
        };
        WriteAheadLog log = WriteAheadLog.create(directory, Logs.options(SMALL, 1));
        log.guardBy(lock);
        logs.append(log, 2, 1);
        var _ = log.rotate();
        logs.append(log, 2, 1);
        var _ = log.rotate();
        logs.append(log, 2, 1);
        log.sync();
        List<String> before = directory.list();

        assertThrows(StoreFailedException.class, log::close);

        assertEquals(3, asked.size());
        assertEquals(before, directory.list());
        Logs.Checker checker = logs.checker();
        assertFalse(
                WriteAheadLog.replay(directory, Logs.options(SMALL, 0), checker).closed());
        assertEquals(6, checker.last());
    }

    @Test
    void opensWithoutWritingWhenItWasClosed() {
        WriteAheadLog.create(directory, Logs.options(SMALL, 1)).close();
        List<String> before = directory.list();

        WriteAheadLog.open(directory, Logs.options(SMALL, 2), logs.checker()).close();

        assertEquals(before, directory.list());
    }

    @Test
    void rewritesTheTailOfALogThatWasNotClosed() {
        WriteAheadLog abandoned = WriteAheadLog.create(directory, Logs.options(SMALL, 1));
        logs.append(abandoned, 2, 1);
        abandoned.sync();
        logs.append(abandoned, 2, 1);
        abandoned.sync();

        Logs.Checker checker = logs.checker();
        try (WriteAheadLog log = WriteAheadLog.open(directory, Logs.options(SMALL, 2), checker)) {
            assertEquals(4, checker.last());
            assertEquals(2, log.report().durableLsn());
            assertEquals(1, log.report().rewrittenFrames());
            assertEquals(2, log.segments());
        }

        Logs.Checker again = logs.checker();
        ReplayReport report = WriteAheadLog.replay(directory, Logs.options(SMALL, 3), again);
        assertEquals(4, again.last());
        assertEquals(4, report.durableLsn());
    }

    @Test
    void keepsAGiantRecordInASegmentOfItsOwn() {
        byte[] giant = new byte[3 << 20];
        new Random(5).nextBytes(giant);
        try (WriteAheadLog log = WriteAheadLog.create(directory, Logs.options(SMALL, 1))) {
            logs.append(log, 1, 1);
            Frame frame = log.frame().begin(2);
            assertTrue(frame.fits(giant.length));
            frame.add(9, 1, ByteBuffer.wrap(giant));
            assertFalse(frame.fits(0), "a giant record shares its frame with nobody");
            log.append(frame);
            log.append(small(log));
        }

        List<byte[]> payloads = new ArrayList<>();
        WriteAheadLog.replay(directory, Logs.options(SMALL, 1), (lsn, type, flags, payload) -> {
            byte[] bytes = new byte[payload.remaining()];
            payload.get(bytes);
            payloads.add(bytes);
        });
        assertEquals(3, payloads.size());
        assertArrayEquals(giant, payloads.get(1));
    }

    @Test
    void takesARecordOfTheGreatestPayload() {
        try (WriteAheadLog log = WriteAheadLog.create(directory, Logs.options(SMALL, 1))) {
            Frame frame = log.frame().begin(1);
            assertFalse(frame.fits(LogLimits.RECORD_PAYLOAD_BYTES_MAX + 1));
            ByteBuffer payload = frame.reserve(1, 0, LogLimits.RECORD_PAYLOAD_BYTES_MAX);
            payload.putLong(payload.position(), 1).putLong(payload.limit() - 8, 2);
            log.append(frame);
        }

        List<Integer> sizes = new ArrayList<>();
        WriteAheadLog.replay(directory, Logs.options(SMALL, 1), (lsn, type, flags, payload) -> {
            sizes.add(payload.remaining());
            assertEquals(1, payload.getLong(payload.position()));
            assertEquals(2, payload.getLong(payload.limit() - 8));
        });
        assertEquals(List.of(LogLimits.RECORD_PAYLOAD_BYTES_MAX), sizes);
    }

    @Test
    void usesTheSegmentMadeAhead() {
        try (WriteAheadLog log = WriteAheadLog.create(directory, Logs.options(SMALL, 1))) {
            log.prepare();
            assertTrue(directory.exists("wal-0000000002.tmp"));
            while (log.segments() < 3) {
                logs.append(log, 2, 1);
            }
            log.prepare();
        }
        assertEquals(List.of("wal-0000000001", "wal-0000000002", "wal-0000000003"), directory.list());
    }

    @Test
    void refusesAFrameThatDoesNotContinueTheLog() {
        try (WriteAheadLog log = WriteAheadLog.create(directory, Logs.options(SMALL, 1))) {
            Frame empty = log.frame().begin(1);
            assertThrows(IllegalArgumentException.class, () -> log.append(empty));
            Frame ahead = log.frame().begin(2);
            ahead.add(1, 0, ByteBuffer.allocate(3));
            assertThrows(IllegalArgumentException.class, () -> log.append(ahead));
        }
    }

    @Test
    void refusesTheLogOfAnotherStore() {
        WriteAheadLog.create(directory, Logs.options(SMALL, 1)).close();
        LogOptions other = LogOptions.of(new UUID(1, 2));

        assertThrows(CorruptWalException.class, () -> WriteAheadLog.open(directory, other, logs.checker()));
    }

    @Test
    void refusesToCreateOverRecords() {
        try (WriteAheadLog log = WriteAheadLog.create(directory, Logs.options(SMALL, 1))) {
            logs.append(log, 1, 1);
        }

        assertThrows(NotAStoreException.class, () -> WriteAheadLog.create(directory, Logs.options(SMALL, 2)));
    }

    @Test
    void createsOverACreationThatWasCutOff() {
        // Not closed: as if the process had died between the log's creation and the store's.
        WriteAheadLog.create(directory, Logs.options(SMALL, 1));
        directory.create("wal-0000000002.tmp").close();

        try (WriteAheadLog log = WriteAheadLog.create(directory, Logs.options(SMALL, 2))) {
            logs.append(log, 1, 1);
        }
        assertEquals(List.of("wal-0000000001"), directory.list());
    }

    @Test
    void syncsBesideTheWriter() throws Exception {
        WriteAheadLog log = WriteAheadLog.create(directory, Logs.options(SMALL, 1));
        AtomicLong acknowledged = new AtomicLong();
        AtomicBoolean done = new AtomicBoolean();
        FutureTask<Long> syncing = new FutureTask<>(() -> {
            long rounds = 0;
            while (!done.get()) {
                log.sync();
                log.prepare();
                acknowledged.set(log.syncedLsn());
                assertTrue(log.verify((lsn, type, flags, payload) -> {}).clean());
                rounds++;
            }
            return rounds;
        });
        Thread.ofPlatform().start(syncing);
        for (int i = 0; i < 300; i++) {
            logs.append(log, 1 + i % 9, 1);
        }
        done.set(true);
        assertTrue(syncing.get() > 0);

        // Neither synced at the end nor closed: what was acknowledged is there.
        Logs.Checker checker = logs.checker();
        WriteAheadLog.replay(directory, Logs.options(SMALL, 2), checker);
        assertTrue(checker.last() >= acknowledged.get());
        assertEquals(logs.last(), checker.last());
        log.close();
    }

    @Test
    void isClosedAfterClose() {
        WriteAheadLog log = WriteAheadLog.create(directory, Logs.options(SMALL, 1));
        log.close();
        log.close();

        assertThrows(IllegalStateException.class, log::sync);
        assertThrows(IllegalStateException.class, () -> logs.append(log, 1, 1));
    }

    private static Frame small(WriteAheadLog log) {
        Frame frame = log.frame().begin(3);
        frame.add(1, 0, ByteBuffer.allocate(8));
        return frame;
    }
}
