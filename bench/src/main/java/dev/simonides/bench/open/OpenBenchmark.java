// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.open;

import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.ProgressListener;
import dev.simonides.Query;
import dev.simonides.SearchResult;
import dev.simonides.bench.Machine;
import dev.simonides.bench.data.VectorRow;
import dev.simonides.bench.generate.ClusterShape;
import dev.simonides.bench.generate.ClusteredGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * From nothing to the first answer: one opening and one search, with the files in the page cache.
 *
 * <p>Confined to one thread, as JMH runs it. The first iteration of a fork is that of a cold JVM: {@code -f 5 -wi 0 -i 1}
 * reports nothing else. The stores are made once, under the folder for temporary files, and stay there for the next fork
 * and the next run.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3)
@Measurement(iterations = 5)
@Fork(1)
public class OpenBenchmark {

    private static final int BATCH = 256;
    private static final int UNLINKED = 10_000;
    private static final long SEED = 20261121;
    private static final String COPY = "open";

    /** What is opened: the vectors, and whether the store was closed or its process killed with 10,000 of them unlinked. */
    public enum Opened {
        /** 50,000 vectors of 384 dimensions, closed. */
        CLOSED_50K_384(50_000, 384, false),
        /** A million vectors of 128 dimensions, closed. */
        CLOSED_1M_128(1_000_000, 128, false),
        /** 50,000 vectors of 384 dimensions, killed when the last 10,000 had just been acknowledged. */
        KILLED_50K_384(50_000, 384, true);

        private final int count;
        private final int dimension;
        private final boolean killed;

        Opened(int count, int dimension, boolean killed) {
            this.count = count;
            this.dimension = dimension;
            this.killed = killed;
        }

        private ClusteredGenerator generator() {
            return ClusteredGenerator.unit(dimension, new ClusterShape(4000, dimension / 10, 0.8, 0.38), SEED);
        }

        private MemoryIndexOptions options() {
            return MemoryIndexOptions.ofDimension(dimension);
        }
    }

    /** The store. */
    @Param
    public Opened store = Opened.CLOSED_50K_384;

    private Path folder = Path.of("");
    private @Nullable Query query;
    private @Nullable MemoryIndex index;

    /** Makes the store if no run before has. */
    @Setup(Level.Trial)
    public void make() throws IOException {
        System.out.println("# " + Machine.current().line());
        folder = Path.of(System.getProperty("java.io.tmpdir"), "simonides-open", store.name());
        ClusteredGenerator generator = store.generator();
        query = Query.of(generator.next()).top(10);
        Path finished = folder.resolve("made");
        if (!Files.exists(finished)) {
            delete(folder);
            Files.createDirectories(folder);
            fill(generator);
            Files.createFile(finished);
        }
    }

    private void fill(ClusteredGenerator generator) throws IOException {
        int closedCount = store.killed ? store.count - UNLINKED : store.count;
        try (MemoryIndex filled = MemoryIndex.create(original(), store.options())) {
            put(filled, generator, 0, closedCount);
            filled.awaitLinked(ProgressListener.SILENT);
        }
        if (store.killed) {
            Path killed = folder.resolve("killed");
            // A copy of the files of a running process is what a kill would leave.
            try (MemoryIndex running = MemoryIndex.open(original())) {
                put(running, generator, closedCount, store.count);
                copy(original(), killed);
            }
            delete(original());
            Files.move(killed, original());
        }
    }

    private static void put(MemoryIndex index, ClusteredGenerator generator, int first, int end) {
        List<Memory> batch = new ArrayList<>(BATCH);
        for (int row = first; row < end; row++) {
            batch.add(Memory.of(VectorRow.keyOf(row), generator.next()));
            if (batch.size() == BATCH || row == end - 1) {
                var _ = index.putAll(batch);
                batch.clear();
            }
        }
    }

    private Path opened() {
        return store.killed ? folder.resolve(COPY) : original();
    }

    private Path original() {
        return folder.resolve("store");
    }

    /** Every invocation opens what the kill left, not what an earlier invocation made of it. */
    @Setup(Level.Invocation)
    public void copy() throws IOException {
        if (store.killed) {
            delete(folder.resolve(COPY));
            copy(original(), folder.resolve(COPY));
        }
    }

    /**
     * Opens the store and asks it once.
     *
     * @return the first answer
     */
    @Benchmark
    public SearchResult firstAnswer() {
        MemoryIndex opened = MemoryIndex.open(opened());
        index = opened;
        SearchResult result = opened.search(Objects.requireNonNull(query));
        if (result.hits().size() != 10) {
            throw new IllegalStateException(
                    "hits: expected=10, actual=" + result.hits().size());
        }
        return result;
    }

    /** Closes it. */
    @TearDown(Level.Invocation)
    public void close() {
        System.out.print(Objects.requireNonNull(index).stats().pendingCount() + " pending, ");
        index.close();
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
