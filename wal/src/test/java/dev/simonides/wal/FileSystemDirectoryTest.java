// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSystemDirectoryTest extends StorageDirectoryContract {
    @TempDir
    private Path temporary;

    @Override
    StorageDirectory make(Path path) {
        return FileSystemDirectory.create(path.resolveSibling("contract-" + path.getFileName()));
    }

    @Test
    void createsOwnerOnly() throws IOException {
        Path path = temporary.resolve("store");
        try (FileSystemDirectory directory = FileSystemDirectory.create(path);
                StorageFile file = directory.create("data")) {
            assertEquals("rwx------", mode(path));
            assertEquals("rw-------", mode(path.resolve("data")));
            file.seal();
            assertEquals("r--------", mode(path.resolve("data")));
            directory.lock("LOCK").close();
            assertEquals("rw-------", mode(path.resolve("LOCK")));
        }
    }

    @Test
    void narrowsTheModeOfAnEmptyDirectory() throws IOException {
        Path path = Files.createDirectory(temporary.resolve("store"));
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));

        FileSystemDirectory.create(path).close();

        assertEquals("rwx------", mode(path));
    }

    @Test
    void refusesADirectoryOthersMayWrite() throws IOException {
        for (String open : List.of("rwxrwx---", "rwx----w-")) {
            Path path = Files.createDirectory(temporary.resolve(open));
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(open));

            StorageIoException refusal = assertThrows(StorageIoException.class, () -> FileSystemDirectory.open(path));
            assertTrue(String.valueOf(refusal.getMessage()).contains("writable by others"), refusal::getMessage);
        }
    }

    @Test
    void refusesADirectoryOfAnotherUser() throws IOException {
        Path path = Files.createDirectory(temporary.resolve("store"));
        boolean changed;
        try {
            Files.setAttribute(path, "unix:uid", 65_534);
            changed = true;
        } catch (IOException e) {
            changed = false;
        }
        assumeTrue(changed, "only root can give a directory away");

        StorageIoException refusal = assertThrows(StorageIoException.class, () -> FileSystemDirectory.open(path));
        assertTrue(String.valueOf(refusal.getMessage()).contains("another user"), refusal::getMessage);
    }

    @Test
    void refusesToCreateOverFiles() throws IOException {
        Files.writeString(temporary.resolve("something"), "else");

        assertThrows(StorageIoException.class, () -> FileSystemDirectory.create(temporary));
    }

    @Test
    void refusesSymbolicLinks() throws IOException {
        Path target = Files.writeString(temporary.resolve("target"), "secret");
        try (FileSystemDirectory directory = FileSystemDirectory.create(temporary.resolve("store"))) {
            Files.createSymbolicLink(temporary.resolve("store").resolve("link"), target);

            assertThrows(StorageException.class, () -> directory.open("link", Access.READ));
            assertThrows(StorageException.class, () -> directory.open("link", Access.READ_WRITE));
            assertThrows(StorageException.class, () -> directory.create("link"));
            assertThrows(StorageException.class, () -> directory.lock("link"));
            assertTrue(directory.exists("link"));
        }
        assertEquals("secret", Files.readString(target));
    }

    @Test
    void refusesNamesThatLeadElsewhere() {
        try (FileSystemDirectory directory = FileSystemDirectory.create(temporary.resolve("store"))) {
            for (String name : List.of("", ".", "..", "../other", "a/b", "/etc/passwd", ".hidden", "a\0b", "ä")) {
                assertThrows(IllegalArgumentException.class, () -> directory.open(name, Access.READ), name);
            }
        }
    }

    @Test
    void namesFileAndOffsetInItsFailures() {
        try (FileSystemDirectory directory = FileSystemDirectory.create(temporary.resolve("store"));
                StorageFile file = directory.create("data")) {
            StorageException missing =
                    assertThrows(StorageIoException.class, () -> directory.open("missing", Access.READ));
            assertTrue(missing.file().endsWith("missing"), missing::file);

            file.writeFully(bytes("abc"), 0);
            StorageException early =
                    assertThrows(StorageIoException.class, () -> file.readFully(ByteBuffer.allocate(4), 0));
            assertEquals(3, early.offset());
        }
    }

    @Test
    void saysWhatAnInterruptDid() {
        try (FileSystemDirectory directory = FileSystemDirectory.create(temporary.resolve("store"));
                StorageFile file = directory.create("data")) {
            Thread.currentThread().interrupt();
            StorageIoException failure = assertThrows(StorageIoException.class, () -> file.writeFully(bytes("abc"), 0));
            assertTrue(Thread.interrupted(), "the interrupt is not lost");
            assertTrue(String.valueOf(failure.getMessage()).contains("interrupted"), failure::getMessage);
        }
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void saysHowMuchRoomItsFileSystemHas() throws IOException {
        FileStore store = Files.getFileStore(temporary);
        try (FileSystemDirectory directory = FileSystemDirectory.openOrCreate(temporary.resolve("store"))) {
            long usable = directory.usableBytes();
            assertTrue(usable > 0 && usable < store.getTotalSpace(), () -> usable + " of " + store);
        }
    }
}
