// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * One open file of a {@link StorageDirectory}, read and written at stated positions.
 *
 * <p>Open to any thread: calls carry their position and share no cursor.
 */
public interface StorageFile extends AutoCloseable {
    /**
     * The file's name in its directory, for messages.
     *
     * @return the name
     */
    String name();

    /**
     * Reads some bytes.
     *
     * @param destination filled from its position, at most to its limit
     * @param position bytes from the file's start
     * @return how many bytes were read, or −1 at or after the file's end
     */
    int read(ByteBuffer destination, long position);

    /**
     * Writes some bytes, perhaps fewer than asked.
     *
     * @param source taken from its position, at most to its limit
     * @param position bytes from the file's start
     * @return how many bytes were written
     * @throws StoreFullException if there is no room
     * @throws IllegalStateException if the file was opened for reading
     */
    int write(ByteBuffer source, long position);

    /**
     * Reads until the destination is full.
     *
     * @param destination filled from its position to its limit
     * @param position bytes from the file's start
     * @throws StorageIoException if the file ends before
     */
    default void readFully(ByteBuffer destination, long position) {
        long at = position;
        while (destination.hasRemaining()) {
            int read = read(destination, at);
            if (read <= 0) {
                throw new StorageIoException(
                        name(), at, "file ends early: missing=" + destination.remaining() + " bytes");
            }
            at += read;
        }
    }

    /**
     * Writes until the source is empty, however short the single writes are.
     *
     * @param source taken from its position to its limit
     * @param position bytes from the file's start
     * @throws StoreFullException if there is no room
     */
    default void writeFully(ByteBuffer source, long position) {
        long at = position;
        while (source.hasRemaining()) {
            int written = write(source, at);
            if (written <= 0) {
                throw new StorageIoException(
                        name(), at, "write makes no progress: missing=" + source.remaining() + " bytes");
            }
            at += written;
        }
    }

    /**
     * Makes every byte written so far, and the file's size, durable. A failed call must not be repeated on the same
     * file: the second one may report success for bytes that are lost.
     *
     * @param metadata whether times and permissions become durable too
     */
    void sync(boolean metadata);

    /**
     * The file's size.
     *
     * @return bytes
     */
    long size();

    /**
     * Cuts the file; a file that is not longer is left as it is.
     *
     * @param bytes the new size
     */
    void truncate(long bytes);

    /**
     * Bytes of the file as memory that cannot be written. They are as they come from the medium: whoever needs to rely
     * on them checks them by reading. The file must not be cut while they are in use, or the process dies.
     *
     * <p>An implementation without mappings hands out a copy, as this one does.
     *
     * @param offset bytes from the file's start
     * @param bytes how many, within the file
     * @param arena keeps the memory; the file may be closed before it
     * @return the bytes, read-only
     * @throws StorageIoException if the file ends before
     * @throws BudgetExceededException if there is no address space for them
     */
    default MemorySegment mapReadOnly(long offset, long bytes, Arena arena) {
        requireWithin(offset, bytes);
        // 64, so that what is aligned in the file is aligned in memory, as it is in a mapping.
        MemorySegment copy = arena.allocate(bytes, 64);
        int chunkMax = 1 << 30;
        for (long done = 0; done < bytes; done += chunkMax) {
            long chunk = Math.min(bytes - done, chunkMax);
            readFully(copy.asSlice(done, chunk).asByteBuffer(), offset + done);
        }
        return copy.asReadOnly();
    }

    /**
     * Checks that a range lies within the file, because touching a mapping behind the end kills the process.
     *
     * @param offset bytes from the file's start
     * @param bytes how many
     * @throws StorageIoException if it does not
     */
    default void requireWithin(long offset, long bytes) {
        if (offset < 0 || bytes < 0) {
            throw new IllegalArgumentException("expected=0.., offset=" + offset + ", bytes=" + bytes);
        }
        long size = size();
        if (offset > size || bytes > size - offset) {
            throw new StorageIoException(name(), offset, "file ends early: expected=" + bytes + " bytes, size=" + size);
        }
    }

    /** Takes from everybody the permission to write the file: it is complete and will never change. */
    void seal();

    /** Closes the file without making anything durable; closing again does nothing. */
    @Override
    void close();
}
