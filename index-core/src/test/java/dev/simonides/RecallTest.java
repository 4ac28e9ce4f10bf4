// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.quantization.Similarity;
import dev.simonides.wal.Durability;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The gate of recall: generated data of a fixed seed, against the exact twin, and the graph must be what was used. */
class RecallTest {
    private static final long SEED = 20_260_801;
    private static final int COUNT = 5_000;
    private static final int DIMENSION = 64;
    private static final int QUERIES = 200;
    private static final int TOP = 10;

    @TempDir
    private Path directory;

    /** Similarity, and the least recall@10 at ef 40 and ef 100. */
    static Stream<Arguments> similarities() {
        return Stream.of(
                Arguments.of(Similarity.COSINE, 0.97, 0.99),
                Arguments.of(Similarity.DOT, 0.97, 0.99),
                Arguments.of(Similarity.EUCLIDEAN, 0.97, 0.99));
    }

    @ParameterizedTest
    @MethodSource("similarities")
    void theGraphFindsWhatTheExactTwinFinds(Similarity similarity, double least40, double least100) {
        // Members and queries of the same clusters: the first vectors are stored, the rest is asked.
        float[][] vectors = Vectors.clustered(SEED, COUNT + QUERIES, DIMENSION, 40, 1.5);
        MemoryIndexOptions options = MemoryIndexOptions.ofDimension(DIMENSION)
                .similarity(similarity)
                .exactScanMax(0)
                .durability(new Durability.None());
        try (MemoryIndex index = MemoryIndex.open(directory, options)) {
            put(index, vectors);
            index.awaitLinked(ProgressListener.SILENT);

            assertRecall(index, vectors, 40, least40, "all live");
            assertRecall(index, vectors, 100, least100, "all live");

            for (int i = 0; i < COUNT; i++) {
                if (i % 10 < 3) {
                    assertTrue(index.delete("", "row-" + i));
                }
            }
            assertRecall(index, vectors, 40, least40, "30 % deleted");
            assertRecall(index, vectors, 100, least100, "30 % deleted");
            index.awaitLinked(ProgressListener.SILENT);
            VerifyReport report = index.verify(ProgressListener.SILENT);
            assertTrue(report.clean(), () -> report.findings().toString());
            assertEquals(0, report.unreachable());
        }
    }

    private static void put(MemoryIndex index, float[][] vectors) {
        List<Memory> batch = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            batch.add(Memory.of("row-" + i, vectors[i]));
            if (batch.size() == Limits.BATCH_RECORDS_MAX || i == COUNT - 1) {
                index.putAll(batch);
                batch.clear();
            }
        }
    }

    private static void assertRecall(MemoryIndex index, float[][] vectors, int ef, double least, String state) {
        int found = 0;
        long evaluations = 0;
        for (int i = COUNT; i < COUNT + QUERIES; i++) {
            Query query = Query.of(vectors[i]).top(TOP).ef(ef);
            SearchResult result = index.search(query);
            assertEquals(Strategy.GRAPH, result.strategy());
            evaluations += result.evaluations();
            Set<String> exact = new HashSet<>();
            index.exact().search(query).forEach(hit -> exact.add(hit.key()));
            for (Hit hit : result) {
                found += exact.contains(hit.key()) ? 1 : 0;
            }
        }
        double recall = (double) found / (QUERIES * TOP);
        long meanEvaluations = evaluations / QUERIES;
        System.out.printf(
                "%s, %s, seed=%d, ef=%d: recall@10 %.4f, %d evaluations%n",
                index.options().similarity(), state, SEED, ef, recall, meanEvaluations);
        assertTrue(recall >= least, state + ": recall@10 at ef " + ef + " is " + recall + ", expected " + least);
        assertTrue(meanEvaluations < COUNT / 2, "a graph, not a scan: evaluations " + meanEvaluations);
    }
}
