// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Makes segments. A segment is made under a name of its own, filled with zeros, made durable, and only then given its
 * name: so whatever a crash leaves of one that was not finished is a file that nobody looks at.
 *
 * <p>{@link #prepare} may run on any thread; everything else is for the writer thread.
 */
final class SegmentFactory implements AutoCloseable {
    private static final int ZEROS_BYTES_MAX = 1 << 20;

    private final StorageDirectory directory;
    private final LogOptions options;
    private final ReentrantLock lock = new ReentrantLock();
    private long nextNumber;
    // Between begin and complete the file with the next number's unfinished name is a segment in the making.
    private boolean begun;
    private @Nullable Blank ready;
    private @Nullable ByteBuffer zeros;

    /** A file of zeros that has no segment's name yet. */
    private record Blank(StorageFile file, long capacity) {}

    SegmentFactory(StorageDirectory directory, LogOptions options, long nextNumber) {
        this.directory = directory;
        this.options = options;
        this.nextNumber = nextNumber;
    }

    /** Makes the file of the next segment ahead of its need; does nothing if there is one, or one in the making. */
    void prepare() {
        lock.lock();
        try {
            if (ready == null && !begun) {
                ready = blank(options.segmentBytes());
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Writes the header of the next segment; {@link #complete} makes it a part of the log.
     *
     * @param capacity the least size of the file
     */
    SegmentWriter begin(long incarnation, long baseLsn, long capacity, ByteBuffer sectors) {
        lock.lock();
        try {
            Blank blank = take(capacity);
            SegmentHeader header =
                    new SegmentHeader(options.storeId(), incarnation, nextNumber, baseLsn, newSalt(), blank.capacity());
            begun = true;
            try {
                SegmentWriter.zero(sectors, SegmentLayout.BLOCK_BYTES);
                header.write(sectors);
                blank.file().writeFully(sectors.limit(SegmentLayout.BYTES), 0);
            } catch (RuntimeException | Error e) {
                begun = false;
                discard(blank.file());
                throw e;
            }
            return new SegmentWriter(header, blank.file(), sectors);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Makes a segment and all that was appended to it durable and gives it its name; the directory is not synced.
     *
     * @throws StoreFailedException if the name is another file's, or nobody knows whether the segment has it: what is
     *     appended to the one before it may be void
     * @throws StorageException if the medium refuses; the segment is no part of the log
     */
    void complete(SegmentWriter segment) {
        lock.lock();
        boolean done = false;
        try {
            segment.file().sync(true);
            giveName(SegmentName.unfinished(nextNumber), SegmentName.of(nextNumber));
            nextNumber++;
            done = true;
        } finally {
            begun = false;
            if (!done) {
                discard(segment.file());
            }
            lock.unlock();
        }
    }

    private void giveName(String unfinished, String name) {
        if (directory.exists(name)) {
            throw new StoreFailedException(
                    directory.path(), StorageException.NO_OFFSET, "somebody else writes this log: made " + name);
        }
        try {
            directory.rename(unfinished, name);
        } catch (StorageException e) {
            if (!stillThere(unfinished)) {
                throw new StoreFailedException(
                        directory.path(),
                        StorageException.NO_OFFSET,
                        "nobody knows whether " + name + " is part of the log: " + e.getMessage(),
                        e);
            }
            throw e;
        }
    }

    private boolean stillThere(String name) {
        try {
            return directory.exists(name);
        } catch (StorageException e) {
            return false;
        }
    }

    /** The number of the segment in the making, or of the next one that will be made. */
    long nextNumber() {
        lock.lock();
        try {
            return nextNumber;
        } finally {
            lock.unlock();
        }
    }

    /** Removes what a crash left of segments that were not finished. */
    static void removeUnfinished(StorageDirectory directory) {
        for (String name : directory.list()) {
            if (SegmentName.isUnfinished(name)) {
                directory.delete(name);
            }
        }
    }

    /**
     * Removes a segment of a creation that was cut off.
     *
     * @throws NotAStoreException if it holds a frame
     */
    static void removeEmpty(StorageDirectory directory, long number) {
        String name = SegmentName.of(number);
        try (StorageFile file = directory.open(name, Access.READ)) {
            long size = file.size();
            ByteBuffer chunk = DirectBytes.allocate(SegmentLayout.BLOCK_BYTES);
            for (long at = SegmentLayout.BLOCK_BYTES; at < size; at += SegmentLayout.BLOCK_BYTES) {
                SegmentWriter.zero(chunk, chunk.capacity());
                file.readFully(chunk.clear().limit((int) Math.min(chunk.capacity(), size - at)), at);
                if (!SectorStamps.zero(chunk.clear(), 0, chunk.capacity())) {
                    throw new NotAStoreException(
                            directory.path(),
                            StorageException.NO_OFFSET,
                            "a log that holds records is here, but no store: file=" + name);
                }
            }
        }
        directory.delete(name);
    }

    /** Gives up the file made ahead. */
    @Override
    public void close() {
        lock.lock();
        try {
            if (ready != null) {
                discard(ready.file());
                ready = null;
            }
        } finally {
            lock.unlock();
        }
    }

    private Blank take(long capacity) {
        Blank blank = ready;
        ready = null;
        if (blank != null && blank.capacity() >= capacity) {
            return blank;
        }
        if (blank != null) {
            discard(blank.file());
        }
        return blank(capacity);
    }

    private Blank blank(long capacity) {
        String name = SegmentName.unfinished(nextNumber);
        if (directory.exists(name)) {
            directory.delete(name);
        }
        StorageFile file = directory.create(name);
        boolean done = false;
        try {
            ByteBuffer filling =
                    zeros != null ? zeros : DirectBytes.allocate(Math.min(ZEROS_BYTES_MAX, options.segmentBytes()));
            zeros = filling;
            for (long at = 0; at < capacity; ) {
                int chunk = (int) Math.min(capacity - at, filling.capacity());
                file.writeFully(filling.clear().limit(chunk), at);
                at += chunk;
            }
            file.sync(true);
            done = true;
            return new Blank(file, capacity);
        } finally {
            if (!done) {
                discard(file);
            }
        }
    }

    /** Removes an unfinished file while another failure is on its way to the caller. */
    private void discard(StorageFile file) {
        String name = file.name();
        try {
            file.close();
            directory.delete(name);
        } catch (StorageException e) {
            // The next opening removes it, and so does the next attempt to make this segment.
        }
    }

    /** A salt that keeps every stamped sector from being all zero. */
    private long newSalt() {
        long salt = options.salts().nextLong();
        while (!SectorStamps.usable(salt)) {
            salt = options.salts().nextLong();
        }
        return salt;
    }
}
