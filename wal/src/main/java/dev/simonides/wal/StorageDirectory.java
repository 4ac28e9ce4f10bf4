// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * One directory of files: the only door through which a store reaches its medium.
 *
 * <p>Names are plain file names of this directory, of letters, digits, dot, underscore and dash, never paths. Every
 * failure is a {@link StorageException} that names file and offset. An implementation is open to any thread; whether
 * an interrupt of the calling thread harms it is said there.
 *
 * <p>What is durable: the bytes and the size of a file after {@link StorageFile#sync}, its <em>name</em> only after
 * {@link #sync}. Creating, renaming and deleting are not durable before that.
 */
public interface StorageDirectory extends AutoCloseable {
    /**
     * Creates an empty file, readable and writable by its owner only, and opens it for reading and writing.
     *
     * @param name the name, which must be free
     * @return the open file, closed by the caller
     * @throws StorageException if the name is taken (by a symbolic link too) or the medium refuses
     */
    StorageFile create(String name);

    /**
     * Opens an existing file; a symbolic link is refused.
     *
     * @param name the name
     * @param access what the file is opened for
     * @return the open file, closed by the caller
     * @throws StorageException if there is none or the medium refuses
     */
    StorageFile open(String name, Access access);

    /**
     * Whether a file of that name is there.
     *
     * @param name the name
     * @return whether it exists
     */
    boolean exists(String name);

    /**
     * Gives a file another name, atomically, replacing a file that has it. Open files follow.
     *
     * @param from the present name
     * @param to the new name
     */
    void rename(String from, String to);

    /**
     * Removes a file.
     *
     * @param name the name, which must exist
     */
    void delete(String name);

    /**
     * Gives a file that will never change to another directory, under the same name and durable but for that: as a second
     * name of the same file where the medium allows it, otherwise as a copy.
     *
     * @param name the file, which the target must not have
     * @param target the other directory
     * @throws StorageException if the name is taken there or a medium refuses
     */
    default void giveTo(String name, StorageDirectory target) {
        try (StorageFile source = open(name, Access.READ)) {
            StorageFile copy = target.create(name);
            boolean done = false;
            try {
                ByteBuffer buffer = DirectBytes.allocate(1 << 20);
                long size = source.size();
                for (long at = 0; at < size; at += buffer.limit()) {
                    buffer.clear().limit((int) Math.min(buffer.capacity(), size - at));
                    source.readFully(buffer, at);
                    copy.writeFully(buffer.rewind(), at);
                }
                copy.seal();
                copy.sync(true);
                done = true;
            } finally {
                copy.close();
                if (!done) {
                    target.delete(name);
                }
            }
        }
    }

    /** Makes every creation, renaming and removal so far durable. */
    void sync();

    /**
     * The names of all entries.
     *
     * @return the names in ascending order
     */
    List<String> list();

    /**
     * Takes the lock file of that name for as long as the returned object stays open; it is created if missing and
     * never deleted.
     *
     * @param name the name
     * @return the lock, closed by the caller
     * @throws StoreLockedException if it is held, by another process or by this one
     */
    StorageLock lock(String name);

    /**
     * Says whether a lock is held, by another process or by this one, without taking it and without making its file.
     *
     * @param name the name
     * @return whether {@link #lock} would be refused at this moment
     */
    boolean locked(String name);

    /**
     * Says whether the medium is reached over a network or through another program: then locks, syncs and mappings may do
     * less than they say, and nobody can find out.
     *
     * @return whether it is known to be
     */
    default boolean remote() {
        return false;
    }

    /**
     * Says how much more can be written, for work that is better not begun than broken off. Others may use it up meanwhile.
     *
     * @return bytes, {@code Long.MAX_VALUE} where the medium does not say
     */
    default long usableBytes() {
        return Long.MAX_VALUE;
    }

    /**
     * Where this directory is, for messages.
     *
     * @return its path
     */
    String path();

    /** Releases the directory; files and locks taken from it are closed by those who took them. */
    @Override
    void close();
}
