// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import java.nio.ByteBuffer;
import java.util.List;

/** A directory that drops syncs: what a store looks like that forgets to ask for them. Any thread. */
public final class ForgetfulDirectory implements StorageDirectory {
    private final StorageDirectory inner;
    private final boolean names;
    private final boolean bytes;

    /**
     * A directory over another one.
     *
     * @param names whether syncs of the directory are dropped
     * @param bytes whether syncs of files are dropped
     */
    public ForgetfulDirectory(StorageDirectory inner, boolean names, boolean bytes) {
        this.inner = inner;
        this.names = names;
        this.bytes = bytes;
    }

    @Override
    public StorageFile create(String name) {
        return new ForgetfulFile(inner.create(name));
    }

    @Override
    public StorageFile open(String name, Access access) {
        return new ForgetfulFile(inner.open(name, access));
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
        if (!names) {
            inner.sync();
        }
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

    private final class ForgetfulFile implements StorageFile {
        private final StorageFile file;

        ForgetfulFile(StorageFile file) {
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
            return file.write(source, position);
        }

        @Override
        public void sync(boolean metadata) {
            if (!bytes) {
                file.sync(metadata);
            }
        }

        @Override
        public long size() {
            return file.size();
        }

        @Override
        public void truncate(long size) {
            file.truncate(size);
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
