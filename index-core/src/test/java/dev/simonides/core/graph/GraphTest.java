// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.Limits;
import dev.simonides.Vectors;
import dev.simonides.core.memory.Slabs;
import dev.simonides.core.tenant.TenantFixture;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The structure: levels, lists, and the check that finds what is wrong with them. */
class GraphTest {
    private static final VectorCodec CODEC = VectorCodec.of(16, Similarity.COSINE, OriginalFormat.NONE, Kernels.best());
    private static final int COUNT = 600;

    private final TenantFixture fixture = new TenantFixture(CODEC, 0);

    @AfterEach
    void close() {
        fixture.close();
    }

    private Graph linked() {
        for (float[] vector : Vectors.clustered(1, COUNT, 16, 10, 0.5)) {
            fixture.add(vector);
        }
        fixture.link(COUNT);
        Graph graph = fixture.tenant().graph();
        assertNotNull(graph);
        return graph;
    }

    private static List<String> findings(Graph graph) {
        List<String> findings = new ArrayList<>();
        assertTrue(new GraphCheck(graph, () -> COUNT, findings::add).checkLists() >= 0);
        return findings;
    }

    private static void assertOneFinding(String words, Graph graph) {
        List<String> findings = findings(graph);
        assertEquals(1, findings.size(), findings::toString);
        assertTrue(findings.getFirst().contains(words), findings::toString);
    }

