// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.tenant;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.simonides.stress.Generations;
import dev.simonides.stress.StressStore;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IZ_Result;

/**
 * Publishing the first ordinal of a tenant beside an indexer that looks at everything below the count (T2, P1, M1):
 * columns, page, record and life are there, the columns' addresses too, which are plain.
 *
 * <p>Volatile store of the count, volatile load.
 */
@JCStressTest
@Outcome(id = "0, true", expect = ACCEPTABLE, desc = "Nothing was published yet.")
@Outcome(id = "1, true", expect = ACCEPTABLE, desc = "The ordinal was published, and is whole.")
@Outcome(expect = FORBIDDEN, desc = "The count was there before what it counts.")
@State
public class CountStress {
    private static final Generations<StressStore> STORES = StressStore.scanned();

    private final StressStore store = STORES.next();
    private final Tenant tenant = store.tenant();

    @Actor
    public void add() {
        tenant.add(tenant.place(), 1, StressStore.record(0, 0));
        tenant.publish();
    }

    /** The count, and whether everything below it is whole. */
    @Actor
    public void read(IZ_Result result) {
        int count = tenant.count();
        result.r1 = count;
        result.r2 = count == 0 || (tenant.birthLsn(0) == 1 && !tenant.dead(0) && StressStore.intact(tenant, 0, 0, 0));
    }
}
