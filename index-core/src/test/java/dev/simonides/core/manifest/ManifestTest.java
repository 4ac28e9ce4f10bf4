// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.simonides.wal.Access;
import dev.simonides.wal.CorruptManifestException;
import dev.simonides.wal.LogStart;
import dev.simonides.wal.SealedFileSummary;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StorageFile;
import dev.simonides.wal.UnsupportedFormatException;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A manifest comes back as it was written, and is refused for each reason that docs/FORMAT.md names. */
class ManifestTest {
    private static final UUID ID = new UUID(0x0123_4567_89AB_CDEFL, 0xFEDC_BA98_7654_3210L);
    private static final long GENERATION = 3;
    private static final String NAME = "MANIFEST-0000000003";

    private final SimulatedDirectory disk = SimulatedDirectory.empty();
    private final Manifests manifests = new Manifests(disk, ID);

    private static FileEntry entry(FileKind kind, long id) {
        return new FileEntry(
                kind, id, new SealedFileSummary(4160 + id, (int) (0x8000_0000L + id), "0123456789abcdef".repeat(4)));
    }

    private static Manifest sample() {
        ByteBuffer store = ByteBuffer.allocate(ManifestLayout.STORE_BYTES);
        for (int i = 0; i < store.capacity(); i++) {
            store.put(i, (byte) (i + 1));
        }
        return new Manifest(
                ID,
                GENERATION,
                1_234,
                7,
                12,
                1_700_000_000_000L,
                true,
                new Manifest.Predecessor(2, "fedcba9876543210".repeat(4)),
                store,
                3,
                List.of(entry(FileKind.VECTORS, 11), entry(FileKind.RECORDS, 4), entry(FileKind.GRAPH_DELTA, 9)));
    }

    private void place(ByteBuffer bytes) {
        try (StorageFile file = disk.exists(NAME) ? disk.open(NAME, Access.READ_WRITE) : disk.create(NAME)) {
            file.truncate(0);
            file.writeFully(bytes.duplicate().rewind(), 0);
        }
    }

    private void assertRefused(Class<? extends StorageException> type, ByteBuffer bytes, String what) {
        place(bytes);
        StorageException refusal = assertThrows(type, () -> manifests.read(GENERATION), what);
        assertEquals(true, refusal.file().endsWith(NAME), refusal::getMessage);
    }

    @Test
    void comesBackAsItWasWritten() {
        Manifests.Stored written = manifests.writeUnfinished(sample());
        manifests.rename(GENERATION);

        Manifests.Stored read = manifests.read(GENERATION);

        assertEquals(sample(), read.manifest());
        assertEquals(written.sha256(), read.sha256());
        assertEquals(new LogStart(7, 1_234), read.manifest().start());
        assertEquals(new Manifest.Predecessor(3, read.sha256()), read.asPredecessor());
        assertEquals(List.of(NAME), disk.list());
    }

    @Test
    void aFlippedBitAnywhereIsDamage() {
        ByteBuffer bytes = sample().encode();
        for (int bit = 0; bit < Byte.SIZE * bytes.limit(); bit++) {
            ByteBuffer flipped = ByteBuffer.allocate(bytes.limit()).put(bytes.duplicate());
            flipped.put(bit / Byte.SIZE, (byte) (flipped.get(bit / Byte.SIZE) ^ 1 << bit % Byte.SIZE));
            assertRefused(CorruptManifestException.class, flipped, "bit " + bit);
        }
    }

    @Test
    void anyOtherLengthIsDamage() {
        ByteBuffer bytes = sample().encode();
        for (int length = 0; length < bytes.limit(); length++) {
            assertRefused(CorruptManifestException.class, bytes.slice(0, length), "length " + length);
        }
        ByteBuffer longer = ByteBuffer.allocate(bytes.limit() + 1).put(bytes.duplicate());
        assertRefused(CorruptManifestException.class, longer, "one byte more");
    }

    /** A lie has a right checksum. */
    record Lie(String name, Class<? extends StorageException> refusal, Consumer<ByteBuffer> change) {
        static Lie ofInt(String name, int offset, int value) {
            return new Lie(name + "=" + value, CorruptManifestException.class, bytes -> bytes.putInt(offset, value));
        }

