// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel; // tidy: file-access, writes the unpacked library, which is no part of a store
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files; // tidy: file-access, places the unpacked library, which is no part of a store
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;

/**
 * A folder into which the C library is unpacked to be loaded. Immutable.
 *
 * <p>Whoever can write the file, or swap it, runs code in this process. So the folder is private (0700, ours), never the
 * shared temporary folder itself; a file is created anew (never through a link), and one that is there already is
 * used only if its owner, its mode and its SHA-256 are right. A file that is not right is left as it is.
 */
sealed interface LibraryPlace {
    /** Mode of the folder: 0700. */
    Set<PosixFilePermission> FOLDER_MODE = PosixFilePermissions.fromString("rwx------");

    /** Mode of the file: 0500, sealed. */
    Set<PosixFilePermission> FILE_MODE = PosixFilePermissions.fromString("r-x------");

    /**
     * Puts the library there.
     *
     * @param library its bytes
     * @param digest their SHA-256
     * @return the file, checked
     * @throws IOException if the place is not safe or cannot be written, with the reason
     */
    Unpacked unpack(byte[] library, Sha256 digest) throws IOException;

    /** The user's cache folder, where the file stays for the next process; then a fresh folder for this one alone. */
    static List<LibraryPlace> usual() {
        // The XDG specification: a path that is not absolute is ignored.
        Optional<Path> configured = Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
                .map(Path::of)
                .filter(Path::isAbsolute);
        Optional<Path> home = Optional.ofNullable(System.getProperty("user.home"))
                .map(Path::of)
                .filter(Path::isAbsolute);
        List<LibraryPlace> places = new ArrayList<>();
        configured
                .or(() -> home.map(folder -> folder.resolve(".cache")))
                .map(Cache::new)
                .ifPresent(places::add);
        places.add(new Fresh());
        return List.copyOf(places);
    }

    /**
     * An unpacked library, checked and ready to be loaded.
     *
     * @param file the library
     * @param passing a folder that is to go, with the file, once the library has been loaded
     */
    record Unpacked(Path file, Optional<Path> passing) {
        void removePassing() throws IOException {
            if (passing.isPresent()) {
                Files.delete(file);
                Files.delete(passing.get());
            }
        }
    }

    /**
     * The folder {@code simonides} in the user's cache folder. The file stays there.
     *
     * @param caches the user's cache folder, created if missing
     */
    record Cache(Path caches) implements LibraryPlace {
        Path folder() {
            return caches.resolve("simonides");
        }

        /** The digest in the name lets several versions live side by side. */
        Path file(Sha256 digest) {
            return folder().resolve(digest.hex() + "-" + NativeLibrary.FILE_NAME);
        }

        @Override
        public Unpacked unpack(byte[] library, Sha256 digest) throws IOException {
            Files.createDirectories(caches);
            if (!Files.exists(folder(), NOFOLLOW_LINKS)) {
                createFolder();
            }
            checkFolder(folder());
            Path file = file(digest);
            if (!Files.exists(file, NOFOLLOW_LINKS)) {
                // Under a name of its own first, so that another process never sees half a file.
                Path partial = folder().resolve("unpacking-" + UUID.randomUUID());
                write(partial, library);
                Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
            }
            checkFile(file, digest);
            return new Unpacked(file, Optional.empty());
        }

        private void createFolder() throws IOException {
            try {
                Files.createDirectory(folder(), mode(FOLDER_MODE));
            } catch (FileAlreadyExistsException anotherProcess) {
                // It came first. What it made is checked like every folder that was there.
                checkFolder(folder());
            }
        }
    }

    /** A new folder in the temporary folder, with an unpredictable name, gone after loading. */
    record Fresh() implements LibraryPlace {
        @Override
        public Unpacked unpack(byte[] library, Sha256 digest) throws IOException {
            Path folder = Files.createTempDirectory("simonides-", mode(FOLDER_MODE));
            checkFolder(folder);
            Path file = folder.resolve(NativeLibrary.FILE_NAME);
            write(file, library);
            checkFile(file, digest);
            return new Unpacked(file, Optional.of(folder));
        }
    }

    private static void write(Path file, byte[] library) throws IOException {
        try (FileChannel channel = FileChannel.open(file, Set.of(CREATE_NEW, WRITE), mode(FILE_MODE))) {
            ByteBuffer rest = ByteBuffer.wrap(library);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
        }
    }

    private static void checkFolder(Path folder) throws IOException {
        PosixFileAttributes found = Files.readAttributes(folder, PosixFileAttributes.class, NOFOLLOW_LINKS);
        if (!found.isDirectory()) {
            throw new IOException(folder + ": expected=folder, actual=something else");
        }
        checkOwnerAndMode(folder, found, FOLDER_MODE);
    }

    private static void checkFile(Path file, Sha256 digest) throws IOException {
        PosixFileAttributes found = Files.readAttributes(file, PosixFileAttributes.class, NOFOLLOW_LINKS);
        if (!found.isRegularFile()) {
            throw new IOException(file + ": expected=regular file, actual=something else");
        }
        checkOwnerAndMode(file, found, FILE_MODE);
        Sha256 actual = Sha256.of(Files.readAllBytes(file));
        if (!actual.equals(digest)) {
            throw new IOException(file + ": sha256: expected=" + digest.hex() + ", actual=" + actual.hex());
        }
    }

    private static void checkOwnerAndMode(Path path, PosixFileAttributes found, Set<PosixFilePermission> mode)
            throws IOException {
        int owner = (int) Files.getAttribute(path, "unix:uid", NOFOLLOW_LINKS);
        OptionalInt user = PosixCalls.effectiveUser();
        if (user.isEmpty()) {
            throw new IOException(path + ": owner: this system does not say who we are");
        }
        if (owner != user.getAsInt()) {
            throw new IOException(path + ": owner: expected=" + user.getAsInt() + ", actual=" + owner);
        }
        if (!found.permissions().equals(mode)) {
            throw new IOException(path + ": mode: expected=" + PosixFilePermissions.toString(mode) + ", actual="
                    + PosixFilePermissions.toString(found.permissions()));
        }
    }

    private static FileAttribute<Set<PosixFilePermission>> mode(Set<PosixFilePermission> permissions) {
        return PosixFilePermissions.asFileAttribute(permissions);
    }
}
