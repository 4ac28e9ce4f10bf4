// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The lock file of a {@link FileSystemDirectory}. Any thread.
 *
 * <p>Two locks in one: an entry in a registry of this process, and the operating system's lock on the file. The registry
 * comes first and is not for comfort: the operating system's locks belong to the process, and <em>closing any</em>
 * descriptor of the file gives them up. A second opening in the same process must therefore be refused without touching
 * the file.
 */
final class FileSystemLock implements StorageLock {
    private static final int HOLDER_BYTES_MAX = 256;
    /** Who only looks whether the lock is held; that takes microseconds. */
    private static final String PROBE = "a look at the lock";

    private static final String UNSIGNED = "a process that has not signed";

    private static final int PROBES_MAX = 20;
    private static final long PROBE_NANOS = 1_000_000;
    /** How often a refused opening looks for its holder's name, which on a busy machine comes late. */
    private static final int NAME_LOOKS_MAX = 200;

    // Channels that must never be closed, because closing them would release a lock that other code of this process
    // took on the same file without asking the registry. Static, because that code's lock lives as long as the process.
    private static final Queue<FileChannel> NEVER_CLOSED = new ConcurrentLinkedQueue<>();

    private final Path path;
    private final String registryKey;
    private final FileChannel channel;
    private final FileLock lock;
    private final Object identity;
    private final String holder;
    private final AtomicBoolean closed = new AtomicBoolean();

    private FileSystemLock(
            Path path, String registryKey, FileChannel channel, FileLock lock, Object identity, String holder) {
        this.path = path;
        this.registryKey = registryKey;
        this.channel = channel;
        this.lock = lock;
        this.identity = identity;
        this.holder = holder;
    }

    static FileSystemLock acquire(Path path, FileAttribute<?>[] mode) {
        try {
            String key = key(path);
            String holder = LockRegistry.describeThisProcess();
            String present = LockRegistry.claim(key, holder);
            for (int look = 0; present.equals(PROBE) && look < PROBES_MAX; look++) {
                LockSupport.parkNanos(PROBE_NANOS);
                present = LockRegistry.claim(key, holder);
            }
            if (!present.isEmpty()) {
                throw new StoreLockedException(path.toString(), "the store is already open in this process", present);
            }
            FileSystemLock acquired = null;
            try {
                acquired = lockFile(path, mode, key, holder);
                return acquired;
            } finally {
                if (acquired == null) {
                    LockRegistry.release(key);
                }
            }
        } catch (IOException e) {
            throw FileSystemErrors.translate(e, "lock", path, StorageException.NO_OFFSET);
        }
    }

    /**
     * Says whether somebody holds the lock. Opening and closing the file would give up a lock that this process holds, so
     * the registry is asked first, and claimed meanwhile.
     */
    @SuppressWarnings("resource") // kept on purpose, see NEVER_CLOSED
    static boolean held(Path path) {
        try {
            String key = key(path);
            String present = LockRegistry.claim(key, PROBE);
            for (int look = 0; present.equals(PROBE) && look < PROBES_MAX; look++) {
                LockSupport.parkNanos(PROBE_NANOS);
                present = LockRegistry.claim(key, PROBE);
            }
            if (!present.isEmpty()) {
                return true;
            }
            FileChannel channel = null;
            boolean foreign = false;
            try {
                channel = FileChannel.open(path, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
                FileLock shared = channel.tryLock(0, Long.MAX_VALUE, true);
                return shared == null;
            } catch (OverlappingFileLockException e) {
                foreign = true;
                NEVER_CLOSED.add(Objects.requireNonNull(channel));
                return true;
            } finally {
                if (channel != null && !foreign) {
                    channel.close();
                }
                LockRegistry.release(key);
            }
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw FileSystemErrors.translate(e, "look at lock", path, StorageException.NO_OFFSET);
        }
    }

    /**
     * The directory's identity, not the path's: a symbolic link or a bind mount leads to the same key, and it does not
     * change when somebody replaces the lock file.
     */
    private static String key(Path path) throws IOException {
        return path.getFileName() + "@" + identity(Objects.requireNonNull(path.getParent()));
    }

    /** Tries again while another process may only be looking whether the lock is held. */
    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        FileLock lock = channel.tryLock();
        for (int look = 0; lock == null && look < PROBES_MAX; look++) {
            LockSupport.parkNanos(PROBE_NANOS);
            lock = channel.tryLock();
        }
        return lock;
    }

