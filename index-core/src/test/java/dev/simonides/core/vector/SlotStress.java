// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.vector;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.simonides.core.tenant.Tenant;
import dev.simonides.stress.Generations;
import dev.simonides.stress.StressStore;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IZ_Result;

/**
 * Adding a vector to a page beside a scan of the page (P1, P3): a slot below the count holds its ordinal, its bytes and
 * its life, though the ordinal is not published yet.
 *
 * <p>Plain stores of all of them, then a release store of the page's count, which the scan loads first (acquire).
 */
@JCStressTest
@Outcome(id = "1, true", expect = ACCEPTABLE, desc = "The scan came before the vector.")
@Outcome(id = "2, true", expect = ACCEPTABLE, desc = "The scan came after it.")
@Outcome(
        expect = FORBIDDEN,
        desc = "The count was there before the slot: a search scores old bytes, or asks for the life of another"
                + " ordinal.")
@State
public class SlotStress {
    private static final Generations<StressStore> STORES = StressStore.scanned();

    private final StressStore store = STORES.next();
    private final Tenant tenant = store.tenant();
    private final VectorPages vectors = tenant.vectors();

    public SlotStress() {
        store.fill(tenant, 1);
    }

    @Actor
    public void add() {
        tenant.add(tenant.place(), 2, StressStore.record(1, 1));
    }

    /** The slots in use, and whether the last of them holds what it should, its life included. */
    @Actor
    public void scan(IZ_Result result) {
        int used = vectors.slotsUsed(0);
        int ordinal = vectors.ordinalAt(0, used - 1);
        result.r1 = used;
        result.r2 = ordinal == used - 1
                && tenant.birthLsn(ordinal) == used
                && StressStore.intact(tenant, ordinal, ordinal, ordinal);
    }
}
