// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.graph;

import dev.simonides.core.memory.Slabs;
import dev.simonides.stress.Generations;
import java.util.concurrent.atomic.AtomicInteger;

/** A graph whose blocks the states of a jcstress test share out: each has a block of nodes of its own. Any thread. */
final class StressGraph implements AutoCloseable {
    final Graph graph;
    private final Slabs slabs = new Slabs();
    // Block 0 is nobody's: an id of 0 was never written.
    private final AtomicInteger nextBlock = new AtomicInteger(1);

    private StressGraph() {
        graph = new Graph(slabs, 8, 42);
        graph.reserve((1 + Generations.STATES) * Graph.BLOCK_NODES);
    }

    static Generations<StressGraph> generations() {
        return new Generations<>(StressGraph::new, StressGraph::close);
    }

    /** The number of a block that no other state uses. */
    int takeBlock() {
        return nextBlock.getAndIncrement();
    }

    /** Memory for a copy of a block; nobody else's. */
    long allocateCopy() {
        return slabs.allocate((long) Graph.BLOCK_NODES * graph.nodeBytes(), 64);
    }

    @Override
    public void close() {
        slabs.close();
    }
}
