// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.latency;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What threads waited for, and where their time went.
 *
 * @param blocked how often they had to wait for a monitor
 * @param parked how often they waited for anything else: a condition, a lock of java.util.concurrent
 * @param clockNanos time by the clock, of all threads
 * @param coreNanos of it, on a core
 * @param lineNanos of it, ready to run and in line for a core; 0 where the system does not tell
 */
record ThreadWaits(long blocked, long parked, long clockNanos, long coreNanos, long lineNanos) {
    static final ThreadWaits NONE = new ThreadWaits(0, 0, 0, 0, 0);

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    // Of a thread: nanoseconds on a core, nanoseconds in line for one, and how often it got one.
    private static final Path SCHEDULER = Path.of("/proc/thread-self/schedstat");

    /** From the birth of this thread until now. */
    static ThreadWaits ofThisThread() {
        ThreadInfo thread = THREADS.getThreadInfo(Thread.currentThread().threadId());
        return new ThreadWaits(
                thread.getBlockedCount(),
                thread.getWaitedCount(),
                System.nanoTime(),
                THREADS.getCurrentThreadCpuTime(),
                lineNanosOfThisThread());
    }

    private static long lineNanosOfThisThread() {
        try {
            return Files.isReadable(SCHEDULER)
                    ? Long.parseLong(Files.readString(SCHEDULER).split(" ", -1)[1])
                    : 0;
        } catch (IOException e) { // a machine that hides it is measured without it
            return 0;
        }
    }

    /** What came after an earlier moment of the same thread. */
    ThreadWaits since(ThreadWaits before) {
        return new ThreadWaits(
                blocked - before.blocked,
                parked - before.parked,
                clockNanos - before.clockNanos,
                coreNanos - before.coreNanos,
                lineNanos - before.lineNanos);
    }

    /** Of these threads and others. */
    ThreadWaits plus(ThreadWaits other) {
        return new ThreadWaits(
                blocked + other.blocked,
                parked + other.parked,
                clockNanos + other.clockNanos,
                coreNanos + other.coreNanos,
                lineNanos + other.lineNanos);
    }
}
