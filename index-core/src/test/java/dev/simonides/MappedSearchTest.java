// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.simonides.quantization.OriginalFormat;
import dev.simonides.simd.Kernels;
import dev.simonides.simd.PageAdvice;
import dev.simonides.wal.Durability;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Searches of a store that is larger than what the system keeps of it in memory: nothing, before each search. */
class MappedSearchTest {
    private static final int COUNT = 3_000;
    private static final int DIMENSION = 128;
    private static final int QUERIES = 20;
    private static final float[][] VECTORS = Vectors.clustered(20_261_128, COUNT + QUERIES, DIMENSION, 40, 1.5);

    @TempDir
    private static Path directory;

    @BeforeAll
    static void fill() {
        MemoryIndexOptions options = MemoryIndexOptions.ofDimension(DIMENSION)
                .exactScanMax(0)
                .originals(OriginalFormat.F32)
                .durability(new Durability.None());
        try (MemoryIndex index = MemoryIndex.create(directory.resolve("store"), options)) {
            List<Memory> batch = new ArrayList<>();
            for (int i = 0; i < COUNT; i++) {
                batch.add(Memory.of("row-" + i, VECTORS[i]));
                if (batch.size() == Limits.BATCH_RECORDS_MAX || i == COUNT - 1) {
                    index.putAll(batch);
                    batch.clear();
                }
            }
            index.awaitLinked(ProgressListener.SILENT);
        }
    }

    private static MemoryIndex open(Residency residency, Navigation navigation) {
        return MemoryIndex.open(
                directory.resolve("store"),
                stored -> stored.residency(residency).navigation(navigation).checkpointOnClose(false));
    }

    private static Query query(int number) {
        return Query.of(VECTORS[COUNT + number]).top(10).ef(40);
    }

    private static void forget() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("store"))) {
            for (Path file : files.filter(one -> one.getFileName().toString().startsWith("vec-"))
                    .toList()) {
                PageCache.forget(file);
            }
        }
    }

    /** Searches with nothing in memory; of what is read nearly all was asked for before it was waited for. */
    private static List<SearchResult> answers(MemoryIndex index, Function<Query, SearchResult> search)
            throws IOException {
        assertTrue(index.stats().mappedBytes() > COUNT * DIMENSION * 5, "mapped");
        List<SearchResult> answers = new ArrayList<>();
        long faults = 0;
        long bytes = 0;
        // A scan finds out that pages are missing.
        forget();
        var _ = index.exact().search(query(0));
        for (int i = 0; i < QUERIES; i++) {
            forget();
            long faultsBefore = PageCache.majorFaults();
            long bytesBefore = PageCache.readBytes();
            answers.add(search.apply(query(i)));
            faults += PageCache.majorFaults() - faultsBefore;
            bytes += PageCache.readBytes() - bytesBefore;
        }
        long pages = bytes / PageAdvice.pageBytes();
        if (PageAdvice.ahead() && pages > 0) {
            System.out.println(
                    "pages read a search: " + pages / QUERIES + ", waited for: " + (double) faults / QUERIES);
            assertTrue(pages > 20L * QUERIES, "pages read: " + pages);
            assertTrue(faults < pages / 20, "of " + pages + " pages waited for: " + faults);
        }
        return answers;
    }

    @ParameterizedTest
    @EnumSource(names = {"INT8", "ONE_BIT"})
    void findsWhatAStoreInMemoryFindsAndWaitsForFewPages(Navigation navigation) throws IOException {
        List<SearchResult> mapped;
        try (MemoryIndex index = open(Residency.MAPPED, navigation)) {
            mapped = answers(index, index::search);
        }

        try (MemoryIndex index = open(Residency.RESIDENT, navigation)) {
            assertSame(mapped, index::search);
        }
    }

    @Test
    void anExactScanDoesToo() throws IOException {
        List<SearchResult> mapped;
        try (MemoryIndex index = open(Residency.MAPPED, Navigation.AUTO)) {
            mapped = answers(index, index.exact()::search);
        }

        try (MemoryIndex index = open(Residency.RESIDENT, Navigation.AUTO)) {
            assertSame(mapped, index.exact()::search);
        }
    }

    private static void assertSame(List<SearchResult> mapped, Function<Query, SearchResult> resident) {
        for (int i = 0; i < QUERIES; i++) {
            SearchResult expected = resident.apply(query(i));
            SearchResult actual = mapped.get(i);
            assertEquals(expected.strategy(), actual.strategy());
            assertEquals(expected.evaluations(), actual.evaluations());
            assertEquals(expected.size(), actual.size());
            for (int rank = 0; rank < expected.size(); rank++) {
                assertEquals(expected.get(rank).key(), actual.get(rank).key());
                assertEquals(
                        Float.floatToRawIntBits(expected.get(rank).score()),
                        Float.floatToRawIntBits(actual.get(rank).score()));
            }
        }
    }

    /** Where nothing can be asked, searches find the same. In a JVM of its own, because a JVM decides that once. */
    @Test
    void withoutAdviceTheAnswersAreTheSame(@TempDir Path errors) throws Exception {
        Process child = ChildJvm.start(
                Child.class,
                errors.resolve("errors"),
                List.of("-Ddev.simonides.advice=none", "-Ddev.simonides.kernels=" + kernels()),
                directory.resolve("store").toString());
        String answers;
        try (var stream = child.getInputStream()) {
            answers = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }

        assertEquals(0, child.waitFor(), answers);
        assertEquals(false + Child.answers(directory.resolve("store")), answers);
    }

    private static String kernels() {
        return Kernels.best().tier().label();
    }

    @Test
    void aFaultReadsItsPageAlone() throws IOException {
        assumeTrue(PageAdvice.ahead(), "the system is not advised");
        try (MemoryIndex index = open(Residency.MAPPED, Navigation.AUTO)) {
            assertTrue(index.stats().mappedBytes() > 0, "mapped");
            List<String> smaps = Files.readAllLines(Path.of("/proc/self/smaps"));
            String store = directory.resolve("store").toRealPath().toString();
            int mappings = 0;
            for (int line = 0; line < smaps.size(); line++) {
                if (smaps.get(line).contains(store + "/vec-")) {
                    while (!smaps.get(line).startsWith("VmFlags:")) {
                        line++;
                    }
                    assertTrue(smaps.get(line).contains(" rr"), "read here and there: " + smaps.get(line));
                    mappings++;
                }
            }
            assertTrue(mappings > 0, "mappings of vectors");
        }
    }

    static final class Child {
        private Child() {}

        public static void main(String[] arguments) {
            System.out.print(PageAdvice.ahead() + answers(Path.of(arguments[0])));
        }

        static String answers(Path store) {
            StringBuilder answers = new StringBuilder();
            try (MemoryIndex index = MemoryIndex.open(
                    store, stored -> stored.residency(Residency.MAPPED).checkpointOnClose(false))) {
                for (int i = 0; i < QUERIES; i++) {
                    index.search(query(i)).forEach(hit -> answers.append('\n').append(hit.key() + " " + hit.score()));
                }
            }
            return answers.toString();
        }
    }
}
