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
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Updating a key whose old version is in the graph, and linking the new one, beside a search (T1, S1, G3): whatever the
 * watermark, the key is found in exactly one version, be the new one pending, in the graph or on its way.
 *
 * <p>Death of the old and birth of the new version have one LSN, and become visible by the release store of the watermark; the
 * search loads the floor, then the watermark (acquire), then the states of the window, and last walks the graph.
 */
@JCStressTest
@Outcome(id = "3, 1, 0", expect = ACCEPTABLE, desc = "The search came before the update: the old version.")
@Outcome(id = "4, 1, 3", expect = ACCEPTABLE, desc = "The search came after the update: the new version.")
@Outcome(id = "., 0, .*", expect = FORBIDDEN, desc = "The key was in no version.")
@Outcome(id = "., 2, .*", expect = FORBIDDEN, desc = "The key was in both versions.")
@Outcome(expect = FORBIDDEN, desc = "Not the version of the watermark; or the search did not walk.")
@State
public class SupersedeStress {
    private static final Generations<StressStore> STORES = StressStore.withGraphs();
    private static final int OLD = 0;
    private static final int NEW = 3;

    /** Searches begin again and again while the new version comes and is linked. */
    private static final int SEARCHES = 8;

    private final StressStore store = STORES.next();
    private final Tenant tenant = store.tenant();
    private final AtomicLong published = new AtomicLong(3);
    private final StressIndexer indexer = new StressIndexer(published);

    public SupersedeStress() {
        store.fill(tenant, NEW);
        indexer.link(tenant);
    }

    @Actor
    public void updateThenLink() {
        StressFrames.put(store, tenant, OLD, NEW, 4, published);
        indexer.link(tenant);
    }

    /** Of the first search that is neither, or the last: the watermark, how many versions of the key were found, and which. */
    @Actor
    public void search(III_Result result) {
        int searches = 0;
        do {
            searchOnce(result);
        } while (++searches < SEARCHES && result.r2 == 1 && result.r3 == (result.r1 == NEW ? OLD : NEW));
    }

    private void searchOnce(III_Result result) {
        SearchScratch scratch = StressStore.scratch();
        store.search(published).search(tenant, StressStore.vector(OLD), 3, 4, false, scratch);
        result.r1 = scratch.strategy() == Strategy.EXACT_SCAN ? -1 : (int) ScratchView.watermark(scratch);
        result.r2 = 0;
        for (int rank = 0; rank < scratch.size(); rank++) {
            int ordinal = scratch.ordinal(rank);
            if (ordinal == OLD || ordinal == NEW) {
                result.r2++;
                result.r3 = ordinal;
            }
        }
    }
}
