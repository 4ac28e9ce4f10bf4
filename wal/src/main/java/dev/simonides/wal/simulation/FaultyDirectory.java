// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal.simulation;

import dev.simonides.wal.Access;
import dev.simonides.wal.BudgetExceededException;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StorageFile;
import dev.simonides.wal.StorageIoException;
import dev.simonides.wal.StorageLock;
import dev.simonides.wal.StoreFullException;
import dev.simonides.wal.StoreReadOnlyException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;

/**
 * A directory that fails where told, and counts. Any thread.
 *
 * <p>To fail everywhere once: run a scenario with {@link Fault#none()}, take {@link #operations()}, and run it again with a
 * fault at 1, 2, 3 … until a run ends in which the fault did not happen.
 */
public final class FaultyDirectory implements StorageDirectory {
    /** What an operation is, to tell which faults can hit it. */
    private enum Step {
        READ,
        WRITE,
        OPEN,
        CREATE,
        CHANGE,
        SYNC,
        MAP,
        LOOK
    }

    /** No file's name. */
    private static final String THE_DIRECTORY = "";

    private final StorageDirectory inner;
    private final Fault fault;
    private final IntConsumer before;
    private int operations;
    private int openFiles;
    private int firedAt;

    /** What could not be synced since the lock was taken: files by their present names, and the directory. */
    private final Set<String> failedSyncs = new HashSet<>();

    private int repeatedSyncs;

    /**
     * A directory with a fault.
     *
     * @param inner where the operations go that do not fail
     * @param fault the fault
     */
    public FaultyDirectory(StorageDirectory inner, Fault fault) {
        this(inner, fault, FaultyDirectory::nothing);
    }

    /**
     * A directory with a fault, and with something to do before every operation: wait, to play a slow device; or note
     * what was promised until then.
     *
     * @param inner where the operations go that do not fail
     * @param fault the fault
     * @param before receives the operation's number, counted from 1
     */
    public FaultyDirectory(StorageDirectory inner, Fault fault, IntConsumer before) {
        this.inner = inner;
        this.fault = fault;
        this.before = before;
    }

    /**
     * How many operations there were.
     *
     * @return their number, those that failed included
     */
    public synchronized int operations() {
        return operations;
    }

    /**
     * Whether the fault happened.
     *
     * @return whether it did
     */
    public synchronized boolean fired() {
        return firedAt > 0;
    }

    /**
     * Which operation the fault hit first. To fail everywhere once without trying anything twice, the next run's fault is at
     * the operation behind this one.
     *
     * @return its number, counted from 1; 0 if the fault did not happen
     */
    public synchronized int firedAt() {
        return firedAt;
    }

    /**
     * How many syncs there were of a file, or of the directory, whose sync had failed: the second may succeed although what
     * the first was to make durable is lost. Who takes the lock begins anew.
     *
     * @return their number
     */
    public synchronized int repeatedSyncs() {
        return repeatedSyncs;
    }

    /**
     * How many files and locks are open.
     *
     * @return their number
     */
    public synchronized int openFiles() {
        return openFiles;
    }

    @Override
    public StorageFile create(String name) {
        boolean failing = step(Step.CREATE, name, StorageException.NO_OFFSET);
        forget(name);
        StorageFile created = inner.create(name);
        if (failing) {
            created.close();
            throw doneAllTheSame(name);
        }
        return opened(created);
    }

    @Override
    public StorageFile open(String name, Access access) {
        step(Step.OPEN, name, StorageException.NO_OFFSET);
        return opened(inner.open(name, access));
    }

    @Override
    public boolean exists(String name) {
        return inner.exists(name);
    }

    @Override
    public void rename(String from, String to) {
        boolean failing = step(Step.CHANGE, from, StorageException.NO_OFFSET);
        inner.rename(from, to);
        renamed(from, to);
        if (failing) {
            throw doneAllTheSame(from);
        }
    }

    @Override
    public void delete(String name) {
        boolean failing = step(Step.CHANGE, name, StorageException.NO_OFFSET);
        inner.delete(name);
        if (failing) {
            throw doneAllTheSame(name);
        }
    }

    private static StorageIoException doneAllTheSame(String name) {
        return new StorageIoException(name, StorageException.NO_OFFSET, "injected: input/output error");
    }

    @Override
    public void sync() {
        syncing(THE_DIRECTORY, () -> {
            step(Step.SYNC, path(), StorageException.NO_OFFSET);
            inner.sync();
        });
    }

    private void syncing(String name, Runnable sync) {
        synchronized (this) {
            repeatedSyncs += failedSyncs.contains(name) ? 1 : 0;
        }
        try {
            sync.run();
        } catch (StorageException e) {
            synchronized (this) {
                failedSyncs.add(name);
            }
            throw e;
        }
    }

    private synchronized void forget(String name) {
        failedSyncs.remove(name);
    }

    private synchronized void renamed(String from, String to) {
        failedSyncs.remove(to);
        if (failedSyncs.remove(from)) {
            failedSyncs.add(to);
        }
    }

    @Override
    public List<String> list() {
        step(Step.LOOK, path(), StorageException.NO_OFFSET);
        return inner.list();
    }

    @Override
    public StorageLock lock(String name) {
        step(Step.OPEN, name, StorageException.NO_OFFSET);
        StorageLock lock = inner.lock(name);
        synchronized (this) {
            failedSyncs.clear();
        }
        return lock;
    }

