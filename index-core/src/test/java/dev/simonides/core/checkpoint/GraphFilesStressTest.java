// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.Vectors;
import dev.simonides.core.epoch.Epochs;
import dev.simonides.core.graph.CandidatePool;
import dev.simonides.core.link.Indexers;
import dev.simonides.core.manifest.FileEntry;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.quantization.Similarity;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One checkpoint after the other beside two indexers, a writer and a searcher; every one of them is loaded and searched. */
@Tag("stress")
@Timeout(300)
class GraphFilesStressTest {
    private static final long SEED = 20_261_121;
    private static final int COUNT = 5_000;
    /** Up to here vectors come in bulk and every checkpoint finds most blocks changed; after it they trickle. */
    private static final int BULK = 4_800;

    private static final int BULK_BATCH = 50;
    private static final int TRICKLE_BATCH = 4;
    private static final int DIMENSION = 16;
    private static final int QUERIES = 20;
    private static final int TOP = 10;

    private final float[][] vectors = Vectors.clustered(SEED, COUNT + QUERIES, DIMENSION, 30, 1.0);
    private final SimulatedDirectory directory = SimulatedDirectory.empty();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private volatile int checkpoints;
    private volatile boolean stopped;
    private int filesMost;
    private double recallLeast = 1;

    @Test
    void everyCheckpointHoldsAGraphThatFinds() throws InterruptedException, ExecutionException {
        try (GraphFixture fixture = GraphFixture.of(DIMENSION);
                Epochs epochs = new Epochs(2);
                Indexers indexers = new Indexers(fixture.published, epochs, 0, failures::add)) {
            indexers.start(2, fixture::newLinker, fixture::newUnlinker);
            CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> write(fixture, indexers));
            CompletableFuture<Void> searching = CompletableFuture.runAsync(() -> search(fixture, writing));

            try {
                while (!writing.isDone() || fixture.tenant("a").pending().size() > 0) {
                    checkpointAndLoad(fixture);
                    assertTrue(failures.isEmpty(), failures::toString);
                }
                checkpointAndLoad(fixture);
                assertEquals(0, fixture.unreachable("a"));
            } finally {
                // Before the memory that they use is given back.
                stopped = true;
                writing.get();
                searching.get();
            }
        }
        System.out.printf(
                "seed=%d: %d checkpoints beside linking, %d files at most, least recall@%d %.3f%n",
                SEED, checkpoints, filesMost, TOP, recallLeast);
        assertTrue(checkpoints > 50 && filesMost > 3, "checkpoints: " + checkpoints + ", files: " + filesMost);
        assertTrue(recallLeast > 0.9, "recall: " + recallLeast);
    }

    private void write(GraphFixture fixture, Indexers indexers) {
        Tenant tenant = fixture.tenant("a");
        for (int from = 0; from < COUNT && !stopped; ) {
            int size = from < BULK ? BULK_BATCH : TRICKLE_BATCH;
            fixture.add("a", Arrays.copyOfRange(vectors, from, from + size));
            indexers.announce(tenant);
            from += size;
            int wanted = from < BULK ? from / 400 : checkpoints + 1;
            while (!stopped && (tenant.pending().size() > 500 || checkpoints < wanted)) {
                Thread.onSpinWait();
            }
        }
    }

    /** Answers are distinct and known, whatever is linked or written meanwhile. */
    private void search(GraphFixture fixture, CompletableFuture<Void> writing) {
        for (int i = 0; !writing.isDone() || i < QUERIES; i++) {
            int count = fixture.tenant("a").count();
            if (count > TOP) {
                int[] found = fixture.search("a", vectors[COUNT + i % QUERIES], TOP, 40, false);
                assertEquals(TOP, Arrays.stream(found).distinct().count());
            }
        }
    }

    private void checkpointAndLoad(GraphFixture fixture) {
        Snapshot snapshot = fixture.snapshot();
        if (snapshot.tenants().isEmpty()) {
            return;
        }
        Prepared prepared = fixture.files.write(fixture.target(directory), snapshot);
        List<FileEntry> entries = prepared.entries();
        prepared.commit();
        int number = checkpoints + 1;
        filesMost = Math.max(filesMost, entries.size());
        int count = snapshot.tenants().getFirst().count();
        try (GraphFixture next = fixture.restart(directory, snapshot, entries, 2)) {
            assertEquals(List.of(), next.rebuilt);
            next.assertSound("a");
            int found = 0;
            for (int query = COUNT; query < COUNT + QUERIES; query++) {
                int[] nearest = bruteForce(vectors[query], count);
                int[] exact = next.search("a", vectors[query], nearest.length, 100, true);
                assertArrayEquals(sorted(nearest), sorted(exact));
                List<Integer> walked = Arrays.stream(next.search("a", vectors[query], nearest.length, 100, false))
                        .boxed()
                        .collect(Collectors.toList());
                assertEquals(nearest.length, walked.stream().distinct().count());
                assertTrue(walked.stream().allMatch(ordinal -> ordinal < count));
                walked.retainAll(Arrays.stream(nearest).boxed().toList());
                found += walked.size();
            }
            if (count >= TOP) {
                recallLeast = Math.min(recallLeast, (double) found / (QUERIES * TOP));
            }
        }
        checkpoints = number;
    }

    private static int[] sorted(int[] ordinals) {
        return Arrays.stream(ordinals).sorted().toArray();
    }

    private int[] bruteForce(float[] query, int count) {
        CandidatePool nearest = new CandidatePool();
        nearest.begin(Math.min(TOP, count));
        for (int ordinal = 0; ordinal < count; ordinal++) {
            nearest.offer(ordinal, score(query, ordinal));
        }
        return IntStream.range(0, nearest.size()).map(nearest::ordinalAt).toArray();
    }

    private float score(float[] query, int ordinal) {
        return (float) Vectors.score(Similarity.EUCLIDEAN, query, vectors[ordinal]);
    }
}
