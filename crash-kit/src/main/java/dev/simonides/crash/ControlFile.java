// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The notes that a child and its parent share: how far the child is, and how far its sequences are. Any thread.
 *
 * <p>A mapped file: what the child stored in it is in the system's hands when the child is killed (X3).
 */
final class ControlFile implements Counters, AutoCloseable {
    private static final VarHandle NUMBER = JAVA_LONG.varHandle();
    private static final long MAGIC = 0x53494d4f43524153L;
    private static final long SEQUENCES_AT = 8;
    private static final long STATE_AT = 64;
    private static final long FIRST_AT = 128;

    // A cache line for each, so that threads of the application do not hinder each other.
    private static final long STRIDE = 128;
    private static final long ACKNOWLEDGED_AT = 64;

    /** How far a child is. */
    enum State {
        /** Nothing was heard of it. */
        STARTED(0),
        /** The application is called. */
        WORKING(1),
        /** The application returned. */
        FINISHED(2),
        /** The application threw. */
        FAILED(3);

        private final long code;

        State(long code) {
            this.code = code;
        }
    }

    private final Arena arena = Arena.ofShared();
    private final MemorySegment segment;
    private final int sequences;

    private ControlFile(Path file, int sequences, boolean fresh) {
        long bytes = FIRST_AT + sequences * STRIDE;
        StandardOpenOption[] options = fresh
                ? new StandardOpenOption[] {
                    StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE
                }
                : new StandardOpenOption[] {StandardOpenOption.READ, StandardOpenOption.WRITE};
        try (FileChannel channel = FileChannel.open(file, options)) {
            if (!fresh && channel.size() != bytes) {
                throw new IllegalArgumentException(file + " is not the control file of " + sequences
                        + " sequences: does sequences() always return the same? bytes: expected=" + bytes + ", actual="
                        + channel.size());
            }
            this.segment = channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes, arena);
        } catch (IOException e) {
            arena.close();
            throw new UncheckedIOException("control file " + file, e);
        }
        this.sequences = sequences;
        if (fresh) {
            segment.set(JAVA_LONG, 0, MAGIC);
            segment.set(JAVA_LONG, SEQUENCES_AT, sequences);
        } else if (segment.get(JAVA_LONG, 0) != MAGIC || segment.get(JAVA_LONG, SEQUENCES_AT) != sequences) {
            arena.close();
            throw new IllegalArgumentException(file + " is not the control file of " + sequences + " sequences");
        }
    }

    static ControlFile create(Path file, int sequences) {
        return new ControlFile(file, sequences, true);
    }

    static ControlFile open(Path file, int sequences) {
        return new ControlFile(file, sequences, false);
    }

    State state() {
        long code = load(STATE_AT);
        for (State state : State.values()) {
            if (state.code == code) {
                return state;
            }
        }
        throw new IllegalStateException("state of a child: " + code);
    }

    void setState(State state) {
        store(STATE_AT, state.code);
    }

    @Override
    public int sequences() {
        return sequences;
    }

    @Override
    public long issued(int sequence) {
        return load(at(sequence));
    }

    @Override
    public long acknowledged(int sequence) {
        return load(at(sequence) + ACKNOWLEDGED_AT);
    }

    @Override
    public void setIssued(int sequence, long operations) {
        store(at(sequence), operations);
    }

    @Override
    public void setAcknowledged(int sequence, long operations) {
        store(at(sequence) + ACKNOWLEDGED_AT, operations);
    }

    private static long at(int sequence) {
        return FIRST_AT + sequence * STRIDE;
    }

    private long load(long at) {
        // ORDER: volatile; pairs with ControlFile#store in the other process; else an old number is read.
        return (long) NUMBER.getVolatile(segment, at);
    }

    private void store(long at, long number) {
        // ORDER: volatile; pairs with ControlFile#load; else an operation could begin before it is issued (X2).
        NUMBER.setVolatile(segment, at, number);
    }

    @Override
    public void close() {
        arena.close();
    }
}
