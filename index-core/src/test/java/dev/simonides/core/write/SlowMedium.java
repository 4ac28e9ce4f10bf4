// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

import dev.simonides.wal.Access;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StorageFile;
import dev.simonides.wal.StorageIoException;
import dev.simonides.wal.StorageLock;
import dev.simonides.wal.StoreFullException;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A medium whose syncs of data stand still until they are let go or made to fail, and which can be full. Syncs that make a
 * segment, metadata and all, pass. Any thread.
 */
public final class SlowMedium implements StorageDirectory {
    private final StorageDirectory inner;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean held;
    private int permits;
    private boolean failing;
    private int syncs;
    private int waiting;
    private volatile boolean full;

    public SlowMedium() {
        this(SimulatedDirectory.empty());
    }

    public SlowMedium(StorageDirectory inner) {
        this.inner = inner;
    }

    /** From now on a sync waits. */
    public void hold() {
        change(() -> {
            held = true;
            permits = 0;
        });
    }

    /** Lets one sync go, that waits or comes. */
    public void releaseOne() {
        change(() -> permits++);
    }

    /** Lets all syncs go. */
    public void release() {
        change(() -> held = false);
    }

    /** Makes the sync that waits, or the next one, fail. */
    public void fail() {
        change(() -> failing = true);
    }

    /** Whether writes are refused for want of space. */
    public void full(boolean value) {
        full = value;
    }

    /** How many syncs of data were begun. */
    public int syncs() {
        lock.lock();
        try {
            return syncs;
        } finally {
            lock.unlock();
        }
    }

    /** How many stand still. */
    public int waiting() {
        lock.lock();
        try {
            return waiting;
        } finally {
            lock.unlock();
        }
    }

    private void change(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void pass(String file) {
        lock.lock();
        try {
            syncs++;
            waiting++;
            while (held && permits == 0 && !failing) {
                changed.awaitUninterruptibly();
            }
            waiting--;
            if (failing) {
                failing = false;
                throw new StorageIoException(file, StorageException.NO_OFFSET, "the medium lost its sync");
            }
            permits = Math.max(0, permits - 1);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public StorageFile create(String name) {
        requireRoom(name);
        return new SlowFile(inner.create(name));
    }

    private void requireRoom(String name) {
        if (full) {
            throw new StoreFullException(name, 0, "the medium is full");
        }
    }

    @Override
    public StorageFile open(String name, Access access) {
        return new SlowFile(inner.open(name, access));
    }

    @Override
    public boolean exists(String name) {
        return inner.exists(name);
    }

    @Override
    public void rename(String from, String to) {
        inner.rename(from, to);
    }

    @Override
    public void delete(String name) {
        inner.delete(name);
    }

    @Override
    public void sync() {
        inner.sync();
    }

    @Override
    public List<String> list() {
        return inner.list();
    }

    @Override
    public StorageLock lock(String name) {
        return inner.lock(name);
    }

    @Override
    public boolean locked(String name) {
        return inner.locked(name);
    }

    @Override
    public String path() {
        return inner.path();
    }

    @Override
    public void close() {
        inner.close();
    }

    private final class SlowFile implements StorageFile {
        private final StorageFile file;

        SlowFile(StorageFile file) {
            this.file = file;
        }

        @Override
        public String name() {
            return file.name();
        }

        @Override
        public int read(ByteBuffer destination, long position) {
            return file.read(destination, position);
        }

        @Override
        public int write(ByteBuffer source, long position) {
            requireRoom(name());
            return file.write(source, position);
        }

        @Override
        public void sync(boolean metadata) {
            if (!metadata) {
                pass(name());
            }
            file.sync(metadata);
        }

        @Override
        public long size() {
            return file.size();
        }

        @Override
        public void truncate(long bytes) {
            file.truncate(bytes);
        }

        @Override
        public MemorySegment mapReadOnly(long offset, long bytes, Arena arena) {
            return file.mapReadOnly(offset, bytes, arena);
        }

        @Override
        public void seal() {
            file.seal();
        }

        @Override
        public void close() {
            file.close();
        }
    }
}
