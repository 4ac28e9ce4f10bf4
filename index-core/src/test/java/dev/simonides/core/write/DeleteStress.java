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
 * Deleting a key beside a look-up of the key and a search after it (T1): the memory is found until its death is
 * published, and the directory loses no key that a search still finds.
 *
 * <p>Release store of the death LSN, then of the watermark, and only then the key is removed under its stripe's lock. The
 * reader takes that lock first, then loads the watermark and the death LSN (acquire).
 */
@JCStressTest
@Outcome(id = "0, 1, 1", expect = ACCEPTABLE, desc = "The search came before the delete.")
@Outcome(
        id = "0, 2, 0",
        expect = ACCEPTABLE,
        desc = "The look-up came before the key went, the search after the delete.")
@Outcome(id = "-1, 2, 0", expect = ACCEPTABLE, desc = "Both came after the delete.")
@Outcome(id = "-1, 1, .", expect = FORBIDDEN, desc = "The key was gone before its death was published.")
@Outcome(id = "., 1, 0", expect = FORBIDDEN, desc = "The death was seen before its LSN was published.")
@Outcome(id = ".*, 2, 1", expect = FORBIDDEN, desc = "The dead was found after its death was published.")
@Outcome(expect = FORBIDDEN, desc = "No such state.")
@State
public class DeleteStress {
    private static final Generations<StressStore> STORES = StressStore.scanned();

    private final StressStore store = STORES.next();
    private final Tenant tenant = store.tenant();
    private final AtomicLong published = new AtomicLong(1);

    public DeleteStress() {
        store.fill(tenant, 1);
    }

    @Actor
    public void delete() {
        StressFrames.delete(store, tenant, 0, 0, 2, published);
    }

    /** What the directory says of the key, the watermark of the search, and its hits. */
    @Actor
    public void lookUpThenSearch(III_Result result) {
        SearchScratch scratch = StressStore.scratch();
        result.r1 = store.keys().get(store.key(tenant, 0));
        store.search(published).exact(tenant, StressStore.vector(0), 1, scratch);
        result.r2 = (int) ScratchView.watermark(scratch);
        result.r3 = scratch.size();
    }
}
