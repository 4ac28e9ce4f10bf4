// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.Vectors;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.core.tenant.TenantFixture;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A graph under new ordinals: nobody living is lost, now or by what is pruned later. */
class GraphRenumberingTest {
    private static final int DIMENSION = 16;
    private static final VectorCodec CODEC =
            VectorCodec.of(DIMENSION, Similarity.COSINE, OriginalFormat.NONE, Kernels.best());

    private final TenantFixture fixture = new TenantFixture(CODEC, 0);

    @AfterEach
    void close() {
        fixture.close();
    }

    private void add(float[]... vectors) {
        for (float[] vector : vectors) {
            int _ = fixture.add(vector);
        }
        fixture.link(vectors.length);
    }

    private void kill(IntPredicate which) {
        for (int ordinal = 0; ordinal < fixture.tenant().count(); ordinal++) {
            if (which.test(ordinal) && !fixture.tenant().dead(ordinal)) {
                fixture.kill(ordinal);
            }
        }
    }

    /** Every list is sound, and the pinned links alone lead from anywhere to everywhere (G6). */
    private static void assertHeldTogether(Tenant tenant) {
        Graph graph = Objects.requireNonNull(tenant.graph());
        List<String> findings = new ArrayList<>();
        long _ = new GraphCheck(graph, tenant::count, findings::add).checkLists();
        assertEquals(List.of(), findings);
        int count = tenant.count();
        BitSet met = new BitSet();
        Deque<Integer> open = new ArrayDeque<>(List.of(graph.entryOrdinal()));
        met.set(graph.entryOrdinal());
        while (!open.isEmpty()) {
            int from = open.remove();
            for (int to : pinned(graph, from)) {
                assertTrue(
                        Arrays.stream(pinned(graph, to)).anyMatch(back -> back == from),
                        () -> from + " pins " + to + ", which does not pin it");
                if (!met.get(to)) {
                    met.set(to);
                    open.add(to);
                }
            }
        }
        assertEquals(count, met.cardinality());
        for (int ordinal = 0; ordinal < count; ordinal++) {
            assertTrue(graph.linked(ordinal));
        }
    }

    private static int[] pinned(Graph graph, int ordinal) {
        return Arrays.copyOf(GraphView.list(graph, ordinal, 0), graph.pinned(ordinal));
    }

    /** Dead nodes were what held the living together. */
    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5, 0.95})
    void theLivingHoldTogetherWithoutTheDead(double share) {
        Random random = new Random(1);
        add(Vectors.clustered(1, 1_500, DIMENSION, 15, 0.5));
        kill(_ -> random.nextDouble() < share);

        Tenant renumbered = fixture.renumber();

        assertEquals(fixture.tenant().liveCount(), renumbered.count());
        assertHeldTogether(renumbered);
    }

    /** Some were unlinked before, and the graph goes on elsewhere. */
    @Test
    void whoLeftBeforeIsLeftOut() {
        add(Vectors.clustered(2, 1_000, DIMENSION, 10, 0.5));
        kill(ordinal -> ordinal % 3 == 0);
        assertTrue(fixture.unlink());
        add(Vectors.clustered(3, 500, DIMENSION, 10, 0.5));
        kill(ordinal -> ordinal % 5 == 0);

        assertHeldTogether(fixture.renumber());
    }

    /** Equal vectors have no room for links to each other. */
    @Test
    void equalVectorsHoldTogether() {
        float[] vector = Vectors.gaussian(4, DIMENSION);
        float[][] equal = new float[900][];
        Arrays.fill(equal, vector);
        add(equal);
        kill(ordinal -> ordinal % 2 == 0);

        assertHeldTogether(fixture.renumber());
    }

    /** What it searches is near: the lists lead on as before. */
    @Test
    void neighboursAreThoseOfTheGraphItIsMadeOf() {
        add(Vectors.clustered(5, 1_000, DIMENSION, 10, 0.5));
        Graph graph = Objects.requireNonNull(fixture.tenant().graph());

        Graph renumbered = Objects.requireNonNull(fixture.renumber().graph());

        long kept = 0;
        long links = 0;
        for (int ordinal = 0; ordinal < 1_000; ordinal++) {
            int[] present = GraphView.list(renumbered, ordinal, 0);
            for (int id : GraphView.list(graph, ordinal, 0)) {
                links++;
                kept += Arrays.stream(present).anyMatch(neighbor -> neighbor == id) ? 1 : 0;
            }
        }
        assertTrue(kept > 0.97 * links, kept + " of " + links);
        assertEquals(GraphView.entryLevel(graph), GraphView.entryLevel(renumbered));
    }
}
