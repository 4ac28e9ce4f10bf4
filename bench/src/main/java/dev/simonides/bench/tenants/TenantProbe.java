// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.tenants;

import dev.simonides.MemoryIndex;
import dev.simonides.Query;
import dev.simonides.bench.generate.UniformGenerator;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * A program that opens one store in a JVM of its own and prints, a name and a number a line, what that took.
 *
 * <p>Memory is read after a full collection and before the first search; at the end the store is opened again, by compiled code.
 * Arguments: directory, number of tenants, dimension.
 */
public final class TenantProbe {
    static final String OPEN_MILLIS = "open_ms";
    static final String OPEN_AGAIN_MILLIS = "open_again_ms";
    static final String RESIDENT_BYTES = "resident_bytes";
    static final String HEAP_BYTES = "heap_bytes";
    static final String CHARGED_BYTES = "charged_bytes";
    static final String RANDOM_P50 = "search_random_p50_ns";
    static final String RANDOM_P99 = "search_random_p99_ns";
    static final String ONE_P50 = "search_one_p50_ns";
    static final String ONE_P99 = "search_one_p99_ns";

    private static final Path STATUS = Path.of("/proc/self/status");
    /** Further openings, of which the last one counts. */
    private static final int OPENINGS = 3;

    private static final int QUERIES = 4_096;
    private static final int WARM_ROUNDS = 20;
    private static final int TIMED_ROUNDS = 5;
    private static final long LOOK_NANOS = 50_000_000;
    private static final int SETTLED_LOOKS = 10;
    private static final long LATENCY_NANOS_MAX = 10_000_000_000L;

    private TenantProbe() {}

    /**
     * Opens, measures and prints.
     *
     * @param arguments directory, number of tenants (0 for an empty store) and dimension
     * @throws IOException if the system does not tell what is resident
     */
    public static void main(String[] arguments) throws IOException {
        probe(Path.of(arguments[0]), Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]), System.out);
    }

    static void probe(Path directory, int tenants, int dimension, PrintStream out) throws IOException {
        long start = System.nanoTime();
        try (MemoryIndex index = MemoryIndex.open(directory)) {
            print(out, OPEN_MILLIS, millisSince(start));
            // The second collection finds what the first one only queued.
            System.gc();
            System.gc();
            print(out, RESIDENT_BYTES, settledResidentBytes());
            print(
                    out,
                    HEAP_BYTES,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
            print(out, CHARGED_BYTES, index.stats().offHeapBytes());
            if (tenants > 0) {
                Histogram random = search(index, queries(tenants, dimension));
                print(out, RANDOM_P50, random.getValueAtPercentile(50));
                print(out, RANDOM_P99, random.getValueAtPercentile(99));
                Histogram one = search(index, queries(1, dimension));
                print(out, ONE_P50, one.getValueAtPercentile(50));
                print(out, ONE_P99, one.getValueAtPercentile(99));
            }
        }
        for (int i = 0; i < OPENINGS; i++) {
            start = System.nanoTime();
            try (MemoryIndex index = MemoryIndex.open(directory)) {
                if (i == OPENINGS - 1) {
                    print(out, OPEN_AGAIN_MILLIS, millisSince(start));
                }
                if (index.stats().tenantCount() != tenants) {
                    throw new IllegalStateException("tenants: expected=" + tenants + ", actual="
                            + index.stats().tenantCount());
                }
            }
        }
    }

    private static long millisSince(long start) {
        return (System.nanoTime() - start) / 1_000_000;
    }

    private static void print(PrintStream out, String name, long value) {
        out.println(name + " " + value);
    }

    /** What is resident once it falls no more: the collector gives back what it has emptied, a little later. */
    private static long settledResidentBytes() throws IOException {
        long bytes = residentBytes();
        for (int quiet = 0; quiet < SETTLED_LOOKS; quiet++) {
            LockSupport.parkNanos(LOOK_NANOS);
            long now = residentBytes();
            if (now < bytes) {
                bytes = now;
                quiet = 0;
            }
        }
        return bytes;
    }

    private static long residentBytes() throws IOException {
        for (String line : Files.readAllLines(STATUS)) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        throw new IOException(STATUS + " does not say what is resident");
    }

    private static Query[] queries(int tenants, int dimension) {
        Random random = new Random(1);
        UniformGenerator generator = UniformGenerator.sphere(dimension, 2);
        Query[] queries = new Query[QUERIES];
        for (int i = 0; i < QUERIES; i++) {
            String tenant = TenantStore.tenant(random.nextInt(tenants));
            queries[i] = Query.of(generator.next()).tenant(tenant).top(10);
        }
        return queries;
    }

    /** Nanoseconds of single searches, after the JVM has compiled them. */
    private static Histogram search(MemoryIndex index, Query[] queries) {
        Histogram latencies = new Histogram(LATENCY_NANOS_MAX, 3);
        for (int round = 0; round < WARM_ROUNDS + TIMED_ROUNDS; round++) {
            for (Query query : queries) {
                long start = System.nanoTime();
                int hits = index.search(query).hits().size();
                long nanos = System.nanoTime() - start;
                if (hits == 0) {
                    throw new IllegalStateException("nothing found in tenant " + query.tenant());
                }
                if (round >= WARM_ROUNDS) {
                    latencies.recordValue(nanos);
                }
            }
        }
        return latencies;
    }
}
