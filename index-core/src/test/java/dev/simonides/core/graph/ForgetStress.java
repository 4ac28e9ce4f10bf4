// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.graph;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.simonides.core.tenant.Tenant;
import dev.simonides.stress.Generations;
import dev.simonides.stress.StressStore;
import java.util.Objects;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * Taking nodes that leave out of a list, with a neighbour in the place of one of them, beside a walk over the list (G1):
 * the walk meets every neighbour that stays, and none that never was one.
 *
 * <p>Release stores of ids, then of a smaller degree, under the stripe; the walk loads the degree and then the ids in
 * order (acquire). A link that moves into the place of another stays where it was, behind the new degree.
 *
 * <p>Seen failing with links that move to the left one by one, and with a degree that is stored before them.
 */
@JCStressTest
@Outcome(id = "true, true", expect = ACCEPTABLE, desc = "All that stay were met.")
@Outcome(
        id = "false, true",
        expect = FORBIDDEN,
        desc = "A neighbour that stays was missed: who is reached over it alone is not found.")
@Outcome(expect = FORBIDDEN, desc = "An id that was never in the list.")
@State
public class ForgetStress {
    private static final Generations<StressStore> STORES = StressStore.withGraphs();
    private static final int NODES = 6;

    /** Walks begin again and again while the list is changed. */
    private static final int WALKS = 128;

    private static final int STAY = 1 << 1 | 1 << 3;

    private final StressStore store = STORES.next();
    private final Tenant tenant = store.tenant();
    private final Graph graph;

    /** The list of node 0 is 2, 1, 5, 3; of these 2, which has a neighbour, and 5 leave. */
    public ForgetStress() {
        store.fill(tenant, NODES);
        graph = Objects.requireNonNull(tenant.graph());
        for (int ordinal = 0; ordinal < NODES; ordinal++) {
            graph.markLinked(ordinal);
        }
        GraphView.setList(graph, 0, 0, 2, 1, 5, 3);
        GraphView.setList(graph, 2, 0, 4);
        graph.leave(2);
        graph.leave(5);
    }

    @Actor
    public void forget() {
        StressStore.unlinker().forget(graph, tenant.vectors(), 0, 0);
    }

    /** Whether both that stay were met, and nothing else than neighbours of one time or another. */
    @Actor
    public void walk(ZZ_Result result) {
        boolean whole = true;
        boolean known = true;
        for (int walk = 0; walk < WALKS; walk++) {
            int met = met();
            whole &= (met & STAY) == STAY;
            known &= (met & ~0b111110) == 0;
        }
        result.r1 = whole;
        result.r2 = known;
    }

    private int met() {
        long list = graph.list(0, 0);
        long ids = Graph.ids(list, 0);
        int degree = Graph.degree(list);
        int met = 0;
        for (int i = 0; i < degree; i++) {
            met |= 1 << Graph.id(ids, i);
        }
        return met;
    }
}
