// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.simulation.SimulatedDirectory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealedFileTest {
    private static final String NAME = "vec-0000000007";
    private static final SealedFileId ID = new SealedFileId(Logs.STORE, 7, 1);
    private static final byte[] CONTENTS = {1, 2, 3, 4, 5};

    @TempDir
    private Path temporary;

    private final SimulatedDirectory disk = SimulatedDirectory.empty();

    @Test
    void readsBackWhatWasWritten() throws IOException, NoSuchAlgorithmException {
        Path path = temporary.resolve("store");
        byte[] data = bytes(3 << 20, 1);
        try (FileSystemDirectory directory = FileSystemDirectory.create(path)) {
            SealedFileSummary summary = write(directory, data);

            byte[] file = Files.readAllBytes(path.resolve(NAME));
            assertEquals(file.length, summary.bytes());
            assertEquals(
                    HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(file)),
                    summary.sha256());
            assertEquals(
                    PosixFilePermissions.fromString("r--------"), Files.getPosixFilePermissions(path.resolve(NAME)));
            try (SealedFile opened = SealedFile.open(directory, NAME, ID, summary);
                    Arena arena = Arena.ofConfined()) {
                assertEquals((3 << 20) + 64, opened.dataBytes());
                assertEquals(49, opened.blocks());
                assertEquals(3 << 20, opened.contentsOffset());
                assertEquals(ByteBuffer.wrap(CONTENTS), opened.contents());
                opened.verify(done -> assertTrue(done <= file.length));
                MemorySegment all = arena.allocate(data.length);
                opened.read(all, 0, 0, data.length);
                assertArrayEquals(data, all.toArray(ValueLayout.JAVA_BYTE));
                MemorySegment mapped = opened.map(arena);
                assertEquals(opened.dataBytes(), mapped.byteSize());
                assertEquals(-1, all.mismatch(mapped.asSlice(0, data.length)));
            }
        }
    }

    @Test
    void alignsWithZeros() {
        byte[] zeros = new byte[10_000];
        SealedFileSummary summary;
        try (SealedFileWriter writer = SealedFileWriter.create(disk, NAME, ID)) {
            writer.write(MemorySegment.ofArray(new byte[] {9}), 0, 1);
            writer.align(8192);
            assertEquals(8192, writer.position());
            writer.align(8192);
            assertEquals(8192, writer.position());
            assertThrows(IllegalArgumentException.class, () -> writer.align(24));
            summary = writer.finish(ByteBuffer.allocate(0));
        }
        try (SealedFile file = SealedFile.open(disk, NAME, ID, summary)) {
            byte[] data = new byte[8192];
            file.read(MemorySegment.ofArray(data), 0, 0, 8192);
            zeros[0] = 9;
            assertArrayEquals(Arrays.copyOf(zeros, 8192), data);
            assertEquals(0, file.contents().remaining());
        }
    }

    @Test
    void keepsAnEmptyFile() {
        SealedFileSummary summary;
        try (SealedFileWriter writer = SealedFileWriter.create(disk, NAME, ID)) {
            summary = writer.finish(ByteBuffer.allocate(0));
        }
        assertEquals(4096 + 64, summary.bytes());
        try (SealedFile file = SealedFile.open(disk, NAME, ID, summary);
                Arena arena = Arena.ofConfined()) {
            assertEquals(0, file.dataBytes());
            assertEquals(0, file.blocks());
            assertEquals(0, file.contents().remaining());
            assertEquals(0, file.map(arena).byteSize());
            file.verify(done -> {});
            assertThrows(IndexOutOfBoundsException.class, () -> file.verifyBlock(0));
        }
    }

    @Test
    void isDurableButForItsName() {
        SealedFileSummary summary = write(disk, bytes(100_000, 1));
        disk.sync();

        SimulatedDirectory after = disk.afterKill();
        SealedFile.open(after, NAME, ID, summary).close();
    }

    @Test
    void removesWhatIsNotFinished() {
        try (SealedFileWriter writer = SealedFileWriter.create(disk, NAME, ID)) {
            writer.write(MemorySegment.ofArray(bytes(2 << 20, 1)), 0, 2 << 20);
            assertTrue(disk.exists(NAME));
        }
        assertFalse(disk.exists(NAME));
        assertEquals(0, disk.openFiles());

        SealedFileWriter given = SealedFileWriter.create(disk, NAME, ID);
        given.abandon();
        given.abandon();
        assertFalse(disk.exists(NAME));
        assertThrows(IllegalStateException.class, () -> given.align(64));
    }

    @Test
    void keepsWhatIsFinished() {
        SealedFileWriter writer = SealedFileWriter.create(disk, NAME, ID);
        writer.finish(ByteBuffer.wrap(CONTENTS));
        writer.abandon();
        assertTrue(disk.exists(NAME));
        assertEquals(0, disk.openFiles());
        assertThrows(IllegalStateException.class, () -> writer.finish(ByteBuffer.wrap(CONTENTS)));
    }

    @Test
    void refusesTheWrongFile() {
        byte[] data = bytes(70_000, 1);
        SealedFileSummary summary = write(disk, data);
        List<SealedFileId> others = List.of(
                new SealedFileId(new UUID(1, 2), 7, 1),
                new SealedFileId(Logs.STORE, 8, 1),
                new SealedFileId(Logs.STORE, 7, 2));
        for (SealedFileId other : others) {
            assertThrows(CorruptSegmentException.class, () -> SealedFile.open(disk, NAME, other, summary));
        }
        // A valid file of that identity that is stale: one byte differs, the size is the same.
        data[69_999]++;
        SimulatedDirectory elsewhere = SimulatedDirectory.empty();
        write(elsewhere, data);
        SimulatedDirectory stale = disk.with(NAME, elsewhere.content(NAME));
        CorruptSegmentException refusal =
                assertThrows(CorruptSegmentException.class, () -> SealedFile.open(stale, NAME, ID, summary));
        assertEquals(NAME, refusal.file());
        assertThrows(CorruptSegmentException.class, () -> SealedFile.open(disk.without(NAME), NAME, ID, summary));
        assertEquals(0, disk.openFiles());
    }

    @Test
    void refusesABlockInAnothersPlace() {
        SealedFileSummary summary = write(disk, bytes(4 * 65_536, 1));
        byte[] swapped = disk.content(NAME);
        System.arraycopy(disk.content(NAME), 4096, swapped, 4096 + 65_536, 65_536);
        System.arraycopy(disk.content(NAME), 4096 + 65_536, swapped, 4096, 65_536);
        try (SealedFile file = SealedFile.open(disk.with(NAME, swapped), NAME, ID, summary)) {
            assertEquals(
                    4096,
                    assertThrows(CorruptSegmentException.class, () -> file.verifyBlock(0))
                            .offset());
            assertThrows(CorruptSegmentException.class, () -> file.verifyBlock(1));
            file.verifyBlock(2);
        }
    }

    /** So that a block in another's place is noticed even if its checksum went there with it. */
    @Test
    void givesEqualBlocksDifferentChecksums() {
        write(disk, new byte[3 * 65_536]);
        ByteBuffer table = ByteBuffer.wrap(disk.content(NAME), 4096 + 3 * 65_536 + 64, 12);
        assertEquals(3, Stream.generate(table::getInt).limit(3).distinct().count());
    }

    @Test
    void readsWhatIsWholeBesideADamagedBlock() {
        byte[] data = bytes(4 * 65_536, 1);
        SealedFileSummary summary = write(disk, data);
        byte[] damaged = disk.content(NAME);
        damaged[4096 + 65_536 + 17]++;
        try (SealedFile file = SealedFile.open(disk.with(NAME, damaged), NAME, ID, summary)) {
            byte[] part = new byte[65_536];
            file.read(MemorySegment.ofArray(part), 0, 2 * 65_536, 65_536);
            assertArrayEquals(Arrays.copyOfRange(data, 2 * 65_536, 3 * 65_536), part);
            // The bytes asked for are right, but their block is not.
            assertThrows(
                    CorruptSegmentException.class, () -> file.read(MemorySegment.ofArray(part), 0, 65_536 + 100, 10));
            assertThrows(
                    CorruptSegmentException.class, () -> file.read(MemorySegment.ofArray(part), 0, 65_536, 65_536));
            assertThrows(CorruptSegmentException.class, () -> file.verify(done -> {}));
        }
    }

    @Test
    void refusesRangesOutsideTheData() {
        SealedFileSummary summary = write(disk, bytes(100, 1));
        byte[] target = new byte[1000];
        try (SealedFile file = SealedFile.open(disk, NAME, ID, summary)) {
            MemorySegment into = MemorySegment.ofArray(target);
            assertThrows(IndexOutOfBoundsException.class, () -> file.read(into, 0, 0, 193));
            assertThrows(IndexOutOfBoundsException.class, () -> file.read(into, 0, -1, 1));
            assertThrows(IndexOutOfBoundsException.class, () -> file.read(into, 999, 0, 2));
            assertThrows(IndexOutOfBoundsException.class, () -> file.verifyBlock(1));
        }
    }

    @Test
    void refusesAVersionItDoesNotKnow() {
        SealedFileSummary summary = write(disk, bytes(100, 1));
        byte[] file = disk.content(NAME);
        ByteBuffer header = ByteBuffer.wrap(file).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        header.putShort(SealedFileLayout.VERSION, (short) 2);
        header.putInt(SealedFileLayout.CRC32C, SaltedChecksum.unsalted(header, 0, SealedFileLayout.CRC32C));

        UnsupportedFormatException refusal = assertThrows(
                UnsupportedFormatException.class, () -> SealedFile.open(disk.with(NAME, file), NAME, ID, summary));
        assertEquals(2, refusal.found());
    }

    @Test
    void opensWhatIsLeftOfADamagedFile() {
        byte[] data = bytes(3 * SealedFileLayout.BLOCK_BYTES, 5);
        SealedFileSummary summary = write(disk, data);
        byte[] damaged = disk.content(NAME);
        damaged[40] ^= 1;
        damaged[SealedFileLayout.BYTES + SealedFileLayout.BLOCK_BYTES] ^= 1;
        byte[] longer = Arrays.copyOf(damaged, damaged.length + 7);
        SimulatedDirectory left = disk.with(NAME, longer);

        assertThrows(CorruptSegmentException.class, () -> SealedFile.open(left, NAME, ID, summary));
        try (SealedFile file = SealedFile.openDamaged(left, NAME, ID, Optional.of(summary))) {
            byte[] read = new byte[SealedFileLayout.BLOCK_BYTES];
            file.read(MemorySegment.ofArray(read), 0, 0, read.length);
            assertArrayEquals(Arrays.copyOf(data, read.length), read);
            assertThrows(CorruptSegmentException.class, () -> file.verifyBlock(1));
            file.verifyBlock(2);
            assertEquals(ByteBuffer.wrap(CONTENTS), file.contents());
        }
        try (SealedFile file = SealedFile.openDamaged(disk.with(NAME, damaged), NAME, ID, Optional.empty())) {
            file.verifyBlock(0);
            assertThrows(CorruptSegmentException.class, () -> file.verifyBlock(1));
        }
        assertEquals(0, left.openFiles());
    }

    @Test
    void believesNothingOfAFileWithoutItsEnd() {
        SealedFileSummary summary = write(disk, bytes(100_000, 6));
        byte[] content = disk.content(NAME);
        int tableAt = content.length - 2 * SealedFooterLayout.BYTES;
        for (Optional<SealedFileSummary> expected :
                List.of(Optional.of(summary), Optional.<SealedFileSummary>empty())) {
            for (int at = tableAt; at < content.length; at++) {
                byte[] damaged = content.clone();
                damaged[at] ^= 0x10;
                assertLeavesNothing(damaged, ID, expected);
            }
            for (int length : new int[] {0, 1, 4159, 4160, tableAt, content.length - 1}) {
                assertLeavesNothing(Arrays.copyOf(content, length), ID, expected);
            }
            assertLeavesNothing(content, new SealedFileId(Logs.STORE, 8, 1), expected);
            assertLeavesNothing(content, new SealedFileId(Logs.STORE, 7, 2), expected);
            assertLeavesNothing(content, new SealedFileId(new UUID(1, 2), 7, 1), expected);
        }
        SealedFileSummary other = new SealedFileSummary(summary.bytes(), summary.crc() + 1, summary.sha256());
        assertLeavesNothing(content, ID, Optional.of(other));
        assertThrows(
                CorruptSegmentException.class,
                () -> SealedFile.openDamaged(disk.without(NAME), NAME, ID, Optional.empty()));
    }

    private void assertLeavesNothing(byte[] content, SealedFileId id, Optional<SealedFileSummary> expected) {
        SimulatedDirectory left = disk.with(NAME, content);
        assertThrows(CorruptSegmentException.class, () -> SealedFile.openDamaged(left, NAME, id, expected));
        assertEquals(0, left.openFiles());
    }

    private static SealedFileSummary write(StorageDirectory directory, byte[] data) {
        try (SealedFileWriter writer = SealedFileWriter.create(directory, NAME, ID)) {
            writer.write(MemorySegment.ofArray(data), 0, data.length);
            assertEquals(data.length, writer.position());
            return writer.finish(ByteBuffer.wrap(CONTENTS));
        }
    }

    private static byte[] bytes(int count, long seed) {
        byte[] bytes = new byte[count];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