        static Lie ofLong(String name, int offset, long value) {
            return new Lie(name + "=" + value, CorruptManifestException.class, bytes -> bytes.putLong(offset, value));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Lie> lies() {
        int entry = ManifestLayout.BYTES;
        int second = entry + ManifestEntryLayout.BYTES;
        return Stream.of(
                new Lie(
                        "version=2",
                        UnsupportedFormatException.class,
                        bytes -> bytes.putInt(ManifestLayout.VERSION, 2)),
                Lie.ofLong("magic", ManifestLayout.MAGIC, 1),
                Lie.ofInt("flags", ManifestLayout.FLAGS, 2),
                Lie.ofLong("storeIdHigh", ManifestLayout.STORE_ID_HIGH, 1),
                Lie.ofLong("storeIdLow", ManifestLayout.STORE_ID_LOW, 1),
                Lie.ofLong("generation", ManifestLayout.GENERATION, 4),
                Lie.ofLong("lsn", ManifestLayout.LSN, -1),
                Lie.ofLong("logSegment", ManifestLayout.LOG_SEGMENT, 0),
                Lie.ofLong("nextFileId", ManifestLayout.NEXT_FILE_ID, 11),
                Lie.ofLong("predecessor", ManifestLayout.PREDECESSOR, GENERATION),
                Lie.ofInt("fileCount", ManifestLayout.FILE_COUNT, 2),
                Lie.ofInt("fileCount", ManifestLayout.FILE_COUNT, -1),
                Lie.ofInt("fileCount", ManifestLayout.FILE_COUNT, Integer.MAX_VALUE),
                Lie.ofInt("numbering", ManifestLayout.NUMBERING, -1),
                Lie.ofInt("kind", entry + ManifestEntryLayout.KIND, 0),
                Lie.ofInt("kind", entry + ManifestEntryLayout.KIND, 6),
                Lie.ofLong("id", entry + ManifestEntryLayout.ID, 0),
                Lie.ofLong("id", second + ManifestEntryLayout.ID, 11),
                Lie.ofLong("bytes", entry + ManifestEntryLayout.FILE_BYTES, 0));
    }

    @ParameterizedTest
    @MethodSource("lies")
    void isRefusedForWhatItSays(Lie lie) {
        ByteBuffer bytes = sample().encode();
        lie.change().accept(bytes);
        int crcAt = bytes.limit() - ManifestLayout.CRC32C_BYTES;
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(0, crcAt));
        bytes.order(ByteOrder.LITTLE_ENDIAN).putInt(crcAt, (int) crc.getValue());

        assertRefused(lie.refusal(), bytes, lie.name());
    }

    @Test
    void namesSortAsGenerationsDo() {
        for (long generation : new long[] {2, 10, 10_000_000_000L, 1}) {
            disk.create(Manifests.name(generation)).close();
        }
        disk.create("MANIFEST-0000000004.tmp").close();

        assertEquals(List.of(10_000_000_000L, 10L, 2L, 1L), manifests.generations());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "MANIFEST-1",
                "MANIFEST-0000000000",
                "MANIFEST-00000000001",
                "MANIFEST-9999999999999999999",
                "MANIFEST-0000000001.tmp",
                "MANIFEST-000000000x",
                "manifest-0000000001"
            })
    void otherNamesAreNone(String name) {
        assertEquals(Optional.empty(), Manifests.generationOf(name));
    }

    @Test
    void filesHaveNamesThatTellTheirNumber() {
        assertEquals("graphd-0000000017", FileKind.GRAPH_DELTA.fileName(17));
        for (FileKind kind : FileKind.values()) {
            assertEquals(Optional.of(12_345_678_901L), FileKind.idOf(kind.fileName(12_345_678_901L)));
            assertEquals(kind, FileKind.of(kind.code()));
        }
        for (String other :
                List.of("vec-1", "vec-0000000000", "vec-00000000001", "vec-0000000001.bak", "wal-0000000001")) {
            assertEquals(Optional.empty(), FileKind.idOf(other), other);
        }
    }
}
