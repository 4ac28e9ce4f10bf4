// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import dev.simonides.wal.Access;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.StorageFile;
import dev.simonides.wal.StorageLock;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A directory whose changes have names, {@code "sync vec"} or {@code "rename MANIFEST"}: a test is told of each before and
 * after it is done, and may throw instead of letting it be done. Names are those of files up to their number.
 */
public final class StepDirectory implements StorageDirectory {
    private final StorageDirectory inner;
    private final Steps steps;

    /** Told of steps. */
    public interface Steps {
        /** A step is about to be done. */
        default void before(String step) {}

        /** A step was done. */
        default void after(String step) {}

        /** Bytes of a file are about to be read. */
        default void beforeRead(String file, long position, int bytes) {}

        /** Whether the directory is to be taken for one of a remote file system. */
        default boolean remote() {
            return false;
        }

        /** How much room the medium says there is. */
        default long usableBytes() {
            return Long.MAX_VALUE;
        }
    }

    public StepDirectory(StorageDirectory inner, Steps steps) {
        this.inner = inner;
        this.steps = steps;
    }

    private static String kind(String name) {
        int dash = name.indexOf('-');
        return dash < 0 ? name : name.substring(0, dash);
    }

    private void step(String step, Runnable action) {
        steps.before(step);
        action.run();
        steps.after(step);
    }

    @Override
    public StorageFile create(String name) {
        steps.before("create " + kind(name));
        StorageFile file = new Named(inner.create(name));
        steps.after("create " + kind(name));
        return file;
    }

    @Override
    public StorageFile open(String name, Access access) {
        steps.before((access == Access.READ ? "open " : "open to write ") + kind(name));
        return new Named(inner.open(name, access));
    }

    @Override
    public boolean exists(String name) {
        return inner.exists(name);
    }

    @Override
    public void rename(String from, String to) {
        step("rename " + kind(to), () -> inner.rename(from, to));
    }

    @Override
    public void delete(String name) {
        step("delete " + kind(name), () -> inner.delete(name));
    }

    @Override
    public void sync() {
        step("sync directory", inner::sync);
    }

    @Override
    public List<String> list() {
        return inner.list();
    }

    @Override
    public StorageLock lock(String name) {
        steps.before("lock " + kind(name));
        return inner.lock(name);
    }

    @Override
    public boolean locked(String name) {
        return inner.locked(name);
    }

    @Override
    public boolean remote() {
        return steps.remote();
    }

    @Override
    public long usableBytes() {
        return steps.usableBytes();
    }

    @Override
    public String path() {
        return inner.path();
    }

    @Override
    public void close() {
        inner.close();
    }

    private final class Named implements StorageFile {
        private final StorageFile file;

        Named(StorageFile file) {
            this.file = file;
        }

        @Override
        public String name() {
            return file.name();
        }

        @Override
        public int read(ByteBuffer destination, long position) {
            steps.beforeRead(name(), position, destination.remaining());
            return file.read(destination, position);
        }

        @Override
        public int write(ByteBuffer source, long position) {
            steps.before("write " + kind(name()));
            int written = file.write(source, position);
            steps.after("write " + kind(name()));
            return written;
        }

        @Override
        public void sync(boolean metadata) {
            step("sync " + kind(name()), () -> file.sync(metadata));
        }

        @Override
        public long size() {
            return file.size();
        }

        @Override
        public void truncate(long bytes) {
            steps.before("truncate " + kind(name()));
            file.truncate(bytes);
        }

        @Override
        public MemorySegment mapReadOnly(long offset, long bytes, Arena arena) {
            return file.mapReadOnly(offset, bytes, arena);
        }

        @Override
        public void seal() {
            steps.before("seal " + kind(name()));
            file.seal();
        }

        @Override
        public void close() {
            file.close();
        }
    }
}
