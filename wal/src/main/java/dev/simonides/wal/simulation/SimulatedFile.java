// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal.simulation;

import dev.simonides.wal.Access;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StorageFile;
import dev.simonides.wal.StorageIoException;
import java.nio.ByteBuffer;

/** An open file of a {@link SimulatedDirectory}. Any thread. */
final class SimulatedFile implements StorageFile {
    private final SimulatedDirectory directory;
    private final Body body;
    private final Access access;
    private boolean closed;

    /** The file itself, whatever its name and however often it is open. Guarded by the directory. */
    static final class Body {
        final int file;
        final Content content;
        volatile String name = "";

        Body(int file, Content content) {
            this.file = file;
            this.content = content;
        }
    }

    SimulatedFile(SimulatedDirectory directory, Body body, String name, Access access) {
        this.directory = directory;
        this.body = body;
        this.access = access;
        body.name = name;
    }

    @Override
    public String name() {
        return body.name;
    }

    @Override
    public int read(ByteBuffer destination, long position) {
        synchronized (directory) {
            requireOpen();
            return body.content.read(position, destination);
        }
    }

    @Override
    public int write(ByteBuffer source, long position) {
        synchronized (directory) {
            requireWritable();
            byte[] bytes = new byte[source.remaining()];
            source.get(bytes);
            Content content = body.content;
            for (int done = 0; done < bytes.length; ) {
                int sector = Math.toIntExact((position + done) / Sector.BYTES);
                int at = (int) ((position + done) % Sector.BYTES);
                int length = Math.min(bytes.length - done, Sector.BYTES - at);
                content.put(sector, content.read(sector).with(bytes, done, at, length));
                done += length;
            }
            if (position + bytes.length > content.size()) {
                content.resize(position + bytes.length);
            }
            directory.record(new Operation.Write(body.file, position, bytes));
            return bytes.length;
        }
    }

    @Override
    public void sync(boolean metadata) {
        synchronized (directory) {
            requireOpen();
            directory.record(new Operation.SyncFile(body.file));
        }
    }

    /** A sync that failed as they do on Linux: what it was to write stays readable and will never be written. */
    void loseUnsynced() {
        synchronized (directory) {
            requireOpen();
            directory.record(new Operation.LoseUnsynced(body.file));
        }
    }

    @Override
    public long size() {
        synchronized (directory) {
            requireOpen();
            return body.content.size();
        }
    }

    @Override
    public void truncate(long bytes) {
        synchronized (directory) {
            requireWritable();
            if (bytes < body.content.size()) {
                body.content.resize(bytes);
                directory.record(new Operation.Truncate(body.file, bytes));
            }
        }
    }

    @Override
    public void seal() {
        synchronized (directory) {
            requireOpen();
        }
    }

    @Override
    public void close() {
        synchronized (directory) {
            if (!closed) {
                closed = true;
                directory.closed();
            }
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new StorageIoException(body.name, StorageException.NO_OFFSET, "the file is closed");
        }
    }

    private void requireWritable() {
        requireOpen();
        if (access == Access.READ) {
            throw new IllegalStateException("the file was opened for reading: file=" + body.name);
        }
    }
}
