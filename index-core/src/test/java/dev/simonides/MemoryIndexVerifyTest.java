// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.Access;
import dev.simonides.wal.Durability;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StorageFile;
import dev.simonides.wal.WriteOutcomeUnknownException;
import dev.simonides.wal.simulation.Fault;
import dev.simonides.wal.simulation.FaultyDirectory;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Verifying finds what is wrong, and nothing where nothing is. */
class MemoryIndexVerifyTest {
    private static final int DIMENSION = 16;
    private static final MemoryIndexOptions OPTIONS =
            MemoryIndexOptions.ofDimension(DIMENSION).exactScanMax(0).durability(new Durability.None());

    @TempDir
    private Path directory;

    private static Memory memory(int i) {
        return Memory.of("key-" + i, Vectors.gaussian(i, DIMENSION)).text("text " + i);
    }

    private static void fill(MemoryIndex index) {
        for (int batch = 0; batch < 10; batch++) {
            List<Memory> memories = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                memories.add(memory(batch * 70 + i).tenant("tenant-" + batch % 2));
            }
            index.putAll(memories);
        }
        for (int i = 0; i < 50; i++) {
            assertTrue(index.delete("tenant-0", "key-" + i));
        }
        index.awaitLinked(ProgressListener.SILENT);
    }

    @Test
    void aGoodStoreIsClean() {
        try (MemoryIndex index = MemoryIndex.open(directory, OPTIONS)) {
            fill(index);

            VerifyReport report = index.verify(ProgressListener.SILENT);

            assertEquals(List.of(), report.findings());
            assertTrue(report.clean());
            assertEquals(1_000, report.vectorsChecked());
            assertTrue(report.linksChecked() > 1_000, "links " + report.linksChecked());
            assertTrue(report.framesChecked() >= 60, "frames " + report.framesChecked());
        }
    }

    @Test
    void aFlippedByteOfTheLogIsFound() throws IOException {
        long seed = 21;
        Random random = new Random(seed);
        try (MemoryIndex index = MemoryIndex.open(directory, OPTIONS)) {
            fill(index);
            index.flush();
            Path log;
            try (Stream<Path> files = Files.list(directory)) {
                log = files.filter(file -> file.getFileName().toString().startsWith("wal-"))
                        .findFirst()
                        .orElseThrow();
            }
            byte[] whole = Files.readAllBytes(log);
            int used = (int) index.stats().logBytes();
            for (int round = 0; round < 10; round++) {
                byte[] damaged = whole.clone();
                // Behind the header: the frames that hold the records.
                int at = 4096 + random.nextInt(used - 8192);
                damaged[at] ^= (byte) (1 << random.nextInt(8));
                Files.write(log, damaged);

                VerifyReport report = index.verify(ProgressListener.SILENT);

                assertFalse(report.clean(), "seed=" + seed + ", flipped byte " + at);
                assertTrue(report.findings().getFirst().contains("wal-"), report.findings()::toString);
            }
            Files.write(log, whole);
            assertTrue(index.verify(ProgressListener.SILENT).clean(), "mended");
        }
    }

    @Test
    void aLostLogIsFound() throws IOException {
        try (MemoryIndex index = MemoryIndex.open(directory, OPTIONS)) {
            fill(index);
            index.flush();
            Path log = directory.resolve("wal-0000000001");
            byte[] whole = Files.readAllBytes(log);
            byte[] cut = whole.clone();
            java.util.Arrays.fill(cut, 20_480, cut.length, (byte) 0);
            Files.write(log, cut);

            VerifyReport report = index.verify(ProgressListener.SILENT);

            assertFalse(report.clean());
            assertTrue(report.findings().toString().contains("the log ends at LSN"), report.findings()::toString);
            Files.write(log, whole);
        }
    }

    @Test
    void aDamagedStoreIsNotOpenedAndSaysWhere() throws IOException {
        try (MemoryIndex index = MemoryIndex.open(directory, OPTIONS)) {
            fill(index);
        }
        Path log = directory.resolve("wal-0000000001");
        byte[] bytes = Files.readAllBytes(log);
        bytes[10_000] ^= 1;
        Files.write(log, bytes);

        StorageException damage = assertThrows(StorageException.class, () -> MemoryIndex.open(directory));

        assertTrue(damage instanceof dev.simonides.wal.CorruptWalException, () -> "was " + damage);
        assertTrue(damage.file().contains("wal-0000000001"), damage::getMessage);
        bytes[10_000] ^= 1;
        Files.write(log, bytes);
        MemoryIndex.open(directory).close();
    }

    @Test
    void verifyingBesideWritersAndIndexersFindsNothing() throws InterruptedException {
        long seed = 33;
        try (MemoryIndex index = MemoryIndex.open(directory, OPTIONS.pendingMax(200))) {
            AtomicBoolean stop = new AtomicBoolean();
            Thread writer = Thread.ofPlatform().start(() -> {
                Random random = new Random(seed);
                while (!stop.get()) {
                    int i = random.nextInt(500);
                    if (random.nextInt(4) == 0) {
                        index.delete("", "key-" + i);
                    } else {
                        index.put(memory(i));
                    }
                }
            });
            try {
                while (index.stats().lastLsn() < 200) {
                    Thread.onSpinWait();
                }
                for (int round = 0; round < 15; round++) {
                    VerifyReport report = index.verify(ProgressListener.SILENT);
                    assertEquals(List.of(), report.findings(), "seed=" + seed + ", round=" + round);
                }
            } finally {
                stop.set(true);
                writer.join();
            }
        }
    }

    @Test
    void aStoreThatHasFailedIsVerified() {
        MemoryIndexOptions options = OPTIONS.durability(new Durability.Group());
        FaultyDirectory counting = new FaultyDirectory(SimulatedDirectory.empty(), Fault.none());
        int first;
        try (MemoryIndex index = MemoryIndex.open(counting, options)) {
            index.put(memory(1));
            first = counting.operations();
        }
        SimulatedDirectory disk = SimulatedDirectory.empty();
        FaultyDirectory medium = new FaultyDirectory(disk, Fault.once(first + 1, Fault.Kind.LOST_SYNC));
        try (MemoryIndex index = MemoryIndex.open(medium, options)) {
            index.put(memory(1));
            assertThrows(WriteOutcomeUnknownException.class, () -> index.put(memory(2)));
            assertEquals(StoreState.FAILED, index.state());

            VerifyReport report = index.verify(ProgressListener.SILENT);
            assertEquals(List.of(), report.findings());
            assertEquals(1, report.vectorsChecked());
            assertTrue(report.framesChecked() >= 1, report::toString);

            try (StorageFile log = disk.open("wal-0000000001", Access.READ_WRITE)) {
                log.writeFully(ByteBuffer.wrap(new byte[] {0x55}), 4096 + 100);
            }
            report = index.verify(ProgressListener.SILENT);
            assertTrue(report.findings().toString().contains("wal-0000000001"), report::toString);
        }
    }

    /** To be compared with memory a checkpoint is loaded beside it, which takes the memory once more. */
    @Test
    void whatTheBudgetHasNoRoomForIsNotCalledChecked() {
        SimulatedDirectory disk = SimulatedDirectory.empty();
        long used;
        try (MemoryIndex index = MemoryIndex.open(disk, OPTIONS)) {
            fill(index);
            index.checkpoint();
            used = index.stats().offHeapBytes();
        }
        for (boolean room : new boolean[] {true, false}) {
            MemoryIndexOptions options =
                    OPTIONS.residency(Residency.RESIDENT).memoryBudgetBytes(room ? 3 * used : used + used / 2);
            try (MemoryIndex index = MemoryIndex.open(disk, options)) {
                VerifyReport report = index.verify(ProgressListener.SILENT);

                assertEquals(List.of(), report.findings());
                assertEquals(room ? 0 : 1, report.unchecked().size(), report::toString);
                assertTrue(
                        room || report.unchecked().getFirst().contains("not compared with memory"), report::toString);
                assertTrue(room || report.unchecked().getFirst().contains("memoryBudgetBytes"), report::toString);
            }
        }
    }

    /** Adding its generator polynomial to bytes leaves their CRC32C as it is, so opening has to believe them. */
    @Test
    void anotherFileWithTheSameChecksumsIsFound() {
        String text = "nothing but the truth";
        long polynomial = 1 | (0x82F63B78L << 1);
        SimulatedDirectory disk = SimulatedDirectory.empty();
        try (MemoryIndex index = MemoryIndex.open(disk, OPTIONS)) {
            index.put(Memory.of("key", Vectors.gaussian(1, DIMENSION)).text(text));
            index.checkpoint();
        }
        String blob = disk.list().stream()
                .filter(name -> name.startsWith("blob-"))
                .findFirst()
                .orElseThrow();
        byte[] bytes = disk.content(blob);
        int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
        for (int i = 0; i < 5; i++) {
            bytes[at + i] ^= (byte) (polynomial >>> (8 * i));
        }

        try (MemoryIndex index = MemoryIndex.open(disk.with(blob, bytes), OPTIONS)) {
            assertNotEquals(text, index.get("key").orElseThrow().text());
            List<String> findings = index.verify(ProgressListener.SILENT).findings();
            assertEquals(1, findings.size(), findings::toString);
            assertTrue(findings.getFirst().contains("SHA-256"), findings::toString);
            assertTrue(findings.getFirst().contains(blob), findings::toString);
        }
    }

    /** What a medium refused to remove costs room, and is told of; what belongs to somebody else is not. */
    @Test
    void aFileThatNothingNeedsIsFound() throws IOException {
        try (MemoryIndex index = MemoryIndex.open(directory, OPTIONS)) {
            for (int i = 0; i < 4; i++) {
                index.put(memory(i));
                index.checkpoint();
            }
            Files.writeString(directory.resolve("notes.txt"), "of somebody else");
            Files.writeString(directory.resolve("vec-12"), "not a name that a store gives");
            assertEquals(List.of(), index.verify(ProgressListener.SILENT).findings());

            for (String name : List.of(
                    "MANIFEST-0000000009.tmp",
                    "STORE.tmp",
                    "blob-0000000001",
                    "graph-0000000091",
                    "graphd-0000000092",
                    "meta-0000000093",
                    "vec-0000000094",
                    "wal-0000000001",
                    "wal-0000000002.tmp")) {
                Path file = Files.createFile(directory.resolve(name));
                List<String> findings = index.verify(ProgressListener.SILENT).findings();
                assertEquals(1, findings.size(), () -> name + ": " + findings);
                assertTrue(findings.getFirst().contains(name + ": nothing needs this file"), findings::toString);
                try (MemoryIndex reader = MemoryIndex.openReadOnly(directory)) {
                    assertTrue(reader.verify(ProgressListener.SILENT).clean(), "who only reads leaves it alone");
                }
                Files.delete(file);
            }
            assertEquals(List.of(), index.verify(ProgressListener.SILENT).findings());
        }
    }
}
