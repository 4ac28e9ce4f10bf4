// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.graph;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.simonides.stress.Generations;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * Changing a list beside a checkpoint that copies its block (G5): the change is in the copy, or the block is marked for
 * the next one.
 *
 * <p>The linker sets the mark before the link, under the stripe; the checkpoint clears the mark and then copies under the
 * stripe. All of it is plain.
 */
@JCStressTest
@Outcome(id = "true, false", expect = ACCEPTABLE, desc = "The change is in the copy.")
@Outcome(id = "false, true", expect = ACCEPTABLE, desc = "The change came after the copy, and is marked.")
@Outcome(id = "true, true", expect = ACCEPTABLE, desc = "The change is in the copy, and marked all the same.")
@Outcome(
        id = "false, false",
        expect = FORBIDDEN,
        desc = "The change is neither in the copy nor marked: no checkpoint writes it.")
@State
public class ChangeMarkStress {
    private static final Generations<StressGraph> GRAPHS = StressGraph.generations();

    private final StressGraph shared = GRAPHS.next();
    private final Graph graph = shared.graph;
    private final int block = shared.takeBlock();
    private final int node = block * Graph.BLOCK_NODES;
    private final long copy = shared.allocateCopy();

    public ChangeMarkStress() {
        graph.noteChangedBlock(block);
    }

    @Actor
    public void append() {
        synchronized (graph.stripe(node)) {
            boolean _ = GraphLinker.append(graph, node, node + 1, 0);
        }
    }

    @Actor
    public void copy() {
        int count = node + Graph.BLOCK_NODES;
        GraphBlocks blocks = new GraphBlocks(graph, count);
        blocks.clear(new int[] {block}, () -> count);
        blocks.copyNodes(block, copy);
    }

    /** Whether the link is in the copy, and whether the block is marked for the next one. */
    @Arbiter
    public void compare(ZZ_Result result) {
        result.r1 = Graph.degree(copy) == 1;
        result.r2 = graph.changed(block);
    }
}
