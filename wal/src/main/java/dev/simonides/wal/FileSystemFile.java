// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A file of a {@link FileSystemDirectory}; see there for who may call it. */
final class FileSystemFile implements StorageFile {
    private final FileSystemDirectory directory;
    private final FileChannel channel;
    private volatile String name;

    FileSystemFile(FileSystemDirectory directory, FileChannel channel, String name) {
        this.directory = directory;
        this.channel = channel;
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int read(ByteBuffer destination, long position) {
        try {
            return channel.read(destination, position);
        } catch (IOException e) {
            throw failure(e, "read", position);
        }
    }

    @Override
    public int write(ByteBuffer source, long position) {
        try {
            return channel.write(source, position);
        } catch (IOException e) {
            throw failure(e, "write", position);
        }
    }

    @Override
    public void sync(boolean metadata) {
        try {
            channel.force(metadata);
        } catch (IOException e) {
            throw failure(e, "sync", StorageException.NO_OFFSET);
        }
    }

    @Override
    public long size() {
        try {
            return channel.size();
        } catch (IOException e) {
            throw failure(e, "size", StorageException.NO_OFFSET);
        }
    }

    @Override
    public void truncate(long bytes) {
        try {
            channel.truncate(bytes);
        } catch (IOException e) {
            throw failure(e, "truncate", bytes);
        }
    }

    @Override
    public MemorySegment mapReadOnly(long offset, long bytes, Arena arena) {
        requireWithin(offset, bytes);
        if (bytes == 0) {
            return arena.allocate(0).asReadOnly();
        }
        try {
            return channel.map(FileChannel.MapMode.READ_ONLY, offset, bytes, arena);
        } catch (IOException e) {
            if (e.getCause() instanceof OutOfMemoryError) {
                throw new BudgetExceededException(
                        directory.resolve(name).toString(), offset, "no address space to map: bytes=" + bytes, e);
            }
            throw failure(e, "map", offset);
        }
    }

    @Override
    public void seal() {
        directory.seal(name);
    }

    @Override
    public void close() {
        directory.closed(this);
        try {
            channel.close();
        } catch (IOException e) {
            throw failure(e, "close", StorageException.NO_OFFSET);
        }
    }

    /** Follows the file to its new name. */
    void renamed(String from, String to) {
        if (name.equals(from)) {
            name = to;
        }
    }

    private StorageException failure(IOException e, String operation, long offset) {
        return FileSystemErrors.translate(e, operation, directory.resolve(name), offset);
    }
}
