// SPDX-License-Identifier: Apache-2.0
package dev.simonides.disk;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * How far each thread of a workload has come, in a mapped file: a process that dies takes nothing of it along. One thread
 * writes its own numbers, any reads.
 */
final class Progress {
    private static final int THREADS_MAX = 16;
    private static final int THREAD_BYTES = 64;
    private static final int ISSUED = 0;
    private static final int ACKNOWLEDGED = 8;
    private static final int FLUSHED = 16;
    private static final VarHandle NUMBER = ValueLayout.JAVA_LONG.varHandle();

    private final MemorySegment numbers;

    private Progress(MemorySegment numbers) {
        this.numbers = numbers;
    }

    static Progress map(Path file) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return new Progress(
                    channel.map(FileChannel.MapMode.READ_WRITE, 0, (long) THREADS_MAX * THREAD_BYTES, Arena.global()));
        }
    }

    /** Operations begun. */
    int issued(int thread) {
        return get(thread, ISSUED);
    }

    /** Operations acknowledged. */
    int acknowledged(int thread) {
        return get(thread, ACKNOWLEDGED);
    }

    /** Operations acknowledged before the last flush began. */
    int flushed(int thread) {
        return get(thread, FLUSHED);
    }

    void issue(int thread, int operations) {
        set(thread, ISSUED, operations);
    }

    void acknowledge(int thread, int operations) {
        set(thread, ACKNOWLEDGED, operations);
    }

    void flush(int thread, int operations) {
        set(thread, FLUSHED, operations);
    }

    /** So many operations are done, and all of them durable. */
    void restart(int thread, int operations) {
        issue(thread, operations);
        acknowledge(thread, operations);
        flush(thread, operations);
    }

    private int get(int thread, int field) {
        // ORDER: volatile; pairs with #set; else a number read later could be older than one read before.
        return Math.toIntExact((long) NUMBER.getVolatile(numbers, (long) thread * THREAD_BYTES + field));
    }

    private void set(int thread, int field, long value) {
        // ORDER: volatile; pairs with #get; else an operation could begin before it is said to have begun.
        NUMBER.setVolatile(numbers, (long) thread * THREAD_BYTES + field, value);
    }
}
