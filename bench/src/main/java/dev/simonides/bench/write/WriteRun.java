// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.write;

import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.ProgressListener;
import dev.simonides.bench.generate.UniformGenerator;
import dev.simonides.wal.Durability;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * One measurement: so many threads put into a store, each waiting for the acknowledgement before it puts again.
 *
 * @param durability when a put is acknowledged
 * @param writers threads, at least 1
 * @param linking true to put into one tenant with a graph from its first vector on, and to count until all is linked;
 *     false for tenants that stay small enough to have none
 */
record WriteRun(Durability durability, int writers, boolean linking) {
    static final int DIMENSION = 128;
    private static final int VECTORS = 4_096;
    private static final int TENANT_PUTS = 1_000;
    private static final long LATENCY_NANOS_MAX = 600_000_000_000L;

    /**
     * What was measured.
     *
     * @param acknowledgedRate acknowledged puts a second
     * @param linkedRate with linking, puts by the time until all of them were linked; otherwise as acknowledged
     * @param latencies nanoseconds from call to acknowledgement
     */
    record Measured(double acknowledgedRate, double linkedRate, Histogram latencies) {}

    /** The time in which writes count. */
    private static final class Period {
        final long startNanos;
        final long endNanos;

        Period(double warmUpSeconds, double seconds) {
            startNanos = System.nanoTime() + nanos(warmUpSeconds);
            endNanos = startNanos + nanos(seconds);
        }

        private static long nanos(double seconds) {
            return (long) (seconds * TimeUnit.SECONDS.toNanos(1));
        }
    }

    /**
     * Measures into a new store.
     *
     * @param directory of the store, not there yet; left as it is
     * @param warmUpSeconds how long writes do not count
     * @param seconds how long they do
     */
    Measured measure(Path directory, double warmUpSeconds, double seconds) {
        MemoryIndexOptions options = MemoryIndexOptions.ofDimension(DIMENSION).durability(durability);
        float[][] vectors = vectors();
        try (MemoryIndex index = MemoryIndex.create(directory, linking ? options.exactScanMax(0) : options)) {
            Period period = new Period(linking ? 0 : warmUpSeconds, seconds);
            Histogram latencies = write(index, vectors, period);
            long count = latencies.getTotalCount();
            double acknowledged = count / seconds;
            double rate = acknowledged;
            if (linking) {
                index.awaitLinked(ProgressListener.SILENT);
                rate = count * 1e9 / (System.nanoTime() - period.startNanos);
            }
            return new Measured(acknowledged, rate, latencies);
        }
    }

    private static float[][] vectors() {
        UniformGenerator generator = UniformGenerator.sphere(DIMENSION, 7);
        float[][] vectors = new float[VECTORS][];
        for (int i = 0; i < VECTORS; i++) {
            vectors[i] = generator.next();
        }
        return vectors;
    }

    private Histogram write(MemoryIndex index, float[][] vectors, Period period) {
        List<Thread> threads = new ArrayList<>();
        Histogram all = new Histogram(LATENCY_NANOS_MAX, 3);
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        for (int i = 0; i < writers; i++) {
            int writer = i;
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    Histogram mine = write(index, vectors, period, writer);
                    synchronized (all) {
                        all.add(mine);
                    }
                } catch (Throwable e) {
                    failure.compareAndSet(null, e);
                }
            }));
        }
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while writers run", e);
        }
        Throwable first = failure.get();
        if (first != null) {
            throw new IllegalStateException("a write failed: " + first.getMessage(), first);
        }
        return all;
    }

    private Histogram write(MemoryIndex index, float[][] vectors, Period period, int writer) {
        Histogram latencies = new Histogram(LATENCY_NANOS_MAX, 3);
        for (int i = 0; ; i++) {
            String tenant = linking ? "all" : writer + "-" + i / TENANT_PUTS;
            Memory memory = Memory.of(writer + "-" + i, vectors[(writer * 61 + i) % VECTORS])
                    .tenant(tenant)
                    .text("what was said in turn " + i);
            long before = System.nanoTime();
            if (before >= period.endNanos) {
                return latencies;
            }
            index.put(memory);
            long after = System.nanoTime();
            if (before >= period.startNanos && after <= period.endNanos) {
                latencies.recordValue(after - before);
            }
        }
    }
}
