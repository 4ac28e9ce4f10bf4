// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.JumpingClock;
import dev.simonides.LogEntry;
import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.StoredLog;
import dev.simonides.core.store.StoreLayout;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.wal.FileSystemDirectory;
import dev.simonides.wal.LogOptions;
import dev.simonides.wal.WriteAheadLog;
import dev.simonides.wal.simulation.CrashModel;
import dev.simonides.wal.simulation.CrashStates;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a write leaves in the log, field by field: who, what, when. */
class LoggedWritesTest {
    private static final long NOW = 1_700_000_000_123L;

    @TempDir
    private Path directory;

    /** A record as it stands in the log. */
    private record Logged(long lsn, int type, int flags, ByteBuffer payload) {}

    private List<Logged> log() throws IOException {
        ByteBuffer store =
                ByteBuffer.wrap(Files.readAllBytes(directory.resolve("STORE"))).order(ByteOrder.LITTLE_ENDIAN);
        UUID storeId = new UUID(store.getLong(StoreLayout.STORE_ID_HIGH), store.getLong(StoreLayout.STORE_ID_LOW));
        assertEquals(NOW, store.getLong(StoreLayout.CREATED_MILLIS));
        List<Logged> records = new ArrayList<>();
        try (FileSystemDirectory opened = FileSystemDirectory.open(directory)) {
            assertTrue(WriteAheadLog.replay(opened, LogOptions.of(storeId), (lsn, type, flags, payload) -> {
                        byte[] copy = new byte[payload.remaining()];
                        payload.get(copy);
                        records.add(new Logged(
                                lsn, type, flags, ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN)));
                    })
                    .closed());
        }
        return records;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void putAndDeleteAreLoggedWithTheTimeOfTheClock() throws IOException {
        MemoryIndexOptions options = MemoryIndexOptions.ofDimension(3)
                .similarity(Similarity.DOT)
                .originals(OriginalFormat.F32)
                .clock(Clock.fixed(Instant.ofEpochMilli(NOW), ZoneOffset.UTC));
        try (MemoryIndex index = MemoryIndex.open(directory, options)) {
            index.put(
                    Memory.of("ä", new float[] {1, -0.5f, 0.25f}).text("first").tenant("t"));
            index.put(Memory.of("b", new float[] {1, 2, 3}));
            index.put(Memory.of("ä", new float[] {4, 5, 6}).tenant("t"));
            assertTrue(index.delete("t", "ä"));
        }

        List<Logged> records = log();

        assertEquals(4, records.size());
        PutRecord first = new PutRecord(records.get(0).payload());
        assertEquals(RecordType.PUT, records.get(0).type());
        assertEquals(0, records.get(0).flags());
        assertEquals(0, first.ordinal());
        assertEquals("t", text(first.tenant()));
        assertEquals("ä", text(first.key()));
        assertEquals(NOW, first.stored().timestampMillis());
        // FORMAT.md's example of a code record, and behind it the original.
        byte[] vector = new byte[24];
        first.bytes().get(first.vectorOffset(), vector);
        ByteBuffer original = ByteBuffer.wrap(vector, 12, 12).order(ByteOrder.LITTLE_ENDIAN);
        assertArrayEquals(
                new float[] {1, -0.5f, 0.25f},
                new float[] {original.getFloat(), original.getFloat(), original.getFloat()});
        assertEquals(
                "first",
                text(java.util.Arrays.copyOfRange(
                        first.bytes().array(), first.vectorOffset() - first.payloadBytes(), first.vectorOffset())));
        assertEquals(0, new PutRecord(records.get(1).payload()).ordinal(), "another tenant counts for itself");
        assertEquals(1, new PutRecord(records.get(2).payload()).ordinal());
        DeleteRecord delete = new DeleteRecord(records.get(3).payload());
        assertEquals(RecordType.DELETE, records.get(3).type());
        assertEquals(4, records.get(3).lsn());
        assertEquals(1, delete.ordinal());
        assertEquals("ä", text(delete.key()));
        assertEquals(NOW, delete.bytes().getLong(DeleteLayout.TIMESTAMP_MILLIS));
    }

    @Test
    void timesNeverGoBackWhateverTheClockDoes() throws IOException {
        JumpingClock clock = new JumpingClock(NOW);
        MemoryIndexOptions options = MemoryIndexOptions.ofDimension(3).clock(clock);
        long hour = 3_600_000;
        for (long jump : new long[] {0, hour, -2 * hour}) {
            try (MemoryIndex index = MemoryIndex.open(directory, options)) {
                clock.jump(jump);
                index.put(Memory.of("a", new float[] {1, 2, 3}));
                assertTrue(index.delete("", "a"));
            }
        }

        List<Long> times = new ArrayList<>();
        for (Logged record : log()) {
            times.add(record.payload()
                    .getLong(
                            record.type() == RecordType.PUT
                                    ? PutLayout.TIMESTAMP_MILLIS
                                    : DeleteLayout.TIMESTAMP_MILLIS));
        }
        assertEquals(List.of(NOW, NOW, NOW + hour, NOW + hour, NOW + hour, NOW + hour), times);
    }

    /** How a store ends before it is opened again. */
    enum End {
        CLOSED,
        KILLED,
        CUT_OFF_FROM_POWER
    }

    /** The latest time is that of a delete, whose memory no checkpoint holds; behind a checkpoint its manifest knows it. */
    @ParameterizedTest
    @EnumSource
    void timesDoNotGoBackFromOneOpeningToTheNext(End end) {
        for (boolean checkpoint : new boolean[] {false, true}) {
            SimulatedDirectory disk = SimulatedDirectory.empty();
            JumpingClock clock = new JumpingClock(NOW);
            MemoryIndexOptions options = MemoryIndexOptions.ofDimension(3).clock(clock);
            long hour = 3_600_000;
            SimulatedDirectory left;
            try (MemoryIndex index = MemoryIndex.open(disk, options)) {
                index.put(Memory.of("a", new float[] {1, 2, 3}));
                clock.jump(hour);
                assertTrue(index.delete("", "a"));
                if (checkpoint) {
                    assertEquals(2, index.checkpoint());
                }
                left = end == End.KILLED
                        ? disk.afterKill()
                        : CrashStates.of(disk, CrashModel.weak(1))
                                .at(disk.operations(), new BitSet())
                                .image();
            }
            left = end == End.CLOSED ? disk : left;

            clock.jump(-2 * hour);
            try (MemoryIndex index = MemoryIndex.open(left, options)) {
                index.put(Memory.of("a", new float[] {1, 2, 3}));
                clock.jump(4 * hour);
                index.put(Memory.of("a", new float[] {1, 2, 3}));
            }

            NavigableMap<Long, Long> times = new TreeMap<>();
            assertEquals(List.of(), StoredLog.read(left, entry -> {
                if (entry instanceof LogEntry.Put put) {
                    times.put(put.lsn(), put.timestampMillis());
                }
            }));
            assertEquals(
                    List.of(NOW + hour, NOW + 3 * hour),
                    List.copyOf(times.tailMap(3L).values()));
        }
    }
}
