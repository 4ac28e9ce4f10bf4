// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.search;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.simonides.core.epoch.Epochs;
import dev.simonides.stress.StressStore;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Handing a scratch and its epoch slot from one search to another (S4, E2): never two users at once, and the second sees
 * what the first has written, the plain depth beside the slot included.
 *
 * <p>Volatile store of the flag on giving back, compare-and-set on claiming.
 */
@JCStressTest
@Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "One after the other.")
@Outcome(
        id = "1, .",
        expect = FORBIDDEN,
        desc = "Both were inside at once, or one did not see what the other had written.")
@Outcome(
        id = "2, 1",
        expect = FORBIDDEN,
        desc = "The slot was left behind as if somebody were inside: nothing is ever released.")
@State
public class ClaimStress {
    private static final SearchScratch SCRATCH = StressStore.scratch();

    private final Epochs epochs = new Epochs(1);
    private final ScratchPool pool = new ScratchPool(1, epochs, slot -> SCRATCH);
    private int uses;

    @Actor
    public void one() {
        use();
    }

    @Actor
    public void other() {
        use();
    }

    private void use() {
        SearchScratch scratch = pool.claim();
        uses++;
        pool.release(scratch);
    }

    /** The uses counted, and what is held back when all have left: 0. */
    @Arbiter
    public void count(II_Result result) {
        result.r1 = uses;
        epochs.retire(() -> {});
        result.r2 = 1 - epochs.reclaim();
    }
}
