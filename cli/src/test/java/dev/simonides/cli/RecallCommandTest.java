// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.bench.data.NeighbourTable;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RecallCommandTest {
    private static final int COUNT = 2_600;
    private static final int QUERY_COUNT = 40;

    @TempDir
    private Path folder;

    private Path store;
    private Path queries;
    private Path truth;

    @BeforeEach
    void importVectors() {
        float[][] vectors = Samples.vectors(COUNT + QUERY_COUNT);
        float[][] base = Arrays.copyOf(vectors, COUNT);
        float[][] asked = Arrays.copyOfRange(vectors, COUNT, vectors.length);
        store = folder.resolve("s");
        queries = Samples.fvecs(folder.resolve("query.fvecs"), asked);
        truth = Samples.truth(folder.resolve("truth.ivecs"), base, asked, 20);
        Outcome.of("create", store, "--dim", Samples.DIMENSION, "--ef-construction", 40)
                .done();
        Outcome.of("import", store, Samples.fvecs(folder.resolve("base.fvecs"), base))
                .done();
    }

    @Test
    void printsARowAnEf() {
        List<Map<String, Object>> rows = Outcome.of(
                        "recall", store, "--queries", queries, "--truth", truth, "--ef", "10,400", "--json")
                .done()
                .json();

        assertEquals(List.of(10L, 400L), rows.stream().map(row -> row.get("ef")).toList());
        for (Map<String, Object> row : rows) {
            assertEquals(
                    List.of(
                            "ef",
                            "k",
                            "recall",
                            "mean_us",
                            "p50_us",
                            "p99_us",
                            "wall_us",
                            "evaluations",
                            "pages",
                            "pool_pages"),
                    List.copyOf(row.keySet()));
            assertEquals(10L, row.get("k"));
            assertTrue((double) row.get("mean_us") > 0);
            assertTrue((double) row.get("wall_us") >= (double) row.get("mean_us"));
        }
        assertTrue((double) rows.get(1).get("recall") > 0.98, rows::toString);
        assertTrue((double) rows.get(0).get("recall") < (double) rows.get(1).get("recall"), rows::toString);
        assertTrue(
                (double) rows.get(0).get("evaluations") < (double) rows.get(1).get("evaluations"), rows::toString);
    }

    @Test
    void findsLessWhereTheTruthIsOfOtherQueries() {
        float[][] vectors = Samples.vectors(COUNT + QUERY_COUNT);
        float[][] others = Arrays.copyOf(vectors, QUERY_COUNT);
        Path wrong = Samples.truth(folder.resolve("wrong.ivecs"), Arrays.copyOf(vectors, COUNT), others, 20);

        Map<String, Object> row = Outcome.of(
                        "recall", store, "--queries", queries, "--truth", wrong, "--ef", 100, "--json")
                .done()
                .object();

        assertTrue((double) row.get("recall") < 0.1, row::toString);
    }

    @Test
    void refusesATruthThatNamesRowsTheStoreDoesNotHave() {
        int[] rows = new int[QUERY_COUNT * 10];
        rows[17] = 999_999;
        Path other = folder.resolve("other.ivecs");
        NeighbourTable.of(10, rows).write(other);

        Refusals.assertRefused(
                Outcome.of("recall", store, "--queries", queries, "--truth", other),
                other.toString(),
                "neighbour 7 of query 1",
                "999999",
                "2600");
    }

    @Test
    void printsATableForPeople() {
        Outcome outcome = Outcome.of("recall", store, "--queries", queries, "--truth", truth, "--ef", 20, "-k", 5)
                .done();

        assertEquals(2, outcome.out().size(), outcome::toString);
        assertTrue(outcome.out().getFirst().contains("recall"), outcome::toString);
    }

    @Test
    void refusesAStoreThatTheTruthSaysNothingAbout() {
        Path tenants = folder.resolve("tenants");
        Outcome.of("create", tenants, "--dim", Samples.DIMENSION).done();
        Outcome.of("import", tenants, queries, "--tenant", "alice").done();
        Path named = folder.resolve("named");
        Outcome.of("create", named, "--dim", Samples.DIMENSION).done();
        try (MemoryIndex index = MemoryIndex.open(named)) {
            var _ = index.put(Memory.of("by-name", Samples.vectors(1)[0]));
        }

        Refusals.assertRefused(Outcome.of("recall", tenants, "--queries", queries, "--truth", truth), "tenant");
        Refusals.assertRefused(Outcome.of("recall", named, "--queries", queries, "--truth", truth), "by-name", "row-");
    }

    @Test
    void refusesFilesThatDoNotBelongTogether() {
        Path fewer = Samples.fvecs(folder.resolve("fewer.fvecs"), Samples.vectors(3));
        Path narrow = Samples.fvecs(folder.resolve("narrow.fvecs"), new float[] {1, 2});

        Refusals.assertRefused(Outcome.of("recall", store, "--queries", fewer, "--truth", truth), "40", "3");
        Refusals.assertRefused(Outcome.of("recall", store, "--queries", narrow, "--truth", truth), "24", "2");
        Refusals.assertRefused(
                Outcome.of("recall", store, "--queries", queries, "--truth", truth, "-k", 21), "20", "21");
        Refusals.assertRefused(Outcome.of("recall", store, "--queries", queries), "--truth");
    }
}
