// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.Access;
import dev.simonides.wal.LogOptions;
import dev.simonides.wal.NotAStoreException;
import dev.simonides.wal.StorageFile;
import dev.simonides.wal.StoreReadOnlyException;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store opened for reading sees everything, or beside a writer its last checkpoint, and changes nothing. */
class ReadOnlyTest {
    private static final MemoryIndexOptions OPTIONS =
            MemoryIndexOptions.ofDimension(Ledger.DIMENSION).exactScanMax(0).indexerThreads(1);

    private final SimulatedDirectory disk = SimulatedDirectory.empty();

    @TempDir
    private Path temporary;

    private static LogOptions smallLog(LogOptions log) {
        return log.segmentBytes(16 << 10).salts(new Random(3));
    }

    private MemoryIndex openToWrite() {
        return MemoryIndex.open(disk, OPTIONS, ReadOnlyTest::smallLog);
    }

    private static MemoryIndex openToRead(SimulatedDirectory directory) {
        return MemoryIndex.openReadOnly(directory, OPTIONS, ReadOnlyTest::smallLog);
    }

    @Test
    void seesCheckpointAndLogWhereNobodyWrites() {
        try (MemoryIndex index = openToWrite()) {
            index.put(Ledger.memory("a", "1"));
            assertEquals(1, index.checkpoint());
            index.put(Ledger.memory("b", "2"));
            index.flush();

            SimulatedDirectory killed = disk.afterKill();
            List<String> names = killed.list();
            try (MemoryIndex reader = openToRead(killed)) {
                assertEquals(Map.of("a", "1", "b", "2"), Ledger.contents(reader));
                assertEquals(1, reader.recovery().generation());
                assertEquals(1, reader.recovery().replayed());
                assertEquals(StoreState.READ_ONLY, reader.state());
                reader.awaitLinked(ProgressListener.SILENT);
            }
            assertEquals(names, killed.list());
            assertEquals(0, killed.operations());
        }
    }

    @Test
    void seesTheLastCheckpointBesideAWriter() {
        try (MemoryIndex index = openToWrite()) {
            try (MemoryIndex reader = openToRead(disk)) {
                assertEquals(Map.of(), Ledger.contents(reader));
            }
            index.put(Ledger.memory("a", "1"));
            assertEquals(1, index.checkpoint());
            index.put(Ledger.memory("b", "2"));
            try (MemoryIndex reader = openToRead(disk)) {
                assertEquals(Map.of("a", "1"), Ledger.contents(reader));
                index.put(Ledger.memory("a", "3"));
                assertEquals(3, index.checkpoint());
                index.put(Ledger.memory("a", "4"));
                assertEquals(4, index.checkpoint());
                assertEquals(Map.of("a", "1"), Ledger.contents(reader), "what it opened, it keeps");
            }
        }
    }

    @Test
    void refusesEveryWrite() {
        openToWrite().close();
        try (MemoryIndex reader = openToRead(disk)) {
            Memory memory = Ledger.memory("a", "1");
            assertThrows(StoreReadOnlyException.class, () -> reader.put(memory));
            assertThrows(StoreReadOnlyException.class, () -> reader.putAll(List.of(memory)));
            assertThrows(StoreReadOnlyException.class, () -> reader.submit(memory));
            assertThrows(StoreReadOnlyException.class, () -> reader.delete("", "a"));
            assertThrows(StoreReadOnlyException.class, reader::flush);
            assertThrows(StoreReadOnlyException.class, reader::checkpoint);
        }
    }

    @Test
    void looksAgainWhereAWriterRemovedWhatItWasReading() {
        try (MemoryIndex index = openToWrite()) {
            index.put(Ledger.memory("a", "1"));
            assertEquals(1, index.checkpoint());
            StepDirectory overtaken = new StepDirectory(disk, new StepDirectory.Steps() {
                private boolean done;

                @Override
                public void before(String step) {
                    if (step.equals("open vec") && !done) {
                        done = true;
                        for (int i = 2; i <= 12; i++) {
                            index.put(Ledger.memory("a", "" + i));
                            assertEquals(i, index.checkpoint());
                        }
                    }
                }
            });

            try (MemoryIndex reader = MemoryIndex.openReadOnly(overtaken, OPTIONS, ReadOnlyTest::smallLog)) {
                assertEquals(Map.of("a", "12"), Ledger.contents(reader));
                assertEquals(12, reader.recovery().generation());
            }
        }
    }

    @Test
    void verifiesTheLogWhereNobodyWrites() {
        try (MemoryIndex index = openToWrite()) {
            index.put(Ledger.memory("a", "1"));
            assertEquals(1, index.checkpoint());
            index.put(Ledger.memory("b", "2"));
            index.put(Ledger.memory("c", "3"));
            SimulatedDirectory killed = disk.afterKill();
            try (MemoryIndex reader = openToRead(killed)) {
                VerifyReport report = reader.verify(ProgressListener.SILENT);
                assertEquals(List.of(), report.findings());
                assertEquals(2, report.framesChecked());
                assertEquals(List.of(), report.unchecked());

                overwrite(killed, "wal-0000000002", 2 * 4096 + 100);
                assertTrue(reader.verify(ProgressListener.SILENT)
                        .findings()
                        .toString()
                        .contains("wal-0000000002"));
            }
        }
    }

