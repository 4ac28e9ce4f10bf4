// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

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
 * Updating a key beside two gets (T1): each finds exactly one version, and the second no older one than the first.
 *
 * <p>The directory names the new version (under its stripe's lock), and which one it follows is noted (release), before the
 * watermark is published (release); a get that meets it before (volatile) asks for the one before (acquire).
 */
@JCStressTest
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Both came before the update.")
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "The update came between them.")
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Both came after the update.")
@Outcome(id = "1, 0", expect = FORBIDDEN, desc = "A later get found an older version.")
@Outcome(
        id = {"-1, .*", ".*, -1"},
        expect = FORBIDDEN,
        desc = "The key was in no version.")
@State
public class GetStress {
    private static final Generations<StressStore> STORES = StressStore.scanned();

    private final StressStore store = STORES.next();
    private final Tenant tenant = store.tenant();
    /** An update of each state has a place of its own among the predecessors. */
    private final long lsn = 2L + tenant.id();

    private final AtomicLong published = new AtomicLong(lsn - 1);

    public GetStress() {
        store.fill(tenant, 1);
    }

    @Actor
    public void update() {
        StressFrames.put(store, tenant, 0, 1, lsn, published);
    }

    /** The ordinals found. */
    @Actor
    public void getTwice(II_Result result) {
        result.r1 = get();
        result.r2 = get();
    }

    private int get() {
        return MemoryIndex.visibleOrdinal(tenant, store.key(tenant, 0), store.predecessors(), published);
    }
}
