// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the C library is unpacked: only into what is ours, and only what is ours is used again. */
final class LibraryPlaceTest {
    private static final byte[] LIBRARY = "the bytes of a library".getBytes(US_ASCII);
    private static final Sha256 DIGEST = Sha256.of(LIBRARY);
    private static final int SOMEBODY_ELSE = 65534;

    @TempDir
    Path caches;

    @Test
    void unpacksIntoAPrivateFolderAsASealedFile() throws IOException {
        LibraryPlace.Cache cache = new LibraryPlace.Cache(caches.resolve("not/there/yet"));

        LibraryPlace.Unpacked unpacked = cache.unpack(LIBRARY, DIGEST);
        unpacked.removePassing();

        assertEquals(cache.file(DIGEST), unpacked.file());
        assertEquals("rwx------", mode(cache.folder()));
        assertEquals("r-x------", mode(unpacked.file()));
        assertArrayEquals(LIBRARY, Files.readAllBytes(unpacked.file()));
        assertEquals(1, filesIn(cache.folder()), "nothing half unpacked stays behind");
    }

    @Test
    void usesAGoodFileAgain() throws IOException {
        LibraryPlace.Cache cache = new LibraryPlace.Cache(caches);
        Path file = cache.unpack(LIBRARY, DIGEST).file();
        FileTime longAgo = FileTime.fromMillis(1_000_000);
        Files.setLastModifiedTime(file, longAgo);

        assertEquals(file, cache.unpack(LIBRARY, DIGEST).file());

        assertEquals(longAgo, Files.getLastModifiedTime(file));
    }

    @Test
    void refusesATamperedFileAndLeavesIt() throws IOException {
        LibraryPlace.Cache cache = new LibraryPlace.Cache(caches);
        Path file = cache.unpack(LIBRARY, DIGEST).file();
        byte[] tampered = "another library".getBytes(US_ASCII);
        Files.delete(file);
        Files.write(file, tampered);
        setMode(file, "r-x------");

        IOException refusal = assertThrows(IOException.class, () -> cache.unpack(LIBRARY, DIGEST));

        assertTrue(refusal.getMessage().contains("sha256: expected=" + DIGEST.hex()), refusal.getMessage());
        assertArrayEquals(tampered, Files.readAllBytes(file));
    }

    @Test
    void refusesAFileThatOthersMayWrite() throws IOException {
        LibraryPlace.Cache cache = new LibraryPlace.Cache(caches);
        setMode(cache.unpack(LIBRARY, DIGEST).file(), "rwxrwxrwx");

        assertRefused(cache, "mode: expected=r-x------, actual=rwxrwxrwx");
    }

    @Test
    void refusesAFolderThatOthersMayRead() throws IOException {
        LibraryPlace.Cache cache = new LibraryPlace.Cache(caches);
        Files.createDirectory(cache.folder());
        setMode(cache.folder(), "rwxr-x---");

        assertRefused(cache, "mode: expected=rwx------, actual=rwxr-x---");
        assertEquals(0, filesIn(cache.folder()));
    }

    @Test
    void refusesALinkInPlaceOfTheFolder() throws IOException {
        LibraryPlace.Cache cache = new LibraryPlace.Cache(caches);
        Path elsewhere = Files.createDirectory(caches.resolve("elsewhere"));
        setMode(elsewhere, "rwx------");
        Files.createSymbolicLink(cache.folder(), elsewhere);

        assertRefused(cache, "expected=folder, actual=something else");
        assertEquals(0, filesIn(elsewhere));
    }

    @Test
    void refusesALinkInPlaceOfTheFile() throws IOException {
        LibraryPlace.Cache cache = new LibraryPlace.Cache(caches);
        Path file = cache.unpack(LIBRARY, DIGEST).file();
        Path elsewhere = Files.move(file, caches.resolve("elsewhere.so"));
        Files.createSymbolicLink(file, elsewhere);

        assertRefused(cache, "expected=regular file, actual=something else");
    }

    @Test
    void refusesWhatBelongsToSomebodyElse() throws IOException {
        assumeTrue(PosixCalls.effectiveUser().equals(OptionalInt.of(0)), "only root can give files away");
        LibraryPlace.Cache cache = new LibraryPlace.Cache(caches);
        Path file = cache.unpack(LIBRARY, DIGEST).file();

        Files.setAttribute(file, "unix:uid", SOMEBODY_ELSE);
        assertRefused(cache, "owner: expected=0, actual=65534");
        Files.setAttribute(file, "unix:uid", 0);
        Files.setAttribute(cache.folder(), "unix:uid", SOMEBODY_ELSE);
        assertRefused(cache, "owner: expected=0, actual=65534");
    }

    @Test
    void aFreshFolderIsPrivateAndGoesAfterLoading() throws IOException {
        LibraryPlace.Unpacked unpacked = new LibraryPlace.Fresh().unpack(LIBRARY, DIGEST);
        Path folder = unpacked.passing().orElseThrow();

        assertEquals("rwx------", mode(folder));
        assertEquals("r-x------", mode(unpacked.file()));
        unpacked.removePassing();

        assertFalse(Files.exists(folder));
    }

    @Test
    void twoFreshFoldersDiffer() throws IOException {
        LibraryPlace.Unpacked one = new LibraryPlace.Fresh().unpack(LIBRARY, DIGEST);
        LibraryPlace.Unpacked other = new LibraryPlace.Fresh().unpack(LIBRARY, DIGEST);

        assertFalse(one.file().equals(other.file()));

        one.removePassing();
        other.removePassing();
    }

    private static void assertRefused(LibraryPlace place, String reason) {
        IOException refusal = assertThrows(IOException.class, () -> place.unpack(LIBRARY, DIGEST));
        assertTrue(refusal.getMessage().contains(reason), refusal.getMessage());
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static void setMode(Path path, String mode) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }

    private static long filesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.count();
        }
    }
}
