// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.link;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.simonides.Strategy;
import dev.simonides.core.search.SearchScratch;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.stress.Generations;
import dev.simonides.stress.StressStore;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Linking a pending node beside a search for it (S1, G3, T3): it is found in the window or in the graph.
 *
 * <p>The search reads the floor (volatile), then the state of each node above it (acquire), then the graph. The indexer
 * makes the back links, then stores the state (release), then the floor (volatile).
 */
@JCStressTest
@Outcome(id = "3, 0", expect = ACCEPTABLE, desc = "Found in the graph.")
@Outcome(id = "3, 1", expect = ACCEPTABLE, desc = "Found in the window, perhaps in the graph too.")
@Outcome(expect = FORBIDDEN, desc = "Missed: out of the window before it was in the graph; or the search did not walk.")
@State
public class LinkStress {
    private static final Generations<StressStore> STORES = StressStore.withGraphs();

    private final StressStore store = STORES.next();
    private final Tenant tenant = store.tenant();
    private final AtomicLong published = new AtomicLong(4);
    private final StressIndexer indexer = new StressIndexer(published);

    public LinkStress() {
        store.fill(tenant, 3);
        indexer.link(tenant);
        store.fill(tenant, 3, 4);
    }

    @Actor
    public void link() {
        indexer.link(tenant);
    }

    /** The ordinal found first, and how many were found pending. */
    @Actor
    public void search(II_Result result) {
        SearchScratch scratch = StressStore.scratch();
        store.search(published).search(tenant, StressStore.vector(3), 1, 4, false, scratch);
        result.r1 = scratch.strategy() == Strategy.EXACT_SCAN ? -1 : scratch.ordinal(0);
        result.r2 = scratch.pendingScanned();
    }
}