    @Test
    void verifiesTheFilesBesideAWriter() {
        try (MemoryIndex index = openToWrite()) {
            index.put(Ledger.memory("a", "1"));
            assertEquals(1, index.checkpoint());
            index.put(Ledger.memory("b", "2"));
            try (MemoryIndex reader = openToRead(disk)) {
                VerifyReport report = reader.verify(ProgressListener.SILENT);
                assertEquals(List.of(), report.findings());
                assertEquals(0, report.framesChecked(), "the log is the writer's");
                assertTrue(report.unchecked().toString().contains("the log was not checked"), report::toString);
                assertTrue(report.filesChecked() >= 4, report::toString);

                overwrite(disk, "blob-0000000003", 4096 + 1);
                assertTrue(reader.verify(ProgressListener.SILENT)
                        .findings()
                        .toString()
                        .contains("blob-0000000003"));
            }
        }
    }

    @Test
    void takesForNoDamageWhatAWriterRemovesMeanwhile() {
        try (MemoryIndex index = openToWrite()) {
            index.put(Ledger.memory("a", "1"));
            assertEquals(1, index.checkpoint());
            for (int before = 1; before <= 6; before++) {
                AtomicInteger opensLeft = new AtomicInteger();
                StepDirectory overtaken = new StepDirectory(disk, new StepDirectory.Steps() {
                    @Override
                    public void before(String step) {
                        if (step.startsWith("open") && opensLeft.getAndDecrement() == 1) {
                            for (int i = 0; i < 3; i++) {
                                index.put(Ledger.memory("b", "again"));
                                assertTrue(index.checkpoint() > 0);
                            }
                        }
                    }
                });
                try (MemoryIndex reader = MemoryIndex.openReadOnly(overtaken, OPTIONS, ReadOnlyTest::smallLog)) {
                    opensLeft.set(before);
                    VerifyReport report = reader.verify(ProgressListener.SILENT);
                    assertEquals(List.of(), report.findings(), "before " + before);
                    assertTrue(opensLeft.get() < 1, "a checkpoint came before " + before);
                }
            }
        }
    }

    private static void overwrite(SimulatedDirectory directory, String name, long at) {
        try (StorageFile file = directory.open(name, Access.READ_WRITE)) {
            file.writeFully(ByteBuffer.wrap(new byte[] {0x55}), at);
        }
    }

    /** Then nothing tells that somebody was here: neither the lock nor another generation. */
    @Test
    void looksAgainWhereAWriterCameAndWentWhileTheLogWasRead() {
        try (MemoryIndex index = openToWrite()) {
            index.put(Ledger.memory("a", "1"));
            SimulatedDirectory killed = disk.afterKill();
            for (int before = 1; before <= 8; before++) {
                int steps = before;
                SimulatedDirectory left = killed.afterKill();
                StepDirectory overtaken = new StepDirectory(left, new StepDirectory.Steps() {
                    private int opened;

                    @Override
                    public void before(String step) {
                        if (step.equals("open wal") && ++opened == steps) {
                            try (MemoryIndex writer = MemoryIndex.open(left, OPTIONS, ReadOnlyTest::smallLog)) {
                                writer.put(Ledger.memory("b", "2"));
                            }
                        }
                    }
                });

                try (MemoryIndex reader = MemoryIndex.openReadOnly(overtaken, OPTIONS, ReadOnlyTest::smallLog)) {
                    Map<String, String> contents = Ledger.contents(reader);
                    assertTrue(Map.of("a", "1", "b", "2").entrySet().containsAll(contents.entrySet()));
                    assertEquals("1", contents.get("a"), "before " + before);
                }
            }
        }
    }

    @Test
    void needsNoPermissionToWrite() throws IOException {
        Path store = temporary.resolve("store");
        try (MemoryIndex index = MemoryIndex.create(store, OPTIONS)) {
            index.put(Ledger.memory("a", "1"));
            assertEquals(1, index.checkpoint());
            index.put(Ledger.memory("b", "2"));
            try (MemoryIndex reader = MemoryIndex.openReadOnly(store)) {
                assertEquals(Map.of("a", "1"), Ledger.contents(reader));
            }
            index.put(Ledger.memory("c", "3"));
        }
        Files.delete(store.resolve("LOCK"));
        byte[] before = digest(store);
        Files.setPosixFilePermissions(store, PosixFilePermissions.fromString("r-x------"));
        try (MemoryIndex reader = MemoryIndex.openReadOnly(store)) {
            assertEquals(3, Ledger.contents(reader).size());
        } finally {
            Files.setPosixFilePermissions(store, PosixFilePermissions.fromString("rwx------"));
        }
        assertArrayEquals(before, digest(store));
        assertTrue(Files.notExists(store.resolve("LOCK")));
    }

    private static byte[] digest(Path store) throws IOException {
        StringBuilder text = new StringBuilder();
        try (Stream<Path> files = Files.list(store)) {
            for (Path file : files.sorted().toList()) {
                text.append(file.getFileName())
                        .append(Files.getLastModifiedTime(file))
                        .append(Files.size(file))
                        .append('\n');
            }
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void refusesWhatIsNoStore() {
        assertThrows(NotAStoreException.class, () -> openToRead(SimulatedDirectory.empty()));
    }
}
