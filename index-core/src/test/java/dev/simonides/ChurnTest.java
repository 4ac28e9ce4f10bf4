// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.Durability;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A graph whose every vector was replaced by another one searches as well, and at the same cost, as one that was built of the
 * new vectors alone, before a compaction and after it.
 */
class ChurnTest {
    private static final int COUNT = 6_000;
    private static final int DIMENSION = 48;
    private static final int CLUSTERS = 60;
    private static final int QUERIES = 300;
    private static final int EF = 40;
    private static final float[][] VECTORS = Vectors.clustered(17, 2 * COUNT + QUERIES, DIMENSION, CLUSTERS, 1.2);

    @TempDir
    private Path directory;

    /** In which order the old vectors go. */
    enum Order {
        /** Everywhere at once. */
        RANDOM,
        /** One neighbourhood after the other: the hard case, for whole parts of the graph are dead at times. */
        CLUSTERED,
        /** Everywhere at once, and whoever comes equals somebody who goes later or has gone before. */
        EQUAL
    }

    private record Quality(double recall, double evaluations) {}

    private MemoryIndex open(String name) {
        return MemoryIndex.open(
                directory.resolve(name),
                MemoryIndexOptions.ofDimension(DIMENSION).exactScanMax(0).durability(new Durability.None()));
    }

    private static Memory memory(int key, int vector) {
        return Memory.of("row-" + key, VECTORS[vector]);
    }

    private static List<Integer> order(Order order) {
        List<Integer> rows = new ArrayList<>();
        for (int row = 0; row < COUNT; row++) {
            rows.add(row);
        }
        Collections.shuffle(rows, new Random(5));
        if (order == Order.CLUSTERED) {
            float[] direction = Vectors.gaussian(23, DIMENSION);
            rows.sort((a, b) -> Double.compare(Vectors.dot(direction, VECTORS[a]), Vectors.dot(direction, VECTORS[b])));
        }
        return rows;
    }

    @ParameterizedTest
    @EnumSource(Order.class)
    void replacingEverythingCostsNothing(Order order) {
        Quality fresh;
        try (MemoryIndex index = open("fresh")) {
            for (int row = 0; row < COUNT; row++) {
                var _ = index.submit(memory(row, COUNT + row));
            }
            index.flush();
            index.awaitLinked(ProgressListener.SILENT);
            fresh = quality(index);
        }
        try (MemoryIndex index = open("churned")) {
            for (int row = 0; row < COUNT; row++) {
                int old = order == Order.EQUAL ? COUNT + (row + COUNT / 2) % COUNT : row;
                var _ = index.submit(memory(row, old));
            }
            index.flush();
            index.awaitLinked(ProgressListener.SILENT);
            List<Integer> rows = order(order);
            for (int i = 0; i < COUNT; i++) {
                var _ = index.submit(memory(rows.get(i), COUNT + rows.get(i)));
                if (i % 1_000 == 999) {
                    // At rest, for a walk over lists that change may miss what was moved from ahead to behind it.
                    index.flush();
                    index.awaitLinked(ProgressListener.SILENT);
                    assertWhole(index);
                }
            }
            Quality churned = quality(index);

            long _ = index.compact(ProgressListener.SILENT);
            index.awaitLinked(ProgressListener.SILENT);
            assertWhole(index);
            assertEquals(COUNT, index.stats().ordinalCount(), "the dead have no ordinals any more");
            Quality compacted = quality(index);

            System.out.println("churn, " + order + ": " + churned + ", compacted: " + compacted + ", fresh: " + fresh);
            assertAsGood(churned, fresh);
            assertAsGood(compacted, fresh);
        }
    }

    private static void assertAsGood(Quality quality, Quality fresh) {
        assertTrue(quality.recall >= fresh.recall - 0.01, quality + ", fresh: " + fresh);
        assertTrue(quality.evaluations <= 1.15 * fresh.evaluations, quality + ", fresh: " + fresh);
    }

    private static void assertWhole(MemoryIndex index) {
        VerifyReport report = index.verify(ProgressListener.SILENT);
        assertTrue(report.clean(), () -> report.findings().toString());
        assertEquals(0, report.unreachable());
        assertEquals(COUNT, index.stats().liveCount());
    }

    private static Quality quality(MemoryIndex index) {
        int found = 0;
        long evaluations = 0;
        for (int i = 2 * COUNT; i < 2 * COUNT + QUERIES; i++) {
            Query query = Query.of(VECTORS[i]).top(10).ef(EF);
            SearchResult result = index.search(query);
            assertEquals(Strategy.GRAPH, result.strategy());
            evaluations += result.evaluations();
            Set<String> exact = new HashSet<>();
            index.exact().search(query).forEach(hit -> exact.add(hit.key()));
            for (Hit hit : result) {
                found += exact.contains(hit.key()) ? 1 : 0;
            }
        }
        return new Quality(found / 10.0 / QUERIES, (double) evaluations / QUERIES);
    }
}
