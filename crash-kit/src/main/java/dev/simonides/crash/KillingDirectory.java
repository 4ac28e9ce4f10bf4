// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash;

import dev.simonides.wal.Access;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.StorageFile;
import dev.simonides.wal.StorageLock;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** A directory that kills the process at one operation. Any thread. */
final class KillingDirectory implements StorageDirectory {
    private final StorageDirectory inner;
    private final Countdown countdown;
    // Of each thread, because one may write the log while another makes a checkpoint.
    private final ThreadLocal<List<String>> named = ThreadLocal.withInitial(ArrayList::new);

    /** How many operations of the chosen kind are left, over all openings of the directory. Any thread. */
    static final class Countdown {
        private final Kill.AtStep kill;
        private final BooleanSupplier counts;
        private final AtomicInteger remaining;
        private final Sigkill signal = new Sigkill();

        /** Counts operations as long as something is true. */
        Countdown(Kill.AtStep kill, BooleanSupplier counts) {
            this.kill = kill;
            this.counts = counts;
            this.remaining = new AtomicInteger(kill.first());
        }

        private boolean hits(Kill.Step step, List<String> names) {
            return step == kill.step()
                    && (kill.prefix().isEmpty() || names.stream().anyMatch(name -> name.startsWith(kill.prefix())))
                    && counts.getAsBoolean()
                    && remaining.decrementAndGet() == 0;
        }
    }

    KillingDirectory(StorageDirectory inner, Countdown countdown) {
        this.inner = inner;
        this.countdown = countdown;
    }

    private void step(Kill.Step step, String name, Runnable operation) {
        step(step, List.of(name), operation);
    }

    /** Does an operation; before or after it the process may end. */
    private void step(Kill.Step step, List<String> names, Runnable operation) {
        boolean last = countdown.hits(step, names);
        if (last && !countdown.kill.after()) {
            countdown.signal.send();
        }
        operation.run();
        if (last) {
            countdown.signal.send();
        }
    }

    @Override
    public StorageFile create(String name) {
        StorageFile[] file = new StorageFile[1];
        step(Kill.Step.CREATE, name, () -> file[0] = inner.create(name));
        named.get().add(name);
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
        named.get().add(to);
    }

    @Override
    public void delete(String name) {
        step(Kill.Step.DELETE, name, () -> inner.delete(name));
    }

    @Override
    public void sync() {
        step(Kill.Step.SYNC_DIRECTORY, named.get(), inner::sync);
        named.get().clear();
    }

    @Override
    public List<String> list() {
        return inner.list();
    }

    @Override
    public StorageLock lock(String name) {
        StorageLock[] lock = new StorageLock[1];
        step(Kill.Step.LOCK, name, () -> lock[0] = inner.lock(name));
        return lock[0];
    }

    @Override
    public boolean locked(String name) {
        return inner.locked(name);
    }

    @Override
    public long usableBytes() {
        return inner.usableBytes();
    }

    @Override
    public boolean remote() {
        return inner.remote();
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