    /** Linux tells of each page of 4 KiB whether the process has it: the uppermost bit of eight bytes. */
    private static boolean committed(long address) throws IOException {
        try (RandomAccessFile pages = new RandomAccessFile("/proc/self/pagemap", "r")) {
            pages.seek(address / 4096 * Long.BYTES);
            return Long.reverseBytes(pages.readLong()) < 0;
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void roomForANodeIsCommittedBeforeAnybodyLooksAtIt() throws IOException {
        try (Slabs slabs = new Slabs()) {
            Graph graph = new Graph(slabs, 16, 99);
            int count = 50_000;
            for (int present = 1; present <= count; present++) {
                graph.reserve(present);
                if (present % 1_000 == 0) {
                    assertTrue(committed(graph.node(present - 1)), "node " + (present - 1));
                }
            }

            // The column has addresses for 65,536: they cost nothing yet.
            assertFalse(committed(graph.node(65_535)), "committed long before it is needed");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 16, 48})
    void levelsThinOutByTheFactorM(int m) {
        try (Slabs slabs = new Slabs()) {
            Graph graph = new Graph(slabs, m, 99);
            int count = 200_000;
            int[] atLeast = new int[Limits.UPPER_LEVELS_MAX + 2];
            for (int ordinal = 0; ordinal < count; ordinal++) {
                int level = graph.level(ordinal);
                assertTrue(level >= 0 && level <= Limits.UPPER_LEVELS_MAX, "level " + level);
                for (int l = 0; l <= level; l++) {
                    atLeast[l]++;
                }
            }
            double first = (double) count / m;
            assertEquals(first, atLeast[1], 5 * Math.sqrt(first));
            assertEquals(first / m, atLeast[2], 5 * Math.sqrt(first / m));
        }
    }

    @Test
    void levelsDependOnTheSeedAlone() {
        try (Slabs slabs = new Slabs()) {
            Graph one = new Graph(slabs, 8, 1);
            Graph same = new Graph(slabs, 8, 1);
            Graph other = new Graph(slabs, 8, 2);
            int differences = 0;
            for (int ordinal = 0; ordinal < 1_000; ordinal++) {
                assertEquals(one.level(ordinal), same.level(ordinal));
                differences += one.level(ordinal) == other.level(ordinal) ? 0 : 1;
            }
            assertNotEquals(0, differences);
        }
    }

    @Test
    void aLinkedGraphIsSoundReachableAndWithinItsDegrees() {
        Graph graph = linked();

        assertEquals(List.of(), findings(graph));
        assertEquals(0, new GraphCheck(graph, () -> COUNT, finding -> {}).unreachable(ordinal -> true));
        assertEquals(graph.level(graph.entryOrdinal()), graph.entryLevel());
        for (int ordinal = 0; ordinal < COUNT; ordinal++) {
            assertTrue(graph.linked(ordinal), "node " + ordinal);
            for (int level = 0; level <= graph.level(ordinal); level++) {
                long list = graph.list(ordinal, level);
                Set<Integer> neighbors = new HashSet<>();
                for (int i = 0; i < Graph.degree(list); i++) {
                    assertTrue(neighbors.add(Graph.id(Graph.ids(list, level), i)), "a link twice, node " + ordinal);
                }
                assertTrue(neighbors.size() <= graph.capacity(level));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 20, 590})
    void everyOneOfManyEqualVectorsIsFound(int others) {
        float[] equal = Vectors.gaussian(3, 16);
        float[][] vectors = Vectors.clustered(1, COUNT, 16, 10, 0.5);
        for (int ordinal = 0; ordinal < COUNT; ordinal++) {
            fixture.add(ordinal % COUNT < others ? vectors[ordinal] : equal);
        }
        fixture.link(COUNT);
        Graph graph = fixture.tenant().graph();
        assertNotNull(graph);

        assertEquals(List.of(), findings(graph));
        assertEquals(COUNT, reachedOnLayer0(graph, graph.entryOrdinal()));
        assertEquals(COUNT, reachedOnLayer0(graph, 0), "from the first node too");
        assertEquals(COUNT, reachedOnLayer0(graph, COUNT - 1), "and from the last");
    }

    private static int reachedOnLayer0(Graph graph, int from) {
        Set<Integer> reached = new HashSet<>(Set.of(from));
        List<Integer> open = new ArrayList<>(reached);
        while (!open.isEmpty()) {
            for (int neighbor : GraphView.list(graph, open.removeLast(), 0)) {
                if (reached.add(neighbor)) {
                    open.add(neighbor);
                }
            }
        }
        return reached.size();
    }

    @Test
    void linkingAgainKeepsWhatIsThereAndNamesNothingTwice() {
        Graph graph = linked();
        Set<Integer> before = new HashSet<>();
        for (int neighbor : GraphView.list(graph, 17, 0)) {
            before.add(neighbor);
        }

        fixture.linkAgain(17);

        assertEquals(List.of(), findings(graph));
        int[] after = GraphView.list(graph, 17, 0);
        assertEquals(after.length, Arrays.stream(after).distinct().count());
        assertEquals(COUNT, reachedOnLayer0(graph, 17));
        assertEquals(COUNT, reachedOnLayer0(graph, graph.entryOrdinal()));
        assertTrue(Arrays.stream(after).anyMatch(before::contains));
    }

    @Test
    void theCheckFindsALinkBeyondTheCount() {
        Graph graph = linked();
        Graph.setId(Graph.ids(graph.list(5, 0), 0), 0, COUNT);

        assertOneFinding("node 5, level 0: link to " + COUNT, graph);
    }

    @Test
    void theCheckFindsANegativeLink() {
        Graph graph = linked();
        Graph.setId(Graph.ids(graph.list(7, 0), 0), 0, -1);

        assertOneFinding("node 7, level 0: link to -1", graph);
    }

    @Test
    void theCheckFindsALinkToItself() {
        Graph graph = linked();
        Graph.setId(Graph.ids(graph.list(9, 0), 0), 0, 9);

        assertOneFinding("node 9, level 0: link to 9", graph);
    }

    @Test
    void theCheckFindsADegreeBeyondTheCapacity() {
        Graph graph = linked();
        Graph.setDegree(graph.list(3, 0), graph.capacity(0) + 1);

        assertOneFinding("node 3, level 0: degree=" + (graph.capacity(0) + 1), graph);
    }

    @Test
    void theCheckFindsALinkAboveTheLevelOfANode() {
        Graph graph = linked();
        int upper = 0;
        while (graph.level(upper) == 0 || Graph.degree(graph.list(upper, 1)) == 0) {
            upper++;
        }
        int low = 0;
        while (graph.level(low) > 0) {
            low++;
        }
        Graph.setId(Graph.ids(graph.list(upper, 1), 1), 0, low);

        assertOneFinding("node " + upper + ", level 1: link to " + low + " of level 0", graph);
    }

    @Test
    void theCheckCountsWhatCannotBeReached() {
        Graph graph = linked();
        int lost = graph.entryOrdinal() == 11 ? 12 : 11;
        for (int ordinal = 0; ordinal < COUNT; ordinal++) {
            for (int level = 0; level <= graph.level(ordinal); level++) {
                long list = graph.list(ordinal, level);
                for (int i = 0; i < Graph.degree(list); i++) {
                    if (Graph.id(Graph.ids(list, level), i) == lost) {
                        Graph.setId(Graph.ids(list, level), i, graph.entryOrdinal());
                    }
                }
            }
        }
        GraphCheck check = new GraphCheck(graph, () -> COUNT, finding -> {});

        assertTrue(check.unreachable(ordinal -> true) >= 1);
        assertEquals(check.unreachable(ordinal -> true) - 1, check.unreachable(ordinal -> ordinal != lost));
    }

    @Test
    void theHighestNodeIsTheEntry() {
        try (Slabs slabs = new Slabs()) {
            Graph graph = new Graph(slabs, 8, 1);
            assertTrue(graph.empty());
            assertTrue(graph.offerFirst(4, 1));
            assertFalse(graph.offerFirst(5, 3), "there is one");

            graph.offerEntry(6, 1);
            assertEquals(4, graph.entryOrdinal(), "no higher");
            graph.offerEntry(7, 2);

            assertEquals(7, graph.entryOrdinal());
            assertEquals(2, graph.entryLevel());
        }
    }
}
