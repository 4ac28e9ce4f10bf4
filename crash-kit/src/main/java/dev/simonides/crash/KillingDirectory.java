// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash;

import dev.simonides.wal.Access;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.StorageFile;
import dev.simonides.wal.StorageLock;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A directory that ends the process at one operation, as if it were killed. Any thread. */
final class KillingDirectory implements StorageDirectory {
    private static final int STATUS_OF_KILLED = 128 + 9;

    private final StorageDirectory inner;
    private final Countdown countdown;
    private volatile String changed = "";

    /** How many operations of the chosen kind are left, over all openings of the directory. Any thread. */
    static final class Countdown {
        private final Kill.AtStep kill;
        private final AtomicInteger remaining;

        Countdown(Kill.AtStep kill) {
            this.kill = kill;
            this.remaining = new AtomicInteger(kill.first());
        }

        boolean hits(Kill.Step step, String name) {
            return step == kill.step() && name.startsWith(kill.prefix()) && remaining.decrementAndGet() == 0;
        }
    }

    KillingDirectory(StorageDirectory inner, Countdown countdown) {
        this.inner = inner;
        this.countdown = countdown;
    }

    /** Does an operation; before or after it the process may end. */
    private void step(Kill.Step step, String name, Runnable operation) {
        boolean last = countdown.hits(step, name);
        if (last && !countdown.kill.after()) {
            halt();
        }
        operation.run();
        if (last) {
            halt();
        }
    }

    private static void halt() {
        // Ends the process at once: no hook, no finally, nothing is closed.
        Runtime.getRuntime().halt(STATUS_OF_KILLED);
    }

    @Override
    public StorageFile create(String name) {
        StorageFile[] file = new StorageFile[1];
        step(Kill.Step.CREATE, name, () -> file[0] = inner.create(name));
        changed = name;
        return new KillingFile(file[0]);
    }

    @Override
    public StorageFile open(String name, Access access) {
        return new KillingFile(inner.open(name, access));
    }

    @Override
    public boolean exists(String name) {
        return inner.exists(name);
    }

    @Override
    public void rename(String from, String to) {
        step(Kill.Step.RENAME, to, () -> inner.rename(from, to));
        changed = to;
    }

    @Override
    public void delete(String name) {
        step(Kill.Step.DELETE, name, () -> inner.delete(name));
        changed = name;
    }

    @Override
    public void sync() {
        step(Kill.Step.SYNC_DIRECTORY, changed, inner::sync);
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

    /** A file of the directory. */
    private final class KillingFile implements StorageFile {
        private final StorageFile file;

        KillingFile(StorageFile file) {
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
            int[] written = new int[1];
            step(Kill.Step.WRITE, name(), () -> written[0] = file.write(source, position));
            return written[0];
        }

        @Override
        public void sync(boolean metadata) {
            step(Kill.Step.SYNC, name(), () -> file.sync(metadata));
        }

        @Override
        public long size() {
            return file.size();
        }

        @Override
        public MemorySegment mapReadOnly(long offset, long bytes, Arena arena) {
            return file.mapReadOnly(offset, bytes, arena);
        }

        @Override
        public void truncate(long bytes) {
            file.truncate(bytes);
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
