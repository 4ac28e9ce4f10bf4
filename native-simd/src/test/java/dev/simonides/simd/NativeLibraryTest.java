// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loading the C library: from the first safe place, and never what the build did not make. */
final class NativeLibraryTest {
    private static final byte[] NOT_A_LIBRARY = "not a library".getBytes(US_ASCII);

    @TempDir
    Path caches;

    @Test
    void loadsFromTheFirstPlace() {
        assumeTrue(hasLibrary(), "built without a C compiler");
        LibraryPlace.Cache cache = new LibraryPlace.Cache(caches);

        NativeLibrary library = NativeLibrary.load(List.of(cache, new LibraryPlace.Fresh()));

        NativeLibrary.Loaded loaded = assertInstanceOf(NativeLibrary.Loaded.class, library);
        assertTrue(loaded.file().startsWith(cache.folder()), loaded.toString());
        assertEquals("", loaded.remark());
    }

    @Test
    void passesATamperedFileByAndSaysSo() throws IOException {
        assumeTrue(hasLibrary(), "built without a C compiler");
        LibraryPlace.Cache cache = new LibraryPlace.Cache(caches);
        Path file = assertInstanceOf(NativeLibrary.Loaded.class, NativeLibrary.load(List.of(cache)))
                .file();
        Files.delete(file);
        Files.write(file, NOT_A_LIBRARY);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r-x------"));

        NativeLibrary library = NativeLibrary.load(List.of(cache, new LibraryPlace.Fresh()));

        NativeLibrary.Loaded loaded = assertInstanceOf(NativeLibrary.Loaded.class, library);
        assertFalse(loaded.file().startsWith(caches), loaded.toString());
        assertTrue(loaded.remark().contains("sha256: expected="), loaded.remark());
        assertTrue(loaded.remark().contains(file.toString()), loaded.remark());
        assertFalse(Files.exists(loaded.file()), "a fresh folder goes once the library is in memory");
    }

    /** As on a file system mounted noexec, the file is good and cannot be loaded. */
    @Test
    void keepsTheReasonsWhenNoPlaceWillDo() throws IOException {
        LibraryPlace.Cache good = new LibraryPlace.Cache(caches);
        Path blocked = Files.write(caches.resolve("a-file"), NOT_A_LIBRARY);
        LibraryPlace.Cache impossible = new LibraryPlace.Cache(blocked);

        NativeLibrary library = NativeLibrary.load(NOT_A_LIBRARY, Sha256.of(NOT_A_LIBRARY), List.of(impossible, good));

        String reason = assertInstanceOf(NativeLibrary.Missing.class, library).reason();
        assertTrue(reason.contains(blocked.toString()), reason);
        assertTrue(reason.contains(good.folder() + "/"), reason);
        assertTrue(reason.contains("cannot be loaded"), reason);
    }

    @Test
    void refusesALibraryThatDoesNotMatchItsDigest() {
        LibraryPlace.Cache cache = new LibraryPlace.Cache(caches);

        NativeLibrary library = NativeLibrary.load(NOT_A_LIBRARY, Sha256.of(new byte[] {1, 2, 3}), List.of(cache));

        assertEquals(new NativeLibrary.Missing("the C library in the jar does not match its SHA-256"), library);
        assertFalse(Files.exists(cache.folder()), "nothing is unpacked");
    }

    /** Whatever this processor runs, the library has every kernel of every tier of its architecture. */
    @Test
    void exportsEveryKernelOfEveryTier() {
        assumeTrue(hasLibrary(), "built without a C compiler");
        assumeTrue(NativeLibrary.platform().endsWith("x86_64"), "three tiers on x86-64 only");
        NativeLibrary library = NativeLibrary.load(List.of(new LibraryPlace.Cache(caches)));
        NativeLibrary.Loaded loaded = assertInstanceOf(NativeLibrary.Loaded.class, library);

        for (KernelTier tier : List.of(KernelTier.NATIVE_C, KernelTier.NATIVE_AVX2, KernelTier.NATIVE_AVX512_VNNI)) {
            assertEquals(tier, new NativeKernels(tier, loaded).tier());
        }
    }

    private static boolean hasLibrary() {
        String resource = "/native/" + NativeLibrary.platform() + "/" + NativeLibrary.FILE_NAME;
        try (InputStream stream = NativeLibrary.class.getResourceAsStream(resource)) {
            return stream != null;
        } catch (IOException unreadable) {
            throw new AssertionError(unreadable);
        }
    }
}
