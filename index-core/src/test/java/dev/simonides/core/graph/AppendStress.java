// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.graph;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.simonides.stress.Generations;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IZ_Result;

/**
 * Giving a node its upper lists and appending to one beside a walk (G1): what stands below the degree was written.
 *
 * <p>Release store of the pointer to the lists; then for each link a release store of the id and one of the degree. The
 * walk loads pointer, degree and ids (acquire).
 */
@JCStressTest
@Outcome(
        id = {"0, true", "1, true", "2, true"},
        expect = ACCEPTABLE,
        desc = "The walk came before, between or after the links.")
@Outcome(
        id = "., false",
        expect = FORBIDDEN,
        desc = "An id below the degree was not written yet: the walk goes to a node that never was a neighbour.")
@Outcome(expect = FORBIDDEN, desc = "More links than were appended.")
@State
public class AppendStress {
    private static final Generations<StressGraph> GRAPHS = StressGraph.generations();
    private static final int LEVEL = 1;

    private final StressGraph shared = GRAPHS.next();
    private final Graph graph = shared.graph;
    private final int node = shared.takeBlock() * Graph.BLOCK_NODES;

    @Actor
    public void append() {
        graph.allocateUpper(node, LEVEL);
        synchronized (graph.stripe(node)) {
            boolean _ = GraphLinker.append(graph, node, node + 1, LEVEL);
            boolean _ = GraphLinker.append(graph, node, node + 2, LEVEL);
        }
    }

    /** The degree, and whether the ids below it are those appended. */
    @Actor
    public void walk(IZ_Result result) {
        long list = graph.list(node, LEVEL);
        int degree = Graph.degree(list);
        result.r1 = degree;
        result.r2 = true;
        for (int i = 0; i < degree; i++) {
            result.r2 &= Graph.id(Graph.ids(list, LEVEL), i) == node + 1 + i;
        }
    }
}
