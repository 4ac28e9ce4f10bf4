// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.search;

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
import dev.simonides.wal.Durability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
 * One search for the ten nearest of 50,000 linked vectors of 384 dimensions, one thread.
 *
 * <p>Confined to one thread, as JMH runs it. The vectors are generated, so the benchmark needs no file: unit vectors in clusters. A thousand queries take turns.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 3)
@Fork(1)
public class SearchBenchmark {

    private static final int DIMENSION = 384;
    private static final int QUERIES = 1000;
    private static final int BATCH = 256;
    private static final long SEED = 20261121;

    // As near as real text: of 50,000 such vectors the nearest, tenth and hundredth have a mean cosine of 0.67, 0.55
    // and 0.42 to
    // a query, and of 50,000 TF-IDF vectors of WordNet glosses 0.68, 0.55 and 0.38.
    private static final ClusterShape SHAPE = new ClusterShape(4000, 38, 0.8, 0.38);

    /** Number of vectors. */
    @Param("50000")
    public int count;

    /** Size of the candidate pool. */
    @Param({"40", "160"})
    public int ef;

    private Path directory = Path.of("");
    private @Nullable MemoryIndex index;
    private Query[] queries = {};
    private int next;

    /** Puts all vectors and waits until they are linked. */
    @Setup(Level.Trial)
    public void open() throws IOException {
        ClusteredGenerator generator = ClusteredGenerator.unit(DIMENSION, SHAPE, SEED);
        directory = Files.createTempDirectory("simonides-search-");
        MemoryIndex opened = MemoryIndex.open(
                directory, MemoryIndexOptions.ofDimension(DIMENSION).durability(new Durability.None()));
        index = opened;
        System.out.println("# " + Machine.current().line());
        List<Memory> batch = new ArrayList<>(BATCH);
        for (int row = 0; row < count; row++) {
            batch.add(Memory.of(VectorRow.keyOf(row), generator.next()));
            if (batch.size() == BATCH || row == count - 1) {
                var _ = opened.putAll(batch);
                batch.clear();
            }
        }
        opened.awaitLinked(ProgressListener.SILENT);
        queries = Stream.generate(generator::next)
                .limit(QUERIES)
                .map(vector -> Query.of(vector).top(10).ef(ef))
                .toArray(Query[]::new);
    }

    /** Closes and deletes the store. */
    @TearDown(Level.Trial)
    public void close() throws IOException {
        Objects.requireNonNull(index).close();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /**
     * One search.
     *
     * @return what it found
     */
    @Benchmark
    public SearchResult search() {
        next = next + 1 == QUERIES ? 0 : next + 1;
        return Objects.requireNonNull(index).search(queries[next]);
    }
}
