// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A directory of the machine's file system.
 *
 * <p>Any thread that is <em>never interrupted</em>: an interrupt during an operation closes the file's channel for
 * everybody (that is how {@link FileChannel} works), and everything written through it fails from then on. So the
 * store's own threads call this, not a user's.
 *
 * <p>The directory has mode 0700 and its files 0600 from the moment they are created, whatever the umask. Symbolic links
 * are followed on the way to the directory, never below it. A directory that belongs to another user, or that others may
 * write, is refused: who can replace files here can make the store lie.
 */
public final class FileSystemDirectory implements StorageDirectory {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");
    private static final FileAttribute<Set<PosixFilePermission>> DIRECTORY_MODE =
            PosixFilePermissions.asFileAttribute(OWNER_ONLY);
    private static final FileAttribute<Set<PosixFilePermission>> FILE_MODE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<?>[] NO_ATTRIBUTES = new FileAttribute<?>[0];

    private final Path directory;
    private final boolean posix;
    // Held open for life, so that making a name durable needs no file descriptor at the worst moment.
    private final FileChannel entries;
    private final Set<FileSystemFile> openFiles = ConcurrentHashMap.newKeySet();

    private FileSystemDirectory(Path directory, boolean posix, FileChannel entries) {
        this.directory = directory;
        this.posix = posix;
        this.entries = entries;
    }

    /**
     * Creates the directory, with mode 0700, and opens it. An empty directory that is already there is taken over and
     * its mode narrowed.
     *
     * @param directory where; its parent must exist
     * @return the open directory
     * @throws StorageException if something is there that is no empty directory of this user, or the medium refuses
     */
    public static FileSystemDirectory create(Path directory) {
        Path absolute = directory.toAbsolutePath();
        boolean posix = posix(absolute);
        try {
            try {
                Files.createDirectory(absolute, posix ? new FileAttribute<?>[] {DIRECTORY_MODE} : NO_ATTRIBUTES);
            } catch (FileAlreadyExistsException e) {
                requireEmpty(absolute);
                if (posix) {
                    requireOwn(absolute);
                    Files.setPosixFilePermissions(absolute, OWNER_ONLY);
                }
            }
            Path parent = absolute.toRealPath().getParent();
            if (parent != null) {
                syncEntriesOf(parent);
            }
        } catch (IOException e) {
            throw FileSystemErrors.translate(e, "create directory", absolute, StorageException.NO_OFFSET);
        }
        return open(directory);
    }

    /**
     * Opens a directory that holds something, and creates it where nothing is or it is empty.
     *
     * @param directory where; its parent must exist
     * @return the open directory
     * @throws StorageException as {@link #create} and {@link #open}
     */
    public static FileSystemDirectory openOrCreate(Path directory) {
        Path absolute = directory.toAbsolutePath();
        try {
            if (Files.isDirectory(absolute) && !empty(absolute)) {
                return open(directory);
            }
            try {
                return create(directory);
            } catch (StorageIoException e) {
                // Another process may have made it and begun to fill it meanwhile.
                if (Files.isDirectory(absolute) && !empty(absolute)) {
                    return open(directory);
                }
                throw e;
            }
        } catch (IOException e) {
            throw FileSystemErrors.translate(e, "list directory", absolute, StorageException.NO_OFFSET);
        }
    }

    /**
     * Opens a directory that exists.
     *
     * @param directory where
     * @return the open directory
     * @throws StorageException if there is none, if it belongs to another user, if others may write it, or the medium
     *     refuses
     */
    public static FileSystemDirectory open(Path directory) {
        Path absolute = directory.toAbsolutePath();
        try {
            Path real = absolute.toRealPath();
            boolean posix = posix(real);
            if (!Files.isDirectory(real)) {
                throw new StorageIoException(real.toString(), StorageException.NO_OFFSET, "not a directory");
            }
            if (posix) {
                requireOwn(real);
                requireNotWritableByOthers(real);
            }
            return new FileSystemDirectory(real, posix, FileChannel.open(real, StandardOpenOption.READ));
        } catch (IOException e) {
            throw FileSystemErrors.translate(e, "open directory", absolute, StorageException.NO_OFFSET);
        }
    }

    @Override
    public StorageFile create(String name) {
        Path path = resolve(name);
        Set<OpenOption> options = Set.of(
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS);
        try {
            FileChannel channel =
                    FileChannel.open(path, options, posix ? new FileAttribute<?>[] {FILE_MODE} : NO_ATTRIBUTES);
            return register(new FileSystemFile(this, channel, name));
        } catch (IOException e) {
            throw FileSystemErrors.translate(e, "create", path, StorageException.NO_OFFSET);
        }
    }

