// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.simonides.core.tenant.Tenant;
import dev.simonides.core.write.StressFrames;
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
 * Answering an update (A2) beside a get by key: whoever knows that it was acknowledged gets the new version.
 *
 * <p>The directory (under its stripe's lock), the watermark (release), then the completion of the caller's future
 * (compare-and-set), which the reader asks (volatile) before it gets.
 */
@JCStressTest
@Outcome(id = "false, 0", expect = ACCEPTABLE, desc = "The get came before the frame.")
@Outcome(id = "false, 1", expect = ACCEPTABLE, desc = "The get came before the answer, or at the same time.")
@Outcome(id = "true, 1", expect = ACCEPTABLE, desc = "Acknowledged, and the new version.")
@Outcome(id = "true, 0", expect = FORBIDDEN, desc = "Acknowledged, and the old version.")
@Outcome(expect = FORBIDDEN, desc = "The key was in no version.")
@State
public class AcknowledgedGetStress {
    private static final Generations<StressStore> STORES = StressStore.scanned();

    private final StressStore store = STORES.next();
    private final Tenant tenant = store.tenant();
    /** The update of each state has an LSN of its own, and a place among the predecessors. */
    private final AtomicLong published = new AtomicLong(1L + tenant.id());

    private final CompletableFuture<Long> done = new CompletableFuture<>();

    public AcknowledgedGetStress() {
        store.fill(tenant, 1);
    }

    @Actor
    public void update() {
        StressFrames.put(store, tenant, 0, 1, published, done);
    }

    /** Whether the update was acknowledged, and what a get finds after that. */
    @Actor
    public void askThenGet(ZI_Result result) {
        result.r1 = done.isDone();
        result.r2 = MemoryIndex.visibleOrdinal(tenant, store.key(tenant, 0), store.predecessors(), published);
    }
}
