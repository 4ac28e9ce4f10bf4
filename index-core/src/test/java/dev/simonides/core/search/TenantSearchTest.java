// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.Strategy;
import dev.simonides.Vectors;
import dev.simonides.core.tenant.TenantFixture;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import java.lang.foreign.Arena;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Searching a tenant of which the test decides what is linked, dead and published. */
class TenantSearchTest {
    private static final int DIMENSION = 32;
    private static final int COUNT = 2_000;
    private static final int QUERIES = 50;
    private static final VectorCodec CODEC =
            VectorCodec.of(DIMENSION, Similarity.COSINE, OriginalFormat.F16, Kernels.best());

    private final float[][] vectors = Vectors.clustered(77, COUNT + QUERIES, DIMENSION, 20, 0.8);
    private final TenantFixture fixture = new TenantFixture(CODEC, 0);
    private final AtomicLong published = new AtomicLong();
    private final TenantSearch search = new TenantSearch(Kernels.best(), CODEC, 0, published);
    private final Arena arena = Arena.ofConfined();
    private final SearchScratch scratch = new SearchScratch(0, Kernels.best(), CODEC, arena);

    @BeforeEach
    void fill() {
        for (int i = 0; i < COUNT; i++) {
            fixture.add(vectors[i]);
        }
        published.set(fixture.lsn());
    }

    @AfterEach
    void close() {
        fixture.close();
        arena.close();
    }

    private Set<Integer> found() {
        Set<Integer> ordinals = new HashSet<>();
        for (int rank = 0; rank < scratch.size(); rank++) {
            assertTrue(ordinals.add(scratch.ordinal(rank)), "twice: " + scratch.ordinal(rank));
            assertTrue(rank == 0 || scratch.score(rank) <= scratch.score(rank - 1), "out of order");
        }
        return ordinals;
    }

    private Set<Integer> walk(float[] query, int k, int ef) {
        search.search(fixture.tenant(), query, k, ef, false, scratch);
        return found();
    }

    private Set<Integer> exact(float[] query, int k) {
        search.exact(fixture.tenant(), query, k, scratch);
        return found();
    }

    private double recall(Strategy strategy, int pendingScanned) {
        int hits = 0;
        for (int i = COUNT; i < COUNT + QUERIES; i++) {
            Set<Integer> walked = walk(vectors[i], 10, 60);
            assertEquals(strategy, scratch.strategy());
            assertEquals(pendingScanned, scratch.pendingScanned());
            Set<Integer> truth = exact(vectors[i], 10);
            truth.retainAll(walked);
            hits += truth.size();
        }
        return (double) hits / (QUERIES * 10);
    }

    @Test
    void pendingVectorsCostNoRecall() {
        fixture.link(COUNT / 2);
        assertTrue(recall(Strategy.GRAPH_AND_PENDING, COUNT / 2) >= 0.97, "half pending");

        fixture.link(COUNT / 4);
        assertTrue(recall(Strategy.GRAPH_AND_PENDING, COUNT / 4) >= 0.97, "a quarter pending");

        fixture.link(COUNT / 4);
        assertTrue(recall(Strategy.GRAPH, 0) >= 0.97, "nothing pending");
    }

    @Test
    void moreThanHalfPendingIsScanned() {
        fixture.link(COUNT / 2 - 1);

        Set<Integer> found = walk(vectors[COUNT], 10, 60);

        assertEquals(Strategy.EXACT_SCAN, scratch.strategy());
        assertEquals(exact(vectors[COUNT], 10), found);
    }

    @Test
    void everyVectorFindsItselfLinkedOrPending() {
        fixture.link(COUNT / 2);
        for (int ordinal = 0; ordinal < COUNT; ordinal += 7) {
            assertTrue(walk(vectors[ordinal], 1, 60).contains(ordinal), "ordinal " + ordinal);
        }
    }

    @Test
    void birthAndDeathAreSeenWhenTheyArePublished() {
        fixture.link(COUNT);
        fixture.kill(5);
        int born = fixture.add(vectors[COUNT]);

        assertTrue(walk(vectors[5], 10, 60).contains(5), "its death is not published yet");
        assertTrue(exact(vectors[5], 10).contains(5), "its death is not published yet");
        assertFalse(walk(vectors[COUNT], 10, 60).contains(born), "its birth is not published yet");
        assertFalse(exact(vectors[COUNT], 10).contains(born), "its birth is not published yet");

        published.set(fixture.lsn());
        assertFalse(walk(vectors[5], 10, 60).contains(5));
        assertFalse(exact(vectors[5], 10).contains(5));
        assertTrue(walk(vectors[COUNT], 1, 60).contains(born));
        assertTrue(exact(vectors[COUNT], 1).contains(born));
    }

    @Test
    void theDeadThatWereNeverLinkedAreNotFound() {
        fixture.link(COUNT / 2);
        for (int ordinal = COUNT / 2; ordinal < COUNT; ordinal += 2) {
            fixture.kill(ordinal);
        }
        published.set(fixture.lsn());
        fixture.link(COUNT / 2);

        for (int i = COUNT; i < COUNT + QUERIES; i++) {
            for (int ordinal : walk(vectors[i], 20, 60)) {
                assertFalse(fixture.tenant().dead(ordinal), "dead: " + ordinal);
            }
            assertEquals(Strategy.GRAPH, scratch.strategy());
        }
    }

    @Test
    void asManyHitsAsThereAreLiveEvenIfMostAreDead() {
        fixture.link(COUNT);
        for (int ordinal = 0; ordinal < COUNT - 15; ordinal++) {
            fixture.kill(ordinal);
        }
        published.set(fixture.lsn());

        assertEquals(15, walk(vectors[0], 20, 20).size());
        assertEquals(10, walk(vectors[0], 10, 10).size());
    }
}
