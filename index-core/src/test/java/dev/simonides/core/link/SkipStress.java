// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.link;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.simonides.Strategy;
import dev.simonides.core.search.ScratchView;
import dev.simonides.core.search.SearchScratch;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.core.write.StressFrames;
import dev.simonides.stress.Generations;
import dev.simonides.stress.StressStore;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Deleting a pending node, which the indexer then skips, beside a search for it (S1, X2): it is found as long as its
 * death is not published, though it never comes into the graph.
 *
 * <p>The search reads the floor (volatile) before its watermark (acquire): a floor that has passed the node comes with a
 * watermark at which it is dead. The other order loses it.
 */
@JCStressTest
@Outcome(id = "4, 3", expect = ACCEPTABLE, desc = "The search came before the delete.")
@Outcome(id = "5, 0", expect = ACCEPTABLE, desc = "The search came after the delete: another one is the nearest.")
@Outcome(id = "4, 0", expect = FORBIDDEN, desc = "Missed though alive: the floor was read behind the watermark.")
@Outcome(id = "5, 3", expect = FORBIDDEN, desc = "Found though dead.")
@Outcome(expect = FORBIDDEN, desc = "The search did not walk the graph.")
@State
public class SkipStress {
    private static final Generations<StressStore> STORES = StressStore.withGraphs();

    private final StressStore store = STORES.next();
    private final Tenant tenant = store.tenant();
    private final AtomicLong published = new AtomicLong(4);
    private final StressIndexer indexer = new StressIndexer(published);

    public SkipStress() {
        store.fill(tenant, 3);
        indexer.link(tenant);
        store.fill(tenant, 3, 4);
    }

    @Actor
    public void deleteAndSkip() {
        StressFrames.delete(store, tenant, 3, 3, 5, published);
        indexer.link(tenant);
    }

    /** The watermark, and the nearest found: node 3, or 0 for another one. */
    @Actor
    public void search(II_Result result) {
        SearchScratch scratch = StressStore.scratch();
        store.search(published).search(tenant, StressStore.vector(3), 1, 4, false, scratch);
        boolean walked = scratch.strategy() != Strategy.EXACT_SCAN;
        result.r1 = (int) ScratchView.watermark(scratch);
        result.r2 = !walked ? -1 : scratch.ordinal(0) == 3 ? 3 : 0;
    }
}
