// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.simonides.MemoryIndexOptions;
import dev.simonides.core.vector.PageFormat;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.wal.Access;
import dev.simonides.wal.CorruptStoreException;
import dev.simonides.wal.Durability;
import dev.simonides.wal.NotAStoreException;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.UnsupportedFormatException;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The file STORE comes back as it was written, and is refused for each reason that docs/FORMAT.md names. */
class StoreFileTest {
    private static final UUID ID = new UUID(0x0123_4567_89AB_CDEFL, 0xFEDC_BA98_7654_3210L);
    private static final MemoryIndexOptions OPTIONS = MemoryIndexOptions.ofDimension(384)
            .similarity(Similarity.EUCLIDEAN)
            .originals(OriginalFormat.F32)
            .durability(new Durability.Async(70, 3 << 20))
            .m(24)
            .efConstruction(123)
            .exactScanMax(77)
            .pendingMax(88)
            .seed(-5);

    @ParameterizedTest
    @ValueSource(strings = {"sync-each", "group", "async:70ms:3MiB", "none"})
    void comesBackAsItWasWritten(String durability) {
        MemoryIndexOptions options = OPTIONS.durability(Durability.parse(durability));

        StoreFile read = read(write(options));

        assertEquals(ID, read.storeId());
        assertEquals(384, read.options().dimension());
        assertEquals(Similarity.EUCLIDEAN, read.options().similarity());
        assertEquals(OriginalFormat.F32, read.options().originals());
        assertEquals(Durability.parse(durability), read.options().durability());
        assertEquals(24, read.options().m());
        assertEquals(123, read.options().efConstruction());
        assertEquals(77, read.options().exactScanMax());
        assertEquals(88, read.options().pendingMax());
        assertEquals(-5, read.options().seed());
    }

    /** A lie has a right checksum: someone, or a later version, wrote it so. */
    record Lie(String name, int offset, long value, int bytes, Class<? extends StorageException> refusal) {
        static Lie of(String name, int offset, int value, Class<? extends StorageException> refusal) {
            return new Lie(name, offset, value, Integer.BYTES, refusal);
        }

        @Override
        public String toString() {
            return name + "=" + value;
        }
    }

    static Stream<Lie> lies() {
        return Stream.of(
                new Lie("magic", StoreLayout.MAGIC, 1, Long.BYTES, NotAStoreException.class),
                Lie.of("version", StoreLayout.VERSION, 0, UnsupportedFormatException.class),
                Lie.of("version", StoreLayout.VERSION, 4, UnsupportedFormatException.class),
                Lie.of("incompat", StoreLayout.INCOMPAT_FEATURES, 3, UnsupportedFormatException.class),
                Lie.of("readOnly", StoreLayout.READ_ONLY_COMPAT_FEATURES, 1, UnsupportedFormatException.class),
                Lie.of("dimension", StoreLayout.DIMENSION, 0, CorruptStoreException.class),
                Lie.of("dimension", StoreLayout.DIMENSION, 4097, CorruptStoreException.class),
                Lie.of("similarity", StoreLayout.SIMILARITY, 0, CorruptStoreException.class),
                Lie.of("originals", StoreLayout.ORIGINALS, 9, CorruptStoreException.class),
                Lie.of("durability", StoreLayout.DURABILITY, 0, CorruptStoreException.class),
                Lie.of("durability", StoreLayout.DURABILITY, 5, CorruptStoreException.class),
                Lie.of("durability with a lag", StoreLayout.DURABILITY, 2, CorruptStoreException.class),
                Lie.of("m", StoreLayout.M, 3, CorruptStoreException.class),
                Lie.of("m", StoreLayout.M, 97, CorruptStoreException.class),
                Lie.of("efConstruction", StoreLayout.EF_CONSTRUCTION, 7, CorruptStoreException.class),
                Lie.of("exactScanMax", StoreLayout.EXACT_SCAN_MAX, -1, CorruptStoreException.class),
                Lie.of("pendingMax", StoreLayout.PENDING_MAX, 0, CorruptStoreException.class),
                new Lie("lagMillis", StoreLayout.ASYNC_LAG_MILLIS, 0, Long.BYTES, CorruptStoreException.class),
                new Lie("lagBytes", StoreLayout.ASYNC_LAG_BYTES, 5, Long.BYTES, CorruptStoreException.class),
                Lie.of("reserved", StoreLayout.RESERVED, 1, CorruptStoreException.class));
    }

