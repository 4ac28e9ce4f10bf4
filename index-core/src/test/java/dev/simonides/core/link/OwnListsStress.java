// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.link;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.simonides.core.graph.Graph;
import dev.simonides.core.graph.GraphView;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.stress.Generations;
import dev.simonides.stress.StressStore;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * Linking a node beside a walk that meets it in a list (G2): its own list is there, and leads on.
 *
 * <p>Release stores of the node's own ids and degree, then of its id in the lists of others; acquire loads in the other
 * order.
 *
 * <p>Seen failing with back links that are added before the node's own list.
 */
@JCStressTest
@Outcome(id = "false, false", expect = ACCEPTABLE, desc = "The node was not met.")
@Outcome(id = "false, true", expect = ACCEPTABLE, desc = "The node was not met; its own list is there already.")
@Outcome(id = "true, true", expect = ACCEPTABLE, desc = "The walk goes on from the node.")
@Outcome(
        id = "true, false",
        expect = FORBIDDEN,
        desc = "The node was met without its list: the walk ends there, and a bad entry point loses the graph.")
@State
public class OwnListsStress {
    private static final Generations<StressStore> STORES = StressStore.withGraphs();

    private final StressStore store = STORES.next();
    private final Tenant tenant = store.tenant();
    private final StressIndexer indexer = new StressIndexer(new AtomicLong(4));
    private final Graph graph;

    public OwnListsStress() {
        store.fill(tenant, 3);
        indexer.link(tenant);
        store.fill(tenant, 3, 4);
        graph = Objects.requireNonNull(tenant.graph());
    }

    @Actor
    public void link() {
        indexer.link(tenant);
    }

    /** Whether some list names the node, and whether its own list leads on. */
    @Actor
    public void walk(ZZ_Result result) {
        result.r1 = named(0) || named(1) || named(2);
        int[] own = GraphView.list(graph, 3, 0);
        result.r2 = own.length > 0 && Arrays.stream(own).allMatch(id -> id < 3);
    }

    private boolean named(int ordinal) {
        return Arrays.stream(GraphView.list(graph, ordinal, 0)).anyMatch(id -> id == 3);
    }
}