    @Override
    public boolean locked(String name) {
        step(Step.LOOK, name, StorageException.NO_OFFSET);
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

    private static void nothing(int operation) {}

    private synchronized StorageFile opened(StorageFile file) {
        openFiles++;
        return new FaultyFile(file);
    }

    /** Counts an operation; throws if it is to fail, returns whether it is to be done in part, or done and fail. */
    private boolean step(Step step, String file, long offset) {
        int number;
        synchronized (this) {
            number = ++operations;
        }
        before.accept(number);
        if (!hits(number, step)) {
            return false;
        }
        return switch (fault.kind()) {
            case IO_ERROR, LOST_SYNC -> throw new StorageIoException(file, offset, "injected: input/output error");
            case NO_SPACE -> throw new StoreFullException(file, offset, "injected: no space left");
            case TOO_MANY_FILES -> throw new StorageIoException(file, offset, "injected: too many open files");
            case NO_MAPPING -> throw new BudgetExceededException(file, offset, "injected: no address space to map");
            case READ_ONLY -> throw new StoreReadOnlyException(file, offset, "injected: read-only file system");
            case SHORT_ONE, SHORT_HALF, HALF_THEN_NO_SPACE, WHOLE_THEN_ERROR, DONE_THEN_ERROR -> true;
        };
    }

    private synchronized boolean hits(int number, Step step) {
        if (number < fault.at() || (firedAt > 0 && !fault.sticky()) || !canHit(step)) {
            return false;
        }
        firedAt = firedAt == 0 ? number : firedAt;
        return true;
    }

    private boolean canHit(Step step) {
        return switch (fault.kind()) {
            case IO_ERROR -> true;
            case NO_SPACE -> step == Step.CREATE || step == Step.WRITE || step == Step.CHANGE || step == Step.SYNC;
            case TOO_MANY_FILES -> step == Step.CREATE || step == Step.OPEN;
            case READ_ONLY -> step == Step.CREATE || step == Step.WRITE || step == Step.CHANGE || step == Step.SYNC;
            case SHORT_ONE, SHORT_HALF -> step == Step.READ || step == Step.WRITE;
            case HALF_THEN_NO_SPACE, WHOLE_THEN_ERROR -> step == Step.WRITE;
            case DONE_THEN_ERROR -> step == Step.CREATE || step == Step.CHANGE;
            case LOST_SYNC -> step == Step.SYNC;
            case NO_MAPPING -> step == Step.MAP;
        };
    }

    /** A file of the directory. */
    private final class FaultyFile implements StorageFile {
        private final StorageFile file;
        private boolean closed;

        FaultyFile(StorageFile file) {
            this.file = file;
        }

        @Override
        public String name() {
            return file.name();
        }

        @Override
        public int read(ByteBuffer destination, long position) {
            if (!step(Step.READ, name(), position)) {
                return file.read(destination, position);
            }
            int limit = destination.limit();
            destination.limit(destination.position() + part(destination.remaining()));
            int read = file.read(destination, position);
            destination.limit(limit);
            return read;
        }

        @Override
        public int write(ByteBuffer source, long position) {
            boolean second = fired();
            if (!step(Step.WRITE, name(), position)) {
                return file.write(source, position);
            }
            int limit = source.limit();
            if (fault.kind() == Fault.Kind.WHOLE_THEN_ERROR) {
                if (!second) {
                    file.writeFully(source, position);
                }
                throw new StorageIoException(name(), position, "injected: input/output error");
            }
            if (fault.kind() == Fault.Kind.HALF_THEN_NO_SPACE) {
                if (!second) {
                    int sectors = source.remaining() / Sector.BYTES / 2;
                    source.limit(source.position() + sectors * Sector.BYTES);
                    file.writeFully(source, position);
                    source.limit(limit);
                }
                throw new StoreFullException(name(), position, "injected: no space left");
            }
            source.limit(source.position() + part(source.remaining()));
            int written = file.write(source, position);
            source.limit(limit);
            return written;
        }

        @Override
        public void sync(boolean metadata) {
            syncing(name(), () -> {
                try {
                    step(Step.SYNC, name(), StorageException.NO_OFFSET);
                } catch (StorageIoException e) {
                    if (fault.kind() == Fault.Kind.LOST_SYNC && file instanceof SimulatedFile simulated) {
                        simulated.loseUnsynced();
                    }
                    throw e;
                }
                file.sync(metadata);
            });
        }

        @Override
        public long size() {
            step(Step.LOOK, name(), StorageException.NO_OFFSET);
            return file.size();
        }

        @Override
        public void truncate(long bytes) {
            boolean failing = step(Step.CHANGE, name(), bytes);
            file.truncate(bytes);
            if (failing) {
                throw doneAllTheSame(name());
            }
        }

        @Override
        public MemorySegment mapReadOnly(long offset, long bytes, Arena arena) {
            step(Step.MAP, name(), offset);
            return file.mapReadOnly(offset, bytes, arena);
        }

        @Override
        public void seal() {
            boolean failing = step(Step.CHANGE, name(), StorageException.NO_OFFSET);
            file.seal();
            if (failing) {
                throw doneAllTheSame(name());
            }
        }

        @Override
        public void close() {
            synchronized (FaultyDirectory.this) {
                if (!closed) {
                    closed = true;
                    openFiles--;
                }
            }
            file.close();
        }

        private int part(int asked) {
            return fault.kind() == Fault.Kind.SHORT_ONE ? Math.min(1, asked) : asked / 2 + asked % 2;
        }
    }
}