    @Override
    public StorageFile open(String name, Access access) {
        Path path = resolve(name);
        Set<OpenOption> options = access == Access.READ
                ? Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)
                : Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        try {
            if (!Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .isRegularFile()) {
                throw new StorageIoException(path.toString(), StorageException.NO_OFFSET, "not a regular file");
            }
            return register(new FileSystemFile(this, FileChannel.open(path, options), name));
        } catch (IOException e) {
            throw FileSystemErrors.translate(e, "open", path, StorageException.NO_OFFSET);
        }
    }

    @Override
    public boolean exists(String name) {
        return Files.exists(resolve(name), LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public void rename(String from, String to) {
        Path source = resolve(from);
        Path target = resolve(to);
        try {
            Files.move(source, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw FileSystemErrors.translate(e, "rename to " + to, source, StorageException.NO_OFFSET);
        }
        for (FileSystemFile file : openFiles) {
            file.renamed(from, to);
        }
    }

    @Override
    public void delete(String name) {
        Path path = resolve(name);
        try {
            Files.delete(path);
        } catch (IOException e) {
            throw FileSystemErrors.translate(e, "delete", path, StorageException.NO_OFFSET);
        }
    }

    @Override
    public void giveTo(String name, StorageDirectory target) {
        if (target instanceof FileSystemDirectory other && linked(resolve(name), other.resolve(name))) {
            return;
        }
        StorageDirectory.super.giveTo(name, target);
    }

    /** Whether a file has a second name now; another medium refuses that, and some refuse it for every file. */
    private static boolean linked(Path file, Path second) {
        try {
            Files.createLink(second, file);
            return true;
        } catch (IOException | UnsupportedOperationException e) {
            // The copy that follows reports what is really wrong.
            return false;
        }
    }

    @Override
    public void sync() {
        try {
            entries.force(true);
        } catch (IOException e) {
            throw FileSystemErrors.translate(e, "sync directory", directory, StorageException.NO_OFFSET);
        }
    }

    @Override
    public List<String> list() {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            for (Path path : stream) {
                names.add(String.valueOf(path.getFileName()));
            }
        } catch (IOException e) {
            throw FileSystemErrors.translate(e, "list", directory, StorageException.NO_OFFSET);
        } catch (DirectoryIteratorException e) {
            throw FileSystemErrors.translate(
                    Objects.requireNonNull(e.getCause()), "list", directory, StorageException.NO_OFFSET);
        }
        Collections.sort(names);
        return names;
    }

    @Override
    public StorageLock lock(String name) {
        return FileSystemLock.acquire(resolve(name), posix ? new FileAttribute<?>[] {FILE_MODE} : NO_ATTRIBUTES);
    }

    @Override
    public boolean locked(String name) {
        return FileSystemLock.held(resolve(name));
    }

    @Override
    public boolean remote() {
        try {
            return RemoteFileSystems.contain(Files.getFileStore(directory).type());
        } catch (IOException e) {
            // Nobody knows, and whatever is wrong shows where files are touched.
            return false;
        }
    }

    @Override
    public long usableBytes() {
        try {
            return Files.getFileStore(directory).getUsableSpace();
        } catch (IOException e) {
            throw FileSystemErrors.translate(e, "ask for the space of", directory, StorageException.NO_OFFSET);
        }
    }

    @Override
    public String path() {
        return directory.toString();
    }

    @Override
    public void close() {
        try {
            entries.close();
        } catch (IOException e) {
            throw FileSystemErrors.translate(e, "close directory", directory, StorageException.NO_OFFSET);
        }
    }

    /** The path of an entry; the name cannot lead out of the directory. */
    Path resolve(String name) {
        return directory.resolve(StorageNames.check(name));
    }

    void closed(FileSystemFile file) {
        openFiles.remove(file);
    }

    private FileSystemFile register(FileSystemFile file) {
        openFiles.add(file);
        return file;
    }

    private static boolean posix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private static void requireEmpty(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new StorageIoException(
                    directory.toString(), StorageException.NO_OFFSET, "exists and is not a directory");
        }
        if (!empty(directory)) {
            throw new StorageIoException(directory.toString(), StorageException.NO_OFFSET, "directory is not empty");
        }
    }

    private static boolean empty(Path directory) throws IOException {
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            return !stream.iterator().hasNext();
        }
    }

    private static void requireOwn(Path directory) throws IOException {
        Object owner = Files.getAttribute(directory, "unix:uid");
        // The owner of /proc/self is the effective user of this process; the JDK has no other way to ask.
        Path self = Path.of("/proc/self");
        if (Files.exists(self) && !Files.getAttribute(self, "unix:uid").equals(owner)) {
            throw new StorageIoException(
                    directory.toString(),
                    StorageException.NO_OFFSET,
                    "directory belongs to another user: uid=" + owner);
        }
    }

    private static void requireNotWritableByOthers(Path directory) throws IOException {
        Set<PosixFilePermission> permissions =
                Files.readAttributes(directory, PosixFileAttributes.class).permissions();
        EnumSet<PosixFilePermission> foreign =
                EnumSet.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);
        foreign.retainAll(permissions);
        if (!foreign.isEmpty()) {
            throw new StorageIoException(
                    directory.toString(),
                    StorageException.NO_OFFSET,
                    "directory is writable by others: mode=" + PosixFilePermissions.toString(permissions)
                            + "; run chmod go-w on it");
        }
    }

    private static void syncEntriesOf(Path parent) throws IOException {
        try (FileChannel channel = FileChannel.open(parent, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Takes the write permission from a file: mode 0400. */
    void seal(String name) {
        Path path = resolve(name);
        try {
            if (posix) {
                Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                        .setPermissions(PosixFilePermissions.fromString("r--------"));
            }
        } catch (IOException e) {
            throw FileSystemErrors.translate(e, "seal", path, StorageException.NO_OFFSET);
        }
    }
}
