// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.wal.Durability;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Random chains of operations against a map and brute force: at every step the store answers as the model does. */
class MemoryIndexProperties {
    private static final int DIMENSION = 8;
    private static final int TENANTS = 3;
    private static final int KEYS = 40;

    /** One step of a chain. */
    sealed interface Step {
        record Put(int tenant, int key, int vector) implements Step {}

        record PutAll(int tenant, int firstKey, int count, int vector) implements Step {}

        record Delete(int tenant, int key) implements Step {}

        record Get(int tenant, int key) implements Step {}

        record Search(int tenant, int vector, int top, int ef) implements Step {}

        record Link() implements Step {}

        record Flush() implements Step {}

        record Reopen() implements Step {}
    }

    /** How the store of a chain is made. */
    record Shape(Similarity similarity, OriginalFormat originals, int exactScanMax, int pendingMax) {
        MemoryIndexOptions options() {
            return MemoryIndexOptions.ofDimension(DIMENSION)
                    .similarity(similarity)
                    .originals(originals)
                    .exactScanMax(exactScanMax)
                    .pendingMax(pendingMax)
                    .m(4)
                    .efConstruction(16)
                    .indexerThreads(2)
                    .durability(new Durability.None());
        }
    }

    @Provide
    Arbitrary<List<Step>> chains() {
        Arbitrary<Integer> tenant = Arbitraries.integers().between(0, TENANTS - 1);
        Arbitrary<Integer> key = Arbitraries.integers().between(0, KEYS - 1);
        // Few vectors, so that equal ones and equal scores are common.
        Arbitrary<Integer> vector = Arbitraries.integers().between(0, 30);
        Arbitrary<Integer> count = Arbitraries.integers().between(1, 30);
        Arbitrary<Step> step = Arbitraries.frequencyOf(
                Tuple.of(6, Combinators.combine(tenant, key, vector).as(Step.Put::new)),
                Tuple.of(4, Combinators.combine(tenant, key, count, vector).as(Step.PutAll::new)),
                Tuple.of(4, Combinators.combine(tenant, key).as(Step.Delete::new)),
                Tuple.of(3, Combinators.combine(tenant, key).as(Step.Get::new)),
                Tuple.of(
                        6,
                        Combinators.combine(
                                        tenant,
                                        vector,
                                        Arbitraries.integers().between(1, 60),
                                        Arbitraries.integers().between(1, 50))
                                .as(Step.Search::new)),
                Tuple.of(1, Arbitraries.just(new Step.Link())),
                Tuple.of(1, Arbitraries.just(new Step.Flush())),
                Tuple.of(1, Arbitraries.just(new Step.Reopen())));
        return step.list().ofMinSize(1).ofMaxSize(80);
    }

    @Provide
    Arbitrary<Shape> shapes() {
        return Combinators.combine(
                        Arbitraries.of(Similarity.class),
                        Arbitraries.of(OriginalFormat.class),
                        Arbitraries.of(0, 0, 20, 2_000),
                        Arbitraries.of(1, 16, 2_048))
                .as(Shape::new);
    }

    @Property(tries = 150)
    void answersAsAMapAndBruteForceDo(@ForAll("shapes") Shape shape, @ForAll("chains") List<Step> chain) {
        Run run = new Run(shape);
        try {
            chain.forEach(run::step);
            run.check();
            run.step(new Step.Reopen());
            run.check();
        } finally {
            run.index.close();
        }
        assertEquals(0, run.directory.openFiles(), "files left open");
    }

    /** What the model knows of a memory. */
    private record Known(int vector, String text, long lsn) {}

    /** A store beside its model. */
    private static final class Run {
        final SimulatedDirectory directory = SimulatedDirectory.empty();
        private final Shape shape;
        private final List<Map<String, Known>> model = new ArrayList<>();
        MemoryIndex index;
        private long lsn;

        Run(Shape shape) {
            this.shape = shape;
            for (int tenant = 0; tenant < TENANTS; tenant++) {
                model.add(new HashMap<>());
            }
            index = open();
        }

        private MemoryIndex open() {
            // Segments of a few frames, so that every chain crosses their ends.
            return MemoryIndex.open(directory, shape.options(), log -> log.segmentBytes(32 << 10));
        }

        void step(Step step) {
            switch (step) {
                case Step.Put put -> putAll(put.tenant, put.key, 1, put.vector);
                case Step.PutAll put -> putAll(put.tenant, put.firstKey, put.count, put.vector);
                case Step.Delete delete -> delete(delete.tenant, "key-" + delete.key);
                case Step.Get get -> get(get.tenant, "key-" + get.key);
                case Step.Search search -> search(search);
                case Step.Link link -> index.awaitLinked(ProgressListener.SILENT);
                case Step.Flush flush -> {
                    index.flush();
                    assertEquals(lsn, index.stats().durableLsn());
                }
                case Step.Reopen reopen -> {
                    index.close();
                    index = open();
                }
            }
        }

        private void putAll(int tenant, int firstKey, int count, int vector) {
            List<Memory> memories = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                String key = "key-" + (firstKey + i) % KEYS;
                String text = "text " + ++lsn;
                memories.add(Memory.of(key, vector(vector + i)).text(text).tenant("tenant-" + tenant));
                model.get(tenant).put(key, new Known(vector + i, text, lsn));
            }
            assertEquals(lsn, count == 1 ? index.put(memories.getFirst()) : index.putAll(memories));
        }

