// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.quantization.Similarity;
import dev.simonides.wal.Durability;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Searches, exact and through graphs, and linking, while checkpoints move pages into mappings, fold files, and unmap those
 * that were folded. In a child JVM, because a read of a mapping that is gone ends the process.
 *
 * <p>Seen failing (the child ends by SIGSEGV, or finds a memory at the wrong place) with releases that run when they are
 * retired instead of after grace; and with arranged pages whose first sides are given back at once, whose slots do not say whom
 * they hold, or whose originals are not copied.
 */
@Tag("stress")
class MappedStressTest {
    private static final long MILLIS = Long.getLong("mappedStress.millis", 5_000);
    private static final int DIMENSION = 64;
    private static final int TENANTS = 2;
    /** Several pages, so that every checkpoint arranges some. */
    private static final int BATCH = 150;

    /** In memory where the system has a place for that: a disk's syncs would leave a checkpoint or two a second. */
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    @Test
    void aClosedMappingIsNeverRead(@TempDir Path directory) throws IOException, InterruptedException {
        if (Files.isWritable(SHARED_MEMORY)) {
            Path inMemory = Files.createTempDirectory(SHARED_MEMORY, "simonides-mapped-");
            try {
                run(inMemory.resolve("store"), directory.resolve("errors"));
            } finally {
                delete(inMemory);
            }
        } else {
            run(directory.resolve("store"), directory.resolve("errors"));
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static void run(Path store, Path errors) throws IOException, InterruptedException {
        Process child = ChildJvm.start(Child.class, errors, store.toString());
        String output;
        try (var stream = child.getInputStream()) {
            output = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } finally {
            child.destroyForcibly();
        }

        String said = Files.exists(errors) ? Files.readString(errors) : "";
        assertEquals(0, child.waitFor(), output + said);
        assertTrue(output.startsWith("mapped: "), output + said);
        System.out.print(output);
    }

    /** The child: writes and checkpoints on its main thread, and searches on two others. */
    static final class Child {
        private static final AtomicReference<Throwable> FAILURE = new AtomicReference<>();
        private static final AtomicBoolean STOPPING = new AtomicBoolean();
        private static final AtomicLong SEARCHES = new AtomicLong();
        private static final AtomicLong LAST = new AtomicLong();

        private Child() {}

        public static void main(String[] args) throws InterruptedException {
            MemoryIndexOptions options = MemoryIndexOptions.ofDimension(DIMENSION)
                    .residency(Residency.MAPPED)
                    .exactScanMax(500)
                    .durability(new Durability.None());
            int checkpoints = 0;
            long most = 0;
            try (MemoryIndex index = MemoryIndex.open(Path.of(args[0]), options)) {
                put(index);
                List<Thread> threads = new ArrayList<>();
                for (int i = 0; i < 2; i++) {
                    int seed = i;
                    threads.add(Thread.ofPlatform().start(() -> search(index, new Random(seed))));
                }
                for (long end = System.nanoTime() + MILLIS * 1_000_000; System.nanoTime() < end; checkpoints++) {
                    put(index);
                    var _ = index.checkpoint();
                    most = Math.max(most, index.stats().mappedBytes());
                }
                STOPPING.set(true);
                for (Thread thread : threads) {
                    thread.join();
                }
            }
            if (FAILURE.get() != null) {
                FAILURE.get().printStackTrace();
                System.exit(1);
            }
            System.out.println("mapped: " + SEARCHES + " searches beside " + checkpoints + " checkpoints, " + LAST
                    + " vectors, at most " + most + " bytes mapped");
        }

        private static void put(MemoryIndex index) {
            for (int tenant = 0; tenant < TENANTS; tenant++) {
                List<Memory> batch = new ArrayList<>();
                for (int i = 0; i < BATCH; i++) {
                    long number = LAST.get() + i;
                    batch.add(Memory.of("key-" + number, Vectors.gaussian(number, DIMENSION))
                            .tenant("tenant-" + tenant));
                }
                index.putAll(batch);
            }
            LAST.addAndGet(BATCH);
        }

        /** Every memory that was acknowledged is found by its own vector. */
        private static void search(MemoryIndex index, Random random) {
            try {
                while (!STOPPING.get()) {
                    long number = random.nextLong(LAST.get());
                    Query query = Query.of(Vectors.gaussian(number, DIMENSION))
                            .tenant("tenant-" + random.nextInt(TENANTS))
                            .top(3);
                    boolean exactly = random.nextBoolean();
                    SearchResult result = exactly ? index.exact().search(query) : index.search(query);
                    String key = result.hits().isEmpty()
                            ? "nothing"
                            : result.hits().getFirst().key();
                    if (exactly && !key.equals("key-" + number)) {
                        throw new AssertionError("found " + key + " for key-" + number);
                    }
                    for (Hit hit : result) {
                        assertScore(query, hit);
                    }
                    SEARCHES.incrementAndGet();
                }
            } catch (Throwable e) {
                FAILURE.compareAndSet(null, e);
            }
        }

        /** What the graph leads to depends on its links; what it is scored by is the memory's own vector. */
        private static void assertScore(Query query, Hit hit) {
            float[] vector = Vectors.gaussian(Long.parseLong(hit.key().substring("key-".length())), DIMENSION);
            double score = Vectors.score(Similarity.COSINE, query.vector(), vector);
            if (Math.abs(score - hit.score()) > 0.002) {
                throw new AssertionError(hit.key() + " scored " + hit.score() + ", not " + score);
            }
        }
    }
}
