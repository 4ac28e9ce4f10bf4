// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.simonides.Limits;
import dev.simonides.core.memory.Slabs;
import dev.simonides.wal.FormatTables;
import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What docs/FORMAT.md says of nodes is what the code has. */
class FormatDocTest {
    @Test
    void describesTheLayout() {
        FormatTables.read().assertDescribes("Graph node", NodeLayout.LAYOUT);
    }

    @Test
    void statesTheNumbers() {
        assertEquals(16, GraphBlocks.NODES);
        assertEquals(15, Limits.UPPER_LEVELS_MAX);
        assertEquals(0, NodeLayout.STATE_PENDING);
        assertEquals(1, NodeLayout.STATE_LINKED);
        assertEquals(2, NodeLayout.STATE_SKIPPED);
        assertEquals((10 * 16 + 3) / 4, NodeLayout.capacity(2 * 16));
        assertEquals((5 * 16 + 3) / 4, NodeLayout.capacity(16));
        assertEquals(192, NodeLayout.nodeBytes(NodeLayout.capacity(2 * 16)));
        assertEquals(128, NodeLayout.upperListBytes(NodeLayout.capacity(16)));
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 7, 16, 96})
    void statesTheRuleOfLevels(int m) {
        long seed = 0x1234_5678_9ABC_DEF0L;
        try (Slabs slabs = new Slabs()) {
            Graph graph = new Graph(slabs, m, seed);
            for (int ordinal = 0; ordinal < 20_000; ordinal++) {
                assertEquals(documentedLevel(m, seed, ordinal), graph.level(ordinal), "ordinal " + ordinal);
            }
        }
    }

    private static int documentedLevel(int m, long seed, int ordinal) {
        long z = seed + ordinal * 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        long draw = (z ^ (z >>> 31)) >>> 11;
        int level = 0;
        for (int l = 1; l <= 15; l++) {
            BigInteger bound =
                    BigInteger.TWO.pow(53).divide(BigInteger.valueOf(m).pow(l));
            level = BigInteger.valueOf(draw).compareTo(bound) < 0 ? l : level;
        }
        return level;
    }
}
