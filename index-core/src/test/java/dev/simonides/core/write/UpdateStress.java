// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.simonides.core.search.ScratchView;
import dev.simonides.core.search.SearchScratch;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.stress.Generations;
import dev.simonides.stress.StressStore;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Updating a key beside a search (T1, W3): whatever the watermark, exactly one of the old and the new version is visible.
 *
 * <p>Death of the old and birth of the new version have one LSN: a plain store of the birth behind the release store of
 * the page's count, a release store of the death, then the release store of the watermark; the search loads the watermark
 * (acquire) once and before everything else.
 */
@JCStressTest
@Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "The search came before the update: the old version.")
@Outcome(id = "2, 1, 1", expect = ACCEPTABLE, desc = "The search came after the update: the new version.")
@Outcome(id = "., 0, .*", expect = FORBIDDEN, desc = "The key was in no version: dead before the new one was born.")
@Outcome(id = "., 2, .*", expect = FORBIDDEN, desc = "The key was in both versions.")
@Outcome(expect = FORBIDDEN, desc = "The version is not that of the watermark.")
@State
public class UpdateStress {
    private static final Generations<StressStore> STORES = StressStore.scanned();

    private final StressStore store = STORES.next();
    private final Tenant tenant = store.tenant();
    private final AtomicLong published = new AtomicLong(1);

    public UpdateStress() {
        store.fill(tenant, 1);
    }

    @Actor
    public void update() {
        StressFrames.put(store, tenant, 0, 1, 2, published);
    }

    /** The watermark, the hits, and the ordinal of the best. */
    @Actor
    public void search(III_Result result) {
        SearchScratch scratch = StressStore.scratch();
        store.search(published).search(tenant, StressStore.vector(0), 3, 3, false, scratch);
        result.r1 = (int) ScratchView.watermark(scratch);
        result.r2 = scratch.size();
        result.r3 = scratch.size() == 0 ? -1 : scratch.ordinal(0);
    }
}
