// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every {@link StorageDirectory} does alike; a subclass for each says how to make one. */
abstract class StorageDirectoryContract {
    @TempDir
    private Path temporary;

    private StorageDirectory directory;

    abstract StorageDirectory make(Path path);

    @BeforeEach
    void makeDirectory() {
        directory = make(temporary.resolve("store"));
    }

    @AfterEach
    void closeDirectory() {
        directory.close();
    }

    @Test
    void readsWhatWasWrittenAtAnyPosition() {
        Random random = new Random(1);
        byte[] expected = new byte[5000];
        try (StorageFile file = directory.create("data")) {
            int size = 0;
            for (int i = 0; i < 200; i++) {
                byte[] bytes = new byte[random.nextInt(900)];
                random.nextBytes(bytes);
                int position = random.nextInt(4000);
                System.arraycopy(bytes, 0, expected, position, bytes.length);
                file.writeFully(ByteBuffer.wrap(bytes), position);
                size = bytes.length == 0 ? size : Math.max(size, position + bytes.length);
                assertEquals(size, file.size());
            }
            file.sync(false);
            byte[] actual = new byte[size];
            file.readFully(ByteBuffer.wrap(actual), 0);
            assertArrayEquals(Arrays.copyOf(expected, size), actual);
            assertEquals(-1, file.read(ByteBuffer.allocate(1), size));
        }
    }

    @Test
    void readsHolesAsZeros() {
        try (StorageFile file = directory.create("data")) {
            file.writeFully(ByteBuffer.wrap(new byte[] {1}), 3000);

            ByteBuffer bytes = ByteBuffer.allocate(3001);
            file.readFully(bytes, 0);
            byte[] expected = new byte[3001];
            expected[3000] = 1;
            assertArrayEquals(expected, bytes.array());
        }
    }

    @Test
    void forgetsWhatItCuts() {
        try (StorageFile file = directory.create("data")) {
            file.writeFully(ByteBuffer.wrap(filled(2000)), 0);
            file.truncate(700);
            file.truncate(5000);
            assertEquals(700, file.size());
            file.writeFully(ByteBuffer.wrap(new byte[] {9}), 1999);

            ByteBuffer bytes = ByteBuffer.allocate(2000);
            file.readFully(bytes, 0);
            byte[] expected = new byte[2000];
            Arrays.fill(expected, 0, 700, (byte) 7);
            expected[1999] = 9;
            assertArrayEquals(expected, bytes.array());
        }
    }

    @Test
    void keepsFilesUnderTheirNames() {
        directory.create("b").close();
        directory.create("a").close();
        assertThrows(StorageException.class, () -> directory.create("a"));
        assertEquals(List.of("a", "b"), directory.list());

        try (StorageFile file = directory.open("a", Access.READ_WRITE)) {
            file.writeFully(ByteBuffer.wrap(filled(10)), 0);
            directory.rename("a", "b");
            assertEquals("b", file.name());
        }
        assertEquals(List.of("b"), directory.list());
        assertFalse(directory.exists("a"));
        try (StorageFile file = directory.open("b", Access.READ)) {
            assertEquals(10, file.size());
        }

        directory.delete("b");
        directory.sync();
        assertThrows(StorageException.class, () -> directory.open("b", Access.READ));
        assertThrows(StorageException.class, () -> directory.delete("b"));
    }

    @Test
    void refusesToWriteWhatWasOpenedForReading() {
        directory.create("data").close();
        try (StorageFile file = directory.open("data", Access.READ)) {
            assertThrows(IllegalStateException.class, () -> file.write(ByteBuffer.wrap(filled(1)), 0));
        }
    }

    @Test
    void refusesToUseAClosedFile() {
        StorageFile file = directory.create("data");
        file.close();
        file.close();
        assertThrows(StorageException.class, () -> file.write(ByteBuffer.wrap(filled(1)), 0));
        assertThrows(StorageException.class, () -> file.sync(false));
    }

    @Test
    void mapsWhatIsThereAndNothingElse() {
        byte[] content = new byte[10_000];
        new Random(3).nextBytes(content);
        try (StorageFile file = directory.create("data");
                Arena arena = Arena.ofConfined()) {
            file.writeFully(ByteBuffer.wrap(content), 0);

            MemorySegment mapped = file.mapReadOnly(4096, 5000, arena);
            assertArrayEquals(Arrays.copyOfRange(content, 4096, 9096), mapped.toArray(ValueLayout.JAVA_BYTE));
            assertTrue(mapped.isReadOnly());
            assertEquals(0, file.mapReadOnly(10_000, 0, arena).byteSize());

            assertThrows(StorageIoException.class, () -> file.mapReadOnly(4096, 5905, arena));
            assertThrows(StorageIoException.class, () -> file.mapReadOnly(10_001, 0, arena));
            assertThrows(StorageIoException.class, () -> file.mapReadOnly(1, Long.MAX_VALUE, arena));
            assertThrows(IllegalArgumentException.class, () -> file.mapReadOnly(-1, 10, arena));
            assertThrows(IllegalArgumentException.class, () -> file.mapReadOnly(0, -1, arena));
        }
    }

    @Test
    void keepsAMappingWhenTheFileIsClosed() {
        byte[] content = filled(5000);
        try (Arena arena = Arena.ofShared()) {
            MemorySegment mapped;
            try (StorageFile file = directory.create("data")) {
                file.writeFully(ByteBuffer.wrap(content), 0);
                mapped = file.mapReadOnly(0, 5000, arena);
            }
            directory.delete("data");
            assertArrayEquals(content, mapped.toArray(ValueLayout.JAVA_BYTE));
        }
    }

    @Test
    void givesAFileToAnotherDirectory() {
        byte[] content = new byte[(1 << 20) + 777];
        new Random(4).nextBytes(content);
        try (StorageFile file = directory.create("data")) {
            file.writeFully(ByteBuffer.wrap(content), 0);
            file.seal();
            file.sync(true);
        }
        StorageDirectory target = make(temporary.resolve("target"));

        directory.giveTo("data", target);
        target.sync();
        directory.delete("data");
        byte[] given = new byte[content.length];
        try (StorageFile file = target.open("data", Access.READ)) {
            assertEquals(content.length, file.size());
            file.readFully(ByteBuffer.wrap(given), 0);
        }
        assertArrayEquals(content, given);

        directory.create("data").close();
        assertThrows(StorageException.class, () -> directory.giveTo("data", target), "the name is taken");
        assertThrows(StorageException.class, () -> directory.giveTo("nothing", target));
        try (StorageFile file = target.open("data", Access.READ)) {
            assertEquals(content.length, file.size(), "what was there stays");
        }
        target.close();
    }

    @Test
    void locksOnce() {
        StorageLock lock = directory.lock("LOCK");
        lock.ensureValid();
        assertThrows(StoreLockedException.class, () -> directory.lock("LOCK"));
        lock.close();
        lock.close();
        directory.lock("LOCK").close();
        assertTrue(directory.exists("LOCK"));
    }

    private static byte[] filled(int bytes) {
        byte[] filled = new byte[bytes];
        Arrays.fill(filled, (byte) 7);
        return filled;
    }
}
