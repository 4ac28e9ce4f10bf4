// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.recall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.ProgressListener;
import dev.simonides.bench.data.NeighbourTable;
import dev.simonides.bench.data.VectorRow;
import dev.simonides.bench.generate.ClusterShape;
import dev.simonides.bench.generate.ClusteredGenerator;
import dev.simonides.bench.generate.ExactNeighbours;
import dev.simonides.quantization.Similarity;
import dev.simonides.wal.Durability;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryIndexSearcherTest {

    private static final int DIMENSION = 32;
    private static final int COUNT = 1500;
    private static final int K = 5;

    @TempDir
    Path directory;

    @Test
    void measuresTheGraphOfATenant() {
        ClusteredGenerator generator = ClusteredGenerator.unit(DIMENSION, new ClusterShape(40, 10, 0.5, 0.1), 21);
        float[][] base = generator.next(COUNT);
        float[][] queries = generator.next(50);
        NeighbourTable truth = ExactNeighbours.find(base, queries, 10, Similarity.COSINE);

        List<RecallRow> rows;
        try (MemoryIndex index = MemoryIndex.open(directory, options().exactScanMax(0))) {
            put(index, base, "alice");
            rows = RecallSweep.of(queries, truth, K)
                    .run(
                            MemoryIndexSearcher.of(index, "alice", ProgressListener.SILENT),
                            List.of(K, 64),
                            PassListener.SILENT);
            assertEquals(0, index.stats().pendingCount());
        }

        RecallRow narrow = rows.get(0);
        RecallRow wide = rows.get(1);
        assertTrue(wide.recall() >= 0.98, wide.toString());
        assertTrue(narrow.recall() <= wide.recall(), rows.toString());
        assertTrue(narrow.evaluations() < wide.evaluations() && wide.evaluations() < COUNT, rows.toString());
        assertTrue(wide.pages() >= 1 && wide.pages() <= wide.evaluations(), rows.toString());
        assertTrue(narrow.pages() <= wide.pages(), rows.toString());
        assertTrue(wide.meanMicros() > 0 && wide.wallMicros() >= wide.meanMicros(), rows.toString());
    }

    @Test
    void findsTheTruthByExactScan() {
        ClusteredGenerator generator = ClusteredGenerator.unit(DIMENSION, new ClusterShape(40, 10, 0.5, 0.1), 22);
        float[][] base = generator.next(COUNT / 2);
        float[][] queries = generator.next(20);
        NeighbourTable truth = ExactNeighbours.find(base, queries, K, Similarity.COSINE);

        try (MemoryIndex index = MemoryIndex.open(directory, options())) {
            put(index, base, "");
            MemoryIndexSearcher searcher = MemoryIndexSearcher.of(
                    index, "", key -> Long.parseLong(key.substring("row-".length())), ProgressListener.SILENT);
            RecallRow row = RecallSweep.of(queries, truth, K)
                    .run(searcher, List.of(10), PassListener.SILENT)
                    .getFirst();

            assertTrue(row.recall() >= 0.99, row.toString());
            assertEquals(base.length, row.evaluations(), row.toString());
        }
    }

    @Test
    void refusesKeysThatAreNoRows() {
        float[][] queries = {{1, 0}};
        NeighbourTable truth = NeighbourTable.of(1, new int[] {0});

        try (MemoryIndex index = MemoryIndex.open(directory, MemoryIndexOptions.ofDimension(2))) {
            var _ = index.put(Memory.of("turn-17", new float[] {1, 0}));
            IllegalStateException refused = assertThrows(
                    IllegalStateException.class,
                    () -> RecallSweep.of(queries, truth, 1)
                            .run(
                                    MemoryIndexSearcher.of(index, "", ProgressListener.SILENT),
                                    List.of(10),
                                    PassListener.SILENT));

            assertTrue(refused.getMessage().contains("found the key turn-17, which is no row"), refused.getMessage());
        }
    }

    private static MemoryIndexOptions options() {
        return MemoryIndexOptions.ofDimension(DIMENSION).durability(new Durability.None());
    }

    private static void put(MemoryIndex index, float[][] vectors, String tenant) {
        List<Memory> batch = new ArrayList<>();
        for (int row = 0; row < vectors.length; row++) {
            batch.add(Memory.of(VectorRow.keyOf(row), vectors[row]).tenant(tenant));
            if (batch.size() == 250 || row == vectors.length - 1) {
                var _ = index.putAll(batch);
                batch.clear();
            }
        }
    }
}