        private static float[] vector(int seed) {
            return Vectors.gaussian(seed, DIMENSION);
        }

        private void delete(int tenant, String key) {
            boolean known = model.get(tenant).remove(key) != null;
            lsn += known ? 1 : 0;
            assertEquals(known, index.delete("tenant-" + tenant, key));
        }

        private void get(int tenant, String key) {
            Known known = model.get(tenant).get(key);
            assertEquals(
                    known == null ? null : known.text,
                    index.get("tenant-" + tenant, key).map(Memory::text).orElse(null));
        }

        private void search(Step.Search search) {
            Query query = Query.of(vector(search.vector))
                    .tenant("tenant-" + search.tenant)
                    .top(search.top)
                    .ef(search.ef);
            int expected = Math.min(search.top, model.get(search.tenant).size());
            checkHits(search.tenant, index.search(query), expected);
            checkExact(search, index.exact().search(query), expected);
        }

        /** Live memories only, none twice, in order, as many as there can be, each in its one present version. */
        private void checkHits(int tenant, SearchResult found, int expected) {
            Map<String, Known> known = model.get(tenant);
            Set<String> keys = new HashSet<>();
            for (int rank = 0; rank < found.size(); rank++) {
                Hit hit = found.get(rank);
                Known memory = known.get(hit.key());
                assertTrue(memory != null, () -> "not alive: " + hit);
                assertTrue(keys.add(hit.key()), () -> "twice: " + hit);
                assertEquals(memory.text, new String(hit.payload(), StandardCharsets.UTF_8));
                assertEquals(memory.lsn, hit.lsn());
                assertTrue(rank == 0 || hit.score() <= found.get(rank - 1).score(), () -> "out of order: " + found);
            }
            assertEquals(expected, found.size());
        }

        /** The scores of brute force over what {@code get} returns, rank by rank. */
        private void checkExact(Step.Search search, SearchResult found, int expected) {
            checkHits(search.tenant, found, expected);
            Map<String, Double> scores = new HashMap<>();
            for (String key : model.get(search.tenant).keySet()) {
                float[] stored =
                        index.get("tenant-" + search.tenant, key).orElseThrow().vector();
                scores.put(key, score(vector(search.vector), stored));
            }
            List<Double> best =
                    scores.values().stream().sorted(Comparator.reverseOrder()).toList();
            // The codes' query is quantised too: an error of half a step in each of 8 components.
            double tolerance = shape.originals == OriginalFormat.NONE ? 0.5 : 1e-4;
            for (int rank = 0; rank < found.size(); rank++) {
                assertEquals(best.get(rank), found.get(rank).score(), tolerance, "rank " + rank);
                assertEquals(scores.get(found.get(rank).key()), found.get(rank).score(), tolerance);
            }
        }

        private double score(float[] query, float[] stored) {
            if (shape.similarity != Similarity.COSINE) {
                return Vectors.score(shape.similarity, query, stored);
            }
            // Stored at unit length but for its rounding, which is part of the score.
            return Vectors.dot(query, stored) / Math.sqrt(Vectors.dot(query, query));
        }

        void check() {
            int live = 0;
            for (int tenant = 0; tenant < TENANTS; tenant++) {
                live += model.get(tenant).size();
                for (int key = 0; key < KEYS; key++) {
                    get(tenant, "key-" + key);
                }
                search(new Step.Search(tenant, 3, KEYS + 1, 10));
            }
            assertEquals(live, index.stats().liveCount());
            assertEquals(lsn, index.stats().lastLsn());
            VerifyReport report = index.verify(ProgressListener.SILENT);
            assertEquals(List.of(), report.findings());
            assertEquals(lsn, index.stats().durableLsn());
        }
    }

    @Property(tries = 20)
    void theSameSeedAndOneIndexerGiveTheSameAnswers(@ForAll long seed) {
        MemoryIndexOptions options = MemoryIndexOptions.ofDimension(DIMENSION)
                .exactScanMax(0)
                .m(4)
                .efConstruction(8)
                .indexerThreads(1)
                .seed(seed)
                .durability(new Durability.None());
        float[][] vectors = Vectors.clustered(seed, 200, DIMENSION, 5, 0.5);

        assertArrayEquals(answers(options, vectors), answers(options, vectors));
    }

    private static String[] answers(MemoryIndexOptions options, float[][] vectors) {
        try (MemoryIndex index =
                MemoryIndex.open(SimulatedDirectory.empty(), options, log -> log.segmentBytes(256 << 10))) {
            List<Memory> memories = new ArrayList<>();
            for (int i = 0; i < vectors.length - 10; i++) {
                memories.add(Memory.of("key-" + i, vectors[i]));
            }
            index.putAll(memories);
            index.awaitLinked(ProgressListener.SILENT);
            String[] answers = new String[10];
            for (int i = 0; i < answers.length; i++) {
                answers[i] = index.search(
                                Query.of(vectors[vectors.length - 1 - i]).ef(8).top(8))
                        .toString();
            }
            return answers;
        }
    }
}