    @ParameterizedTest
    @MethodSource("lies")
    void refusesALie(Lie lie) {
        byte[] content = write(OPTIONS);
        ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        if (lie.bytes() == Long.BYTES) {
            bytes.putLong(lie.offset(), lie.value());
        } else {
            bytes.putInt(lie.offset(), (int) lie.value());
        }
        CRC32C crc = new CRC32C();
        crc.update(content, 0, StoreLayout.CRC32C);
        bytes.putInt(StoreLayout.CRC32C, (int) crc.getValue());

        StorageException refusal = assertThrows(StorageException.class, () -> read(content));

        assertInstanceOf(lie.refusal(), refusal);
    }

    @Test
    void letsCompatibleFeaturesPass() {
        byte[] content = write(OPTIONS);
        content[StoreLayout.COMPAT_FEATURES] = 1;
        CRC32C crc = new CRC32C();
        crc.update(content, 0, StoreLayout.CRC32C);
        ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).putInt(StoreLayout.CRC32C, (int) crc.getValue());

        assertEquals(ID, read(content).storeId());
    }

    @Test
    void readsVersion1() {
        assertEquals(ID, read(changed(StoreLayout.VERSION, 1)).storeId());
    }

    @Test
    void theFeatureSaysHowPagesAre() {
        assertEquals(PageFormat.PACKED, read(write(OPTIONS)).pages());
        assertEquals(
                PageFormat.ROUNDED,
                read(changed(StoreLayout.INCOMPAT_FEATURES, 0)).pages());
    }

    @Test
    void letsFeaturesPassThatOnlyForbidWriting() {
        byte[] content = changed(StoreLayout.READ_ONLY_COMPAT_FEATURES, 1);

        try (SimulatedDirectory directory = SimulatedDirectory.empty().with(StoreFile.NAME, content)) {
            assertEquals(ID, StoreFile.read(directory, Access.READ).storeId());
            assertThrows(UnsupportedFormatException.class, () -> StoreFile.read(directory, Access.READ_WRITE));
        }
    }

    private static byte[] changed(int offset, int value) {
        byte[] content = write(OPTIONS);
        ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(offset, value);
        CRC32C crc = new CRC32C();
        crc.update(content, 0, StoreLayout.CRC32C);
        bytes.putInt(StoreLayout.CRC32C, (int) crc.getValue());
        return content;
    }

    @Test
    void refusesEveryChangedByteAndEveryOtherLength() {
        byte[] content = write(OPTIONS);
        for (int i = 0; i < content.length; i++) {
            byte[] damaged = content.clone();
            damaged[i] ^= 0x10;
            assertThrows(CorruptStoreException.class, () -> read(damaged), "byte " + i);
        }
        for (int length = 0; length < content.length; length++) {
            byte[] cut = Arrays.copyOf(content, length);
            assertThrows(CorruptStoreException.class, () -> read(cut), "length " + length);
        }
        assertThrows(CorruptStoreException.class, () -> read(Arrays.copyOf(content, content.length + 1)));
    }

    private static byte[] write(MemoryIndexOptions options) {
        try (SimulatedDirectory directory = SimulatedDirectory.empty()) {
            StoreFile.of(ID, options).writeUnfinished(directory);
            StoreFile.finish(directory);
            return directory.content(StoreFile.NAME);
        }
    }

    private static StoreFile read(byte[] content) {
        try (SimulatedDirectory directory = SimulatedDirectory.empty().with(StoreFile.NAME, content)) {
            return StoreFile.read(directory, Access.READ_WRITE);
        }
    }
}
