// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.simonides.core.search.SearchScratch;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.stress.Generations;
import dev.simonides.stress.StressStore;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/**
 * Answering a put (A2): whoever knows that it was acknowledged, be it on another thread, finds it.
 *
 * <p>Release store of the watermark, then the completion of the caller's future (compare-and-set), which the reader asks
 * (volatile) before it searches.
 */
@JCStressTest
@Outcome(id = "false, 0", expect = ACCEPTABLE, desc = "The search came before the frame.")
@Outcome(id = "false, 1", expect = ACCEPTABLE, desc = "The search came before the answer, or at the same time.")
@Outcome(id = "true, 1", expect = ACCEPTABLE, desc = "Acknowledged and found.")
@Outcome(id = "true, 0", expect = FORBIDDEN, desc = "Acknowledged and not found.")
@State
public class AcknowledgeStress {
    private static final Generations<StressStore> STORES = StressStore.scanned();

    private final StressStore store = STORES.next();
    private final Tenant tenant = store.tenant();
    private final AtomicLong published = new AtomicLong();
    private final CompletableFuture<Long> done = new CompletableFuture<>();

    @Actor
    public void write() {
        StressFrames.put(store, tenant, 0, 0, published, done);
    }

    /** Whether the put was acknowledged, and the hits of a search after that. */
    @Actor
    public void askThenSearch(ZI_Result result) {
        SearchScratch scratch = StressStore.scratch();
        result.r1 = done.isDone();
        store.search(published).search(tenant, StressStore.vector(0), 1, 1, false, scratch);
        result.r2 = scratch.size();
    }
}
