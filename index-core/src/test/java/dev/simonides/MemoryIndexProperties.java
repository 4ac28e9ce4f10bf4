// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.wal.Durability;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AfterContainer;

/**
 * Random chains of operations against a map and brute force: at every step the store answers as the model does. Forty times as
 * many in the long form ({@link SoakTries}).
 */
@AddLifecycleHook(SoakTries.class)
class MemoryIndexProperties {
    static final int DIMENSION = 8;
    static final int TENANTS = 3;
    static final int KEYS = 40;
    static final int VECTORS = 30;
    private static final long DAY = 86_400_000;
    private static final double RECALL_LEAST = 0.9;

    /** One step of a chain. */
    sealed interface Step {
        record Put(int tenant, int key, int vector) implements Step {}

        record PutAll(int tenant, int firstKey, int count, int vector) implements Step {}

        record Delete(int tenant, int key) implements Step {}

        record Get(int tenant, int key) implements Step {}

        record Search(int tenant, int vector, int top, int ef) implements Step {}

        record Link() implements Step {}

        record Flush() implements Step {}

        record Checkpoint() implements Step {}

        record Compact() implements Step {}

        record Jump(long millis) implements Step {}

        record Look() implements Step {}

        record Backup() implements Step {}

        record Reopen(Residency residency) implements Step {}

        record Kill(Residency residency) implements Step {}

        /** A power cut after all but the last operations of the disk; the seed says what of the pending ones was done. */
        record PowerCut(int back, long seed, Residency residency) implements Step {}
    }

    /** How the store of a chain is made. */
    record Shape(
            Similarity similarity, OriginalFormat originals, int exactScanMax, int pendingMax, Durability durability) {
        MemoryIndexOptions options() {
            return MemoryIndexOptions.ofDimension(DIMENSION)
                    .similarity(similarity)
                    .originals(originals)
                    .exactScanMax(exactScanMax)
                    .pendingMax(pendingMax)
                    .m(4)
                    .efConstruction(16)
                    .indexerThreads(2)
                    .durability(durability);
        }
    }

    @Provide
    Arbitrary<List<Step>> chains() {
        Arbitrary<Integer> tenant = Arbitraries.integers().between(0, TENANTS - 1);
        Arbitrary<Integer> key = Arbitraries.integers().between(0, KEYS - 1);
        // Few vectors, so that equal ones and equal scores are common.
        Arbitrary<Integer> vector = Arbitraries.integers().between(0, VECTORS);
        Arbitrary<Integer> count = Arbitraries.integers().between(1, 30);
        Arbitrary<Residency> residency = Arbitraries.of(Residency.class);
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
                Tuple.of(2, Arbitraries.just(new Step.Checkpoint())),
                Tuple.of(1, Arbitraries.just(new Step.Compact())),
                Tuple.of(1, Arbitraries.longs().between(-DAY, DAY).map(Step.Jump::new)),
                Tuple.of(1, Arbitraries.just(new Step.Look())),
                Tuple.of(1, Arbitraries.just(new Step.Backup())),
                Tuple.of(1, residency.map(Step.Reopen::new)),
                Tuple.of(1, residency.map(Step.Kill::new)),
                Tuple.of(
                        2,
                        Combinators.combine(Arbitraries.integers().between(0, 30), Arbitraries.longs(), residency)
                                .as(Step.PowerCut::new)));
        return step.list().ofMinSize(1).ofMaxSize(80);
    }

    @Provide
    Arbitrary<Shape> shapes() {
        return Combinators.combine(
                        Arbitraries.of(Similarity.class),
                        Arbitraries.of(OriginalFormat.class),
                        Arbitraries.of(0, 0, 20, 2_000),
                        Arbitraries.of(1, 16, 2_048),
                        Arbitraries.of(new Durability.None(), new Durability.Group()))
                .as(Shape::new);
    }

    /** Hits that exact searches found and searches were to find, and those that they did. */
    private static long wanted;

    private static long found;

    @Property(tries = 150)
    void answersAsAMapAndBruteForceDo(@ForAll("shapes") Shape shape, @ForAll("chains") List<Step> chain) {
        StoreBesideModel store = new StoreBesideModel(shape);
        try (store) {
            chain.forEach(store::step);
            store.check();
            store.step(new Step.Reopen(Residency.AUTO));
            store.check();
        }
        assertEquals(0, store.openFiles(), "files left open");
        wanted += store.wanted();
        found += store.found();
    }

    @AfterContainer
    static void almostAllIsFound() {
        System.out.println("properties: recall=" + found + "/" + wanted);
        assertTrue(found >= RECALL_LEAST * wanted, "recall: " + found + " of " + wanted);
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
