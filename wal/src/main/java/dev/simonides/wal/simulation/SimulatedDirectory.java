// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal.simulation;

import dev.simonides.wal.Access;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StorageFile;
import dev.simonides.wal.StorageIoException;
import dev.simonides.wal.StorageLock;
import dev.simonides.wal.StoreFailedException;
import dev.simonides.wal.StoreLockedException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A directory in memory that remembers everything done to it, so that {@link CrashStates} can tell what a crash after
 * each of these operations may leave on the device.
 *
 * <p>Any thread. Programs see their own writes at once, as through an operating system's cache; what is durable is what
 * was synced. An interrupt does no harm.
 */
public final class SimulatedDirectory implements StorageDirectory {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}");

    private final Map<String, Content> start = new HashMap<>();
    private final Map<String, Integer> startNames = new HashMap<>();
    private final SortedMap<String, SimulatedFile.Body> names = new TreeMap<>();
    private final List<Operation> operations = new ArrayList<>();
    private final Set<String> locks = new HashSet<>();
    private int nextFile;
    private int openFiles;

    private SimulatedDirectory() {}

    /**
     * A new directory without files.
     *
     * @return the directory
     */
    public static SimulatedDirectory empty() {
        return new SimulatedDirectory();
    }

    /** A directory whose files are durable. */
    static SimulatedDirectory of(SortedMap<String, Content> image) {
        SimulatedDirectory directory = new SimulatedDirectory();
        image.forEach((name, content) -> {
            int file = directory.nextFile++;
            directory.start.put(name, content);
            directory.startNames.put(name, file);
            directory.names.put(name, new SimulatedFile.Body(file, content.copy()));
        });
        return directory;
    }

    /**
     * The directory as the next process finds it when this one was killed and the system lived on: everything written
     * is there.
     *
     * @return a new directory, everything in it durable, nothing locked
     */
    public synchronized SimulatedDirectory afterKill() {
        SortedMap<String, Content> image = new TreeMap<>();
        names.forEach((name, body) -> {
            Content content = body.content.copy();
            content.settle(false, 0);
            image.put(name, content);
        });
        return of(image);
    }

    /**
     * How many operations were recorded so far.
     *
     * @return their number
     */
    public synchronized int operations() {
        return operations.size();
    }

    /**
     * How many files are open, to notice one that nobody closed.
     *
     * @return their number
     */
    public synchronized int openFiles() {
        return openFiles;
    }

    /**
     * All bytes of a file.
     *
     * @param name the file
     * @return a copy
     */
    public synchronized byte[] content(String name) {
        Content content = body(name).content;
        byte[] bytes = new byte[Math.toIntExact(content.size())];
        content.read(0, ByteBuffer.wrap(bytes));
        return bytes;
    }

    /**
     * Replaces all bytes of a file, or makes it, durably and unrecorded, as damage does.
     *
     * @param name the file
     * @param bytes what it holds from now on
     * @return a new directory that differs from this one in this file
     */
    public synchronized SimulatedDirectory with(String name, byte[] bytes) {
        SimulatedDirectory copy = afterKill();
        SortedMap<String, Content> image = new TreeMap<>(copy.start);
        image.put(name, contentOf(bytes));
        return of(image);
    }

    /**
     * Takes a file away, durably and unrecorded, as damage does.
     *
     * @param name the file
     * @return a new directory that lacks this file
     */
    public synchronized SimulatedDirectory without(String name) {
        SortedMap<String, Content> image = new TreeMap<>(afterKill().start);
        image.remove(name);
        return of(image);
    }

    @Override
    public synchronized StorageFile create(String name) {
        if (names.containsKey(checked(name))) {
            throw failure(name, "create: already exists");
        }
        SimulatedFile.Body body = new SimulatedFile.Body(nextFile++, new Content());
        names.put(name, body);
        operations.add(new Operation.Create(name, body.file));
        openFiles++;
        return new SimulatedFile(this, body, name, Access.READ_WRITE);
    }

    @Override
    public synchronized StorageFile open(String name, Access access) {
        SimulatedFile.Body body = body(name);
        openFiles++;
        return new SimulatedFile(this, body, name, access);
    }

    @Override
    public synchronized boolean exists(String name) {
        return names.containsKey(checked(name));
    }

    @Override
    public synchronized void rename(String from, String to) {
        SimulatedFile.Body body = body(from);
        names.remove(from);
        names.put(checked(to), body);
        body.name = to;
        operations.add(new Operation.Rename(from, to, body.file));
    }

    @Override
    public synchronized void delete(String name) {
        body(name);
        names.remove(name);
        operations.add(new Operation.Delete(name));
    }

    @Override
    public synchronized void sync() {
        operations.add(new Operation.SyncDirectory());
    }

    @Override
    public synchronized List<String> list() {
        return List.copyOf(names.keySet());
    }

    @Override
    public synchronized StorageLock lock(String name) {
        if (!names.containsKey(checked(name))) {
            create(name).close();
        }
        if (!locks.add(name)) {
            throw new StoreLockedException(name, "the store is already open", "this simulation");
        }
        return new SimulatedLock(name);
    }

    @Override
    public synchronized boolean locked(String name) {
        return locks.contains(checked(name));
    }

    @Override
    public String path() {
        return "simulated";
    }

    @Override
    public void close() {}

    /** The operations so far. */
    synchronized List<Operation> recorded() {
        return List.copyOf(operations);
    }

    /** What was on the device before the first of them. */
    synchronized DurableState recordedStart(CrashModel model) {
        return new DurableState(start, startNames, model);
    }

    synchronized void record(Operation operation) {
        operations.add(operation);
    }

    synchronized void closed() {
        openFiles--;
    }

    private SimulatedFile.Body body(String name) {
        SimulatedFile.Body body = names.get(checked(name));
        if (body == null) {
            throw failure(name, "no such file");
        }
        return body;
    }

    private static Content contentOf(byte[] bytes) {
        Content content = new Content();
        for (int at = 0; at < bytes.length; at += Sector.BYTES) {
            int length = Math.min(Sector.BYTES, bytes.length - at);
            content.put(at / Sector.BYTES, Sector.ZERO.with(bytes, at, 0, length));
        }
        content.resize(bytes.length);
        return content;
    }

    /** The name itself; one that a file has was checked before. */
    private String checked(String name) {
        if (!names.containsKey(name) && !NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("not a file name of a store: name=" + name);
        }
        return name;
    }

    private static StorageIoException failure(String name, String text) {
        return new StorageIoException(name, StorageException.NO_OFFSET, text);
    }

    /** Held until closed. */
    private final class SimulatedLock implements StorageLock {
        private final String name;
        private boolean held = true;

        SimulatedLock(String name) {
            this.name = name;
        }

        @Override
        public void ensureValid() {
            synchronized (SimulatedDirectory.this) {
                if (!held || !names.containsKey(name)) {
                    throw new StoreFailedException(name, StorageException.NO_OFFSET, "the lock was lost");
                }
            }
        }

        @Override
        public void close() {
            synchronized (SimulatedDirectory.this) {
                if (held) {
                    held = false;
                    locks.remove(name);
                }
            }
        }
    }
}
