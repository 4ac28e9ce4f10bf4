// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexStats;
import dev.simonides.ProgressListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ImportCommandTest {
    private static final int COUNT = 300;

    @TempDir
    private Path folder;

    private Path store;

    @BeforeEach
    void createStore() {
        store = folder.resolve("s");
        Outcome.of("create", store, "--dim", Samples.DIMENSION).done();
    }

    @Test
    void storesEveryRowUnderItsNumberWithItsText() throws IOException {
        Path base = Samples.fvecs(folder.resolve("base.fvecs.gz"), Samples.vectors(COUNT));
        Path texts = Samples.lines(
                folder.resolve("texts.txt.gz"),
                IntStream.range(0, COUNT).mapToObj(row -> "text of " + row).toList());

        Map<String, Object> imported = Outcome.of("import", store, base, "--texts", texts, "--threads", 1, "--json")
                .done()
                .object();

        assertEquals((long) COUNT, imported.get("imported"));
        assertTrue((long) imported.get("stored_per_s") > 0);
        assertTrue((long) imported.get("linked_per_s") > 0);
        Map<String, Object> first = nearest(base, 217);
        assertEquals("row-217", first.get("key"));
        assertEquals("text of 217", first.get("text"));
        assertEquals(1.0, (double) first.get("score"), 1e-3);
    }

    @Test
    void isDoneWhenAllIsLinked() {
        // Above exactScanMax, so that there is a graph to link into.
        float[][] vectors = Samples.vectors(2_500);
        Iterator<Memory> memories = IntStream.range(0, vectors.length)
                .mapToObj(row -> Memory.of("row-" + row, vectors[row]))
                .iterator();
        try (MemoryIndex index = MemoryIndex.open(store)) {
            ImportTimes times = new Importer(index, ProgressListener.SILENT).store(memories, vectors.length);

            MemoryIndexStats stats = index.stats();
            assertEquals(vectors.length, stats.liveCount());
            assertEquals(1, stats.graphTenantCount());
            assertEquals(0, stats.pendingCount());
            assertEquals(vectors.length, times.count());
            assertTrue(times.linkedNanos() >= times.storedNanos(), times::toString);
        }
    }

    @Test
    void givesAllRowsToOneTenant() {
        Path base = Samples.fvecs(folder.resolve("base.fvecs"), Samples.vectors(COUNT));

        Outcome.of("import", store, base, "--tenant", "alice").done();

        assertEquals("row-5", nearest(base, 5, "--tenant", "alice").get("key"));
        assertEquals(
                List.of(),
                Outcome.of("search", store, "--vector", base, "--row", 5, "--json")
                        .done()
                        .out());
    }

    @Test
    void givesEachRowToTheTenantOfItsLine() throws IOException {
        Path base = Samples.fvecs(folder.resolve("base.fvecs"), Samples.vectors(4));
        Path tenants = Samples.lines(folder.resolve("tenants.txt"), List.of("a", "b", "a", "b"));

        Outcome.of("import", store, base, "--tenants", tenants).done();

        assertEquals(List.of("row-0", "row-2"), keys("a", base));
        assertEquals(List.of("row-1", "row-3"), keys("b", base));
    }

    @Test
    void takesKeysTextsAndTenantsOfJsonLines() throws IOException {
        Outcome.of("create", folder.resolve("j"), "--dim", 2).done();
        Path lines = Samples.lines(
                folder.resolve("memories.jsonl"),
                List.of(
                        "{\"key\":\"north\",\"vector\":[0,1],\"text\":\"up\",\"tenant\":\"t\"}",
                        "{\"key\":\"east\",\"vector\":[1,0],\"text\":\"right\",\"tenant\":\"t\"}"));

        Outcome.of("import", folder.resolve("j"), lines).done();

        Map<String, Object> first = Outcome.of(
                        "search",
                        folder.resolve("j"),
                        "--vector",
                        lines,
                        "--row",
                        1,
                        "-k",
                        1,
                        "--tenant",
                        "t",
                        "--json")
                .done()
                .object();
        assertEquals("east", first.get("key"));
        assertEquals("right", first.get("text"));
    }

    @Test
    void replacesRowsThatAreImportedAgain() throws IOException {
        float[][] vectors = Samples.vectors(10);
        Path base = Samples.fvecs(folder.resolve("base.fvecs"), vectors);
        Path again = Samples.fvecs(folder.resolve("again.fvecs"), vectors[9], vectors[8]);
        Outcome.of("import", store, base).done();

        Outcome.of("import", store, again).done();

        assertEquals(10L, Outcome.of("info", store, "--json").done().object().get("live"));
        assertEquals(
                List.of("row-0", "row-9"),
                Outcome.of("search", store, "--vector", again, "--row", 0, "-k", 2, "--json").done().json().stream()
                        .map(hit -> hit.get("key"))
                        .sorted()
                        .toList());
    }

    @Test
    void saysBothRates() {
        Path base = Samples.fvecs(folder.resolve("base.fvecs"), Samples.vectors(COUNT));

        Outcome outcome = Outcome.of("import", store, base).done();

        assertTrue(
                outcome.out().getFirst().matches("300 memories stored at [\\d,]+/s, stored and linked at [\\d,]+/s .*"),
                outcome::toString);
    }

    private Map<String, Object> nearest(Path file, int row, Object... more) {
        Object[] arguments = new Object[9 + more.length];
        Object[] fixed = {"search", store, "--vector", file, "--row", row, "-k", 1, "--json"};
        System.arraycopy(fixed, 0, arguments, 0, fixed.length);
        System.arraycopy(more, 0, arguments, fixed.length, more.length);
        return Outcome.of(arguments).done().object();
    }

    private List<Object> keys(String tenant, Path file) {
        return Outcome.of("search", store, "--vector", file, "--row", 0, "--tenant", tenant, "--json")
                .done()
                .json()
                .stream()
                .map(hit -> hit.get("key"))
                .sorted()
                .toList();
    }
}