    @SuppressWarnings("resource") // kept on purpose, see NEVER_CLOSED
    private static FileSystemLock lockFile(Path path, FileAttribute<?>[] mode, String key, String holder)
            throws IOException {
        FileChannel channel = FileChannel.open(
                path,
                Set.of(
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        LinkOption.NOFOLLOW_LINKS),
                mode);
        boolean done = false;
        try {
            FileLock lock = tryLock(channel);
            if (lock == null) {
                throw new StoreLockedException(
                        path.toString(), "the store is open in another process", awaitHolder(channel));
            }
            String signature = sign(path, channel, holder);
            FileSystemLock result = new FileSystemLock(path, key, channel, lock, identity(path), signature);
            done = true;
            return result;
        } catch (OverlappingFileLockException e) {
            NEVER_CLOSED.add(channel);
            done = true;
            throw new StoreLockedException(path.toString(), "other code of this process holds the lock file", holder);
        } finally {
            if (!done) {
                channel.close();
            }
        }
    }

    /** Writes who holds the lock and returns what stands there. A full device is no reason not to open a store. */
    private static String sign(Path path, FileChannel channel, String holder) throws IOException {
        try {
            channel.truncate(0);
            ByteBuffer signature = ByteBuffer.wrap(holder.getBytes(US_ASCII));
            while (signature.hasRemaining()) {
                int written = channel.write(signature, signature.position());
                assert written > 0 : "a channel that blocks writes something";
            }
            return holder;
        } catch (IOException e) {
            if (FileSystemErrors.translate(e, "write", path, 0) instanceof StoreFullException) {
                return readHolder(channel);
            }
            throw e;
        }
    }

    @Override
    public void ensureValid() {
        try {
            if (!lock.isValid()) {
                throw lost("the lock was released");
            }
            if (!identity(path).equals(identity)) {
                throw lost("the lock file was replaced");
            }
            String found = readHolder(channel);
            if (!found.equals(holder)) {
                throw lost("the lock was taken over by " + found);
            }
        } catch (NoSuchFileException e) {
            throw lost("the lock file was deleted", e);
        } catch (IOException e) {
            throw lost("the lock file cannot be read", e);
        }
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        try {
            // Where somebody took the lock over, it is his name that stands there.
            if (readHolder(channel).equals(holder)) {
                channel.truncate(0);
            }
        } catch (IOException e) {
            // The text only explains a refusal to others; the lock itself is what is given back below.
        }
        try {
            channel.close();
        } catch (IOException e) {
            throw FileSystemErrors.translate(e, "unlock", path, StorageException.NO_OFFSET);
        } finally {
            LockRegistry.release(registryKey);
        }
    }

    private StoreFailedException lost(String what) {
        return new StoreFailedException(path.toString(), StorageException.NO_OFFSET, what);
    }

    private StoreFailedException lost(String what, IOException cause) {
        return new StoreFailedException(path.toString(), StorageException.NO_OFFSET, what, cause);
    }

    /** Device and inode where the file system has them. */
    private static Object identity(Path path) throws IOException {
        Object key = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
        return key != null ? key.toString() : path.toRealPath().toString();
    }

    /** Who took the lock a moment ago may not have signed yet, and who is about to give it back has taken its name off. */
    private static String awaitHolder(FileChannel channel) throws IOException {
        String holder = readHolder(channel);
        for (int look = 0; holder.equals(UNSIGNED) && look < NAME_LOOKS_MAX; look++) {
            LockSupport.parkNanos(PROBE_NANOS);
            holder = readHolder(channel);
        }
        return holder;
    }

    /** What the holder wrote about itself; anything may stand there, so it is bounded and made printable. */
    private static String readHolder(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(HOLDER_BYTES_MAX);
        int read = 0;
        while (read >= 0 && bytes.hasRemaining()) {
            read = channel.read(bytes, bytes.position());
        }
        if (bytes.position() == 0) {
            return UNSIGNED;
        }
        return new String(bytes.array(), 0, bytes.position(), US_ASCII).replaceAll("[^ -~]", "?");
    }
}
