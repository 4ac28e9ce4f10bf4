// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.compact;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.Vectors;
import dev.simonides.core.graph.Graph;
import dev.simonides.core.graph.GraphView;
import dev.simonides.core.memory.Slabs;
import dev.simonides.core.vector.PageFormat;
import dev.simonides.core.vector.PageGeometry;
import dev.simonides.core.vector.VectorPages;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import dev.simonides.simd.OffHeap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Vectors put into the pages of their likes: nobody is lost on the way, and the likes are. */
class PageClustersTest {
    private static final int DIMENSION = 24;

    private final Slabs slabs = new Slabs();

    @AfterEach
    void close() {
        slabs.close();
    }

    private VectorPages pages(VectorCodec codec, PageFormat format, float[]... vectors) {
        VectorPages pages = new VectorPages(slabs, PageGeometry.of(codec, format));
        pages.reserve(vectors.length);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment scratch = arena.allocate(codec.exactQueryBytes(), 64);
            MemorySegment stored = arena.allocate((long) codec.codePitch() + codec.originalBytes(), 64);
            for (int ordinal = 0; ordinal < vectors.length; ordinal++) {
                long code = stored.address();
                codec.encode(vectors[ordinal], scratch.address(), code, code + codec.codeBytes());
                pages.add(ordinal, stored, 0);
            }
        }
        return pages;
    }

    private static VectorCodec codec(Similarity similarity, OriginalFormat originals) {
        return VectorCodec.of(DIMENSION, similarity, originals, Kernels.best());
    }

    private static byte[] bytes(long address, int count) {
        byte[] bytes = new byte[count];
        MemorySegment.copy(OffHeap.everything(), ValueLayout.JAVA_BYTE, address, bytes, 0, count);
        return bytes;
    }

    private static List<byte[]> contents(VectorPages pages, int ordinal) {
        VectorCodec codec = pages.geometry().codec();
        return List.of(
                bytes(pages.codeAddress(ordinal), codec.codeBytes()),
                codec.originalBytes() == 0
                        ? new byte[0]
                        : bytes(pages.originalAddress(ordinal), codec.originalBytes()));
    }

    /** Every ordinal keeps its code and its original, and stands in one slot, which says so. */
    private static void assertArranged(VectorPages pages) {
        List<List<byte[]>> before = Stream.iterate(0, ordinal -> ordinal < pages.size(), ordinal -> ordinal + 1)
                .map(ordinal -> contents(pages, ordinal))
                .toList();

        PageClusters.arrange(pages, null);

        BitSet met = new BitSet();
        for (int page = 0; page < pages.pageCount(); page++) {
            for (int slot = 0; slot < pages.slotsUsed(pages.place(page)); slot++) {
                int ordinal = pages.ordinalAt(pages.place(page), slot);
                assertEquals(page, pages.pageOf(ordinal));
                assertEquals(ordinal, pages.holder(ordinal));
                met.set(ordinal);
            }
        }
        assertEquals(pages.size(), met.cardinality());
        for (int ordinal = 0; ordinal < pages.size(); ordinal++) {
            List<byte[]> now = contents(pages, ordinal);
            assertArrayEquals(before.get(ordinal).get(0), now.get(0), "code of " + ordinal);
            assertArrayEquals(before.get(ordinal).get(1), now.get(1), "original of " + ordinal);
        }
    }

    @ParameterizedTest
    @EnumSource
    void nobodyIsLost(Similarity similarity) {
        for (OriginalFormat originals : OriginalFormat.values()) {
            // Ends of pages, small and large ones, and in between.
            for (int count : new int[] {0, 1, 63, 127, 128, 129, 300, 1_000, 2_357}) {
                assertArranged(pages(
                        codec(similarity, originals),
                        PageFormat.PACKED,
                        Vectors.clustered(count, count, DIMENSION, 9, 0.3)));
            }
        }
    }

    /** What a search for one of them reads: as many pages as hold its cluster. */
    @ParameterizedTest
    @EnumSource
    void likesShareAPage(Similarity similarity) {
        int clusters = 100;
        float[][] vectors = Vectors.clustered(7, 6_000, DIMENSION, clusters, 0.05);
        VectorPages pages = pages(codec(similarity, OriginalFormat.NONE), PageFormat.PACKED, vectors);
        double before = pagesOfACluster(pages, vectors);

        PageClusters.arrange(pages, null);

        double now = pagesOfACluster(pages, vectors);
        assertTrue(before > 40, "before: " + before);
        assertTrue(now < 4, "pages of a cluster of 60: " + now);
    }

    /** Clusters are tight, so the members of one are found by their distance to the first. */
    private static double pagesOfACluster(VectorPages pages, float[]... vectors) {
        double sum = 0;
        int queries = 50;
        for (int query = 0; query < queries; query++) {
            BitSet touched = new BitSet();
            for (int ordinal = 0; ordinal < vectors.length; ordinal++) {
                if (-Vectors.score(Similarity.EUCLIDEAN, vectors[query], vectors[ordinal]) < DIMENSION * 0.05) {
                    touched.set(pages.pageOf(ordinal));
                }
            }
            sum += touched.cardinality();
        }
        return sum / queries;
    }

    /** Vectors that say nothing, and links within eight groups. */
    @Test
    void whatLinksJoinSharesAPage() {
        int count = 1_000;
        float[][] vectors = Vectors.clustered(3, count, DIMENSION, 1, 1);
        VectorPages pages = pages(codec(Similarity.COSINE, OriginalFormat.NONE), PageFormat.PACKED, vectors);
        Graph graph = new Graph(slabs, 8, 42);
        Random random = new Random(4);
        for (int ordinal = 0; ordinal < count; ordinal++) {
            graph.reserve(ordinal + 1);
            int group = ordinal % 8;
            GraphView.setList(
                    graph,
                    ordinal,
                    0,
                    random.ints(10, 0, count / 8).map(i -> 8 * i + group).toArray());
        }
        double before = linksWithinAPage(pages, graph);

        PageClusters.arrange(pages, graph);

        double now = linksWithinAPage(pages, graph);
        assertTrue(before < 0.2, "before: " + before);
        assertTrue(now > 0.4, "links that stay in a page: " + now);
    }

    private static double linksWithinAPage(VectorPages pages, Graph graph) {
        long within = 0;
        long links = 0;
        for (int ordinal = 0; ordinal < pages.size(); ordinal++) {
            for (int neighbor : GraphView.list(graph, ordinal, 0)) {
                within += pages.pageOf(ordinal) == pages.pageOf(neighbor) ? 1 : 0;
                links++;
            }
        }
        return (double) within / links;
    }

    /** Means of nothing, halves of equals. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void equalAndOppositeVectorsAreArranged(boolean opposite) {
        float[] vector = Vectors.gaussian(1, DIMENSION);
        float[] other = vector.clone();
        for (int i = 0; opposite && i < other.length; i++) {
            other[i] = -other[i];
        }
        Random random = new Random(5);
        float[][] vectors = new float[900][];
        Arrays.setAll(vectors, _ -> random.nextBoolean() ? vector : other);

        assertArranged(pages(codec(Similarity.COSINE, OriginalFormat.F16), PageFormat.PACKED, vectors));
    }

    @Test
    void aStoreOfRoundedPagesStaysInOrder() {
        VectorPages pages = pages(
                codec(Similarity.COSINE, OriginalFormat.F16),
                PageFormat.ROUNDED,
                Vectors.clustered(1, 1_000, DIMENSION, 9, 0.3));

        PageClusters.arrange(pages, null);

        for (int ordinal = 1; ordinal < 1_000; ordinal++) {
            assertEquals(ordinal, pages.holder(ordinal));
            assertTrue(pages.codeAddress(ordinal) > pages.codeAddress(ordinal - 1)
                    || pages.pageOf(ordinal) > pages.pageOf(ordinal - 1));
        }
    }
}
