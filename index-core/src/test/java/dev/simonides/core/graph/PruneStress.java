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
 * Pruning a full list for one more link beside a walk over the list (G1, G6): the walk meets every pinned neighbour, and none
 * that never was a neighbour.
 *
 * <p>The list is written over in place behind its pinned links: release stores of ids, then of a smaller degree, under the
 * stripe. The walk loads the degree and then the ids in order (acquire), some of them of the list before.
 */
@JCStressTest
@Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Neighbours of one time or another, with all that are pinned.")
@Outcome(
        id = "false, true",
        expect = FORBIDDEN,
        desc = "A pinned neighbour was missed: who is reached over it alone is not found.")
@Outcome(expect = FORBIDDEN, desc = "An id that was never in the list: the walk goes to a node that is no neighbour.")
@State
public class PruneStress {
    private static final Generations<StressStore> STORES = StressStore.withGraphs();

    /** Walks begin again and again while the list is changed. */
    private static final int WALKS = 128;

    private static final int PINNED = 2;

    private final StressStore store = STORES.next();
    private final Tenant tenant = store.tenant();
    private final Graph graph;
    private final int newcomer;
    private final int known;

    /** The list of node 0 is full, the last ordinals first; the newest node is not in it. */
    public PruneStress() {
        store.fill(tenant, 1);
        graph = Objects.requireNonNull(tenant.graph());
        int capacity = graph.capacity(0);
        newcomer = capacity + 1;
        store.fillAgain(tenant, newcomer + 1);
        int[] ids = new int[capacity];
        for (int i = 0; i < capacity; i++) {
            ids[i] = capacity - i;
        }
        GraphView.setList(graph, 0, 0, ids);
        graph.setPinned(0, PINNED);
        known = (1 << (newcomer + 1)) - 2;
    }

    @Actor
    public void addLink() {
        StressStore.linker().addLink(graph, tenant.vectors(), 0, newcomer, 0);
    }

    /** Whether the pinned neighbours were met, and nothing else than neighbours of one time or another. */
    @Actor
    public void walk(ZZ_Result result) {
        int pinned = (1 << (newcomer - 1)) | (1 << (newcomer - 2));
        boolean whole = true;
        boolean neighbors = true;
        for (int walk = 0; walk < WALKS; walk++) {
            int met = met();
            whole &= (met & pinned) == pinned;
            neighbors &= (met & ~known) == 0;
        }
        result.r1 = whole;
        result.r2 = neighbors;
    }

    /** What a walk meets, a bit an ordinal; the first bit if it is none of this tenant. */
    private int met() {
        long list = graph.list(0, 0);
        long ids = Graph.ids(list, 0);
        int degree = Graph.degree(list);
        int met = 0;
        for (int i = 0; i < degree; i++) {
            int id = Graph.id(ids, i);
            met |= 1 << (id < 0 || id > newcomer ? 0 : id);
        }
        return met;
    }
}
