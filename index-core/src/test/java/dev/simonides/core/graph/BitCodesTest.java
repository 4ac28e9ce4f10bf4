// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.Vectors;
import dev.simonides.core.memory.Slabs;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.core.tenant.TenantFixture;
import dev.simonides.core.vector.VectorPages;
import dev.simonides.quantization.BitCodec;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The 1-bit codes beside a graph: whose they are, when they are there, and what a walk by them reads. */
class BitCodesTest {
    private static final int DIMENSION = 100;
    private static final int COUNT = 600;
    private static final VectorCodec CODEC =
            VectorCodec.of(DIMENSION, Similarity.COSINE, OriginalFormat.NONE, Kernels.best());

    private final Arena arena = Arena.ofConfined();
    private final BitCodec bits = BitCodec.of(CODEC, 42, Kernels.best(), arena);
    private final TenantFixture fixture = new TenantFixture(CODEC, 0, bits);
    private final long scratch =
            arena.allocate(BitCodec.scratchBytes(DIMENSION), 64).address();

    @AfterEach
    void close() {
        fixture.close();
        arena.close();
    }

    private Graph linked() {
        for (float[] vector : Vectors.clustered(1, COUNT, DIMENSION, 10, 0.5)) {
            fixture.add(vector);
        }
        fixture.link(COUNT);
        Graph graph = fixture.tenant().graph();
        assertNotNull(graph);
        return graph;
    }

    private void assertCodes(Graph graph) {
        assertCodes(graph, fixture.tenant().vectors(), COUNT);
    }

    private void assertCodes(Graph graph, VectorPages vectors, int count) {
        MemorySegment expected = arena.allocate(bits.codeBytes(), 64);
        for (int ordinal = 0; ordinal < count; ordinal++) {
            bits.encode(vectors.codeAddress(ordinal), scratch, expected.address());
            MemorySegment actual = NodeLayout.MEMORY.asSlice(graph.bitCode(ordinal), bits.codeBytes());
            assertEquals(-1, expected.mismatch(actual), "ordinal " + ordinal);
        }
    }

    @Test
    void linkingWritesTheCodeOfEveryNode() {
        assertCodes(linked());
    }

    @Test
    void renumberingWritesTheCodeOfEveryNode() {
        linked();
        for (int ordinal = 0; ordinal < COUNT; ordinal += 2) {
            fixture.kill(ordinal);
        }

        Tenant renumbered = fixture.renumber();

        Graph graph = renumbered.graph();
        assertNotNull(graph);
        assertCodes(graph, renumbered.vectors(), renumbered.count());
    }

    /** Of every node: also of those that are pending in the file, for lists may name them (G8). */
    @Test
    void loadingWritesTheCodeOfEveryNode() {
        linked();
        try (Slabs slabs = new Slabs()) {
            Graph loaded = new Graph(slabs, 8, 42, bits);
            GraphLoad load = new GraphLoad(loaded, COUNT, COUNT / 2);

            load.writeBitCodes(0, 10, fixture.tenant().vectors());
            load.writeBitCodes(10, load.blocks(), fixture.tenant().vectors());

            assertCodes(loaded);
        }
    }

    /** The pool comes back with the INT8 scores, in their order, though the way there was found by others. */
    @Test
    void aSearchRanksThePoolByInt8Codes() {
        Graph graph = linked();
        Traversal traversal = new Traversal(Kernels.best(), CODEC, arena);
        MemorySegment exact = arena.allocate(CODEC.exactQueryBytes(), 64);
        CODEC.encodeQuery(Vectors.gaussian(5, DIMENSION), exact.address(), traversal.query());

        traversal.begin(graph, fixture.tenant().vectors(), COUNT, 300);
        traversal.search();

        CandidatePool pool = traversal.pool();
        assertEquals(300, pool.size());
        for (int rank = 0; rank < pool.size(); rank++) {
            long code = fixture.tenant().vectors().codeAddress(pool.ordinalAt(rank));
            assertEquals(CODEC.scoreCode(code, traversal.query()), pool.scoreAt(rank), "rank " + rank);
            assertTrue(rank == 0 || pool.scoreAt(rank) <= pool.scoreAt(rank - 1), "rank " + rank);
        }
        assertTrue(traversal.evaluations() > pool.size() + 300, "the ranking counts too");
    }

    /** Equal input gives the graph that it gives without 1-bit codes: linking does not go by them. */
    @Test
    void linkingIsTheSameWithThem() {
        Graph with = linked();
        try (TenantFixture without = new TenantFixture(CODEC, 0)) {
            for (float[] vector : Vectors.clustered(1, COUNT, DIMENSION, 10, 0.5)) {
                without.add(vector);
            }
            without.link(COUNT);
            Graph plain = without.tenant().graph();
            assertNotNull(plain);
            for (int ordinal = 0; ordinal < COUNT; ordinal++) {
                assertArrayEquals(
                        GraphView.list(plain, ordinal, 0), GraphView.list(with, ordinal, 0), "ordinal " + ordinal);
            }
        }
    }

    @Test
    void thePoolIsLargerOnlyWhereTheCodesAreRougher() {
        assertEquals(80 + 30 + 8, linked().poolFor(80));
        try (Slabs slabs = new Slabs()) {
            assertEquals(80, new Graph(slabs, 8, 42).poolFor(80));
        }
    }
}
