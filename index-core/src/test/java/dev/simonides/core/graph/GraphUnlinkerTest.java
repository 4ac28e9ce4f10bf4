// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.Vectors;
import dev.simonides.core.tenant.TenantFixture;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The dead leave the graph, and nobody else is lost. */
class GraphUnlinkerTest {
    private static final int DIMENSION = 16;
    private static final int COUNT = 1_500;
    private static final int CLUSTERS = 15;
    private static final VectorCodec CODEC =
            VectorCodec.of(DIMENSION, Similarity.COSINE, OriginalFormat.NONE, Kernels.best());

    private final TenantFixture fixture = new TenantFixture(CODEC, 0);

    @AfterEach
    void close() {
        fixture.close();
    }

    private Graph graph() {
        Graph graph = fixture.tenant().graph();
        assertNotNull(graph);
        return graph;
    }

    private void add(float[]... vectors) {
        for (float[] vector : vectors) {
            int _ = fixture.add(vector);
        }
        fixture.link(vectors.length);
    }

    private void killAll(IntStream ordinals) {
        ordinals.filter(ordinal -> !fixture.tenant().dead(ordinal)).forEach(fixture::kill);
    }

    private IntStream all() {
        return IntStream.range(0, fixture.tenant().count());
    }

    /** Nothing dead is named, everything living is reached, and the structure is sound. */
    private void assertTheLivingAreWhole() {
        List<String> findings = new ArrayList<>();
        GraphCheck check = new GraphCheck(graph(), fixture.tenant()::count, findings::add);
        assertTrue(check.checkLists() >= 0);
        assertEquals(List.of(), findings);
        assertEquals(0, check.unreachable(ordinal -> !fixture.tenant().dead(ordinal)));
        all().filter(graph()::linked).forEach(ordinal -> {
            assertFalse(fixture.tenant().dead(ordinal), () -> "dead and linked: " + ordinal);
            for (int level = 0; level <= graph().level(ordinal); level++) {
                for (int id : GraphView.list(graph(), ordinal, level)) {
                    assertFalse(fixture.tenant().dead(id), () -> ordinal + " names " + id + ", which is dead");
                }
                assertTrue(level > 0 || graph().pinned(ordinal) <= GraphView.list(graph(), ordinal, 0).length);
            }
        });
        assertEquals(fixture.tenant().count() - fixture.tenant().liveCount(), graph().skippedCount());
    }

    @Test
    void noListNamesTheDeadAndNobodyIsLost() {
        add(Vectors.clustered(1, COUNT, DIMENSION, CLUSTERS, 0.5));
        killAll(all().filter(ordinal -> ordinal % 2 == 0));

        assertTrue(fixture.unlink());

        assertTheLivingAreWhole();
    }

    /** Vectors die and others come, over and over; those that follow lie where there was one before, or elsewhere. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aGraphOutlivesItsNodes(long seed) {
        Random random = new Random(seed);
        add(Vectors.clustered(seed, COUNT, DIMENSION, CLUSTERS, 0.5));
        for (int round = 0; round < 12; round++) {
            double share = 0.95 * random.nextDouble();
            killAll(all().filter(ordinal -> random.nextDouble() < share));
            assertTrue(fixture.unlink(), "seed " + seed + ", round " + round);
            assertTheLivingAreWhole();
            add(Vectors.clustered(seed + round % 2, random.nextInt(400), DIMENSION, CLUSTERS, 0.5));
            assertEquals(
                    0,
                    new GraphCheck(graph(), fixture.tenant()::count, finding -> {})
                            .unreachable(ordinal -> !fixture.tenant().dead(ordinal)));
        }
    }

    @Test
    void aWholeClusterMayGoAtOnce() {
        float[][] vectors = Vectors.clustered(4, COUNT, DIMENSION, CLUSTERS, 0.1);
        add(vectors);
        float[] centre = vectors[0];
        killAll(all().filter(ordinal -> Vectors.score(Similarity.COSINE, centre, vectors[ordinal]) > 0.9));
        assertTrue(fixture.tenant().liveCount() < COUNT - 20);

        assertTrue(fixture.unlink());

        assertTheLivingAreWhole();
    }

    @Test
    void theEntryPointIsReplaced() {
        add(Vectors.clustered(5, COUNT, DIMENSION, CLUSTERS, 0.5));
        for (int i = 0; i < 20; i++) {
            int entry = graph().entryOrdinal();
            fixture.kill(entry);

            assertTrue(fixture.unlink());

            int level = graph().entryLevel();
            assertFalse(fixture.tenant().dead(graph().entryOrdinal()));
            assertEquals(all().filter(graph()::linked).map(graph()::level).max().orElseThrow(), level);
        }
        assertTheLivingAreWhole();
    }

    /** The entry point stays for as long as nobody could take its place, so that who is linked next is found. */
    @Test
    void theLastOneStaysUntilOthersCome() {
        add(Vectors.clustered(6, 100, DIMENSION, 5, 0.5));
        killAll(all());

        assertTrue(fixture.unlink());

        assertEquals(99, graph().skippedCount());
        assertTrue(graph().linked(graph().entryOrdinal()));
        add(Vectors.clustered(7, 100, DIMENSION, 5, 0.5));
        assertTrue(fixture.unlink());
        assertTheLivingAreWhole();
    }

    /** Among equal vectors the pinned links are long chains, and most lists are full of them. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 10})
    void equalVectorsStayTogether(int every) {
        float[] equal = Vectors.gaussian(8, DIMENSION);
        for (int i = 0; i < 800; i++) {
            add(equal);
        }
        for (int round = 0; round < 6; round++) {
            int offset = round;
            killAll(all().filter(ordinal -> ordinal % every == offset % every));
            assertTrue(fixture.unlink());
            assertTheLivingAreWhole();
            for (int i = 0; i < 50; i++) {
                add(equal);
            }
        }
    }

    @Test
    void whoIsToldToStopLosesNothing() {
        add(Vectors.clustered(9, COUNT, DIMENSION, CLUSTERS, 0.5));
        killAll(all().filter(ordinal -> ordinal % 3 == 0));
        GraphCheck check = new GraphCheck(graph(), fixture.tenant()::count, finding -> {});
        int[] turns = {0};

        for (int stopAt = 0; stopAt < 20; stopAt += 3) {
            turns[0] = stopAt;
            assertFalse(fixture.unlink(() -> turns[0]-- > 0));
            assertEquals(0, check.unreachable(ordinal -> !fixture.tenant().dead(ordinal)));
        }

        assertTrue(fixture.unlink());
        assertTheLivingAreWhole();
    }

    /** A list gets replacements as long as there is room, and they link back, so that a graph does not thin out. */
    @Test
    void listsKeepTheirLength() {
        add(Vectors.clustered(10, COUNT, DIMENSION, CLUSTERS, 0.8));
        double before = meanDegree();
        killAll(all().filter(ordinal -> ordinal % 2 == 1));

        assertTrue(fixture.unlink());

        assertTrue(meanDegree() > 0.92 * before, meanDegree() + " after " + before);
    }

    private double meanDegree() {
        return all().filter(graph()::linked)
                .map(ordinal -> GraphView.list(graph(), ordinal, 0).length)
                .average()
                .orElseThrow();
    }
}
