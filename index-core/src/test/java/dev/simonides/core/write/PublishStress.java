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
import org.openjdk.jcstress.infra.results.IIZ_Result;

/**
 * Publishing a frame of two puts into an empty tenant, beside a search (W3, P1, P3): the search sees both or none, and of
 * what it sees every byte.
 *
 * <p>Release store of the watermark by the writer, acquire load by the search; inside it the count of a page, release and
 * acquire. The columns and the first page grow in the same moment: their addresses are plain stores before that of the
 * watermark.
 */
@JCStressTest
@Outcome(id = "0, 0, true", expect = ACCEPTABLE, desc = "The search came before the frame.")
@Outcome(id = "2, 2, true", expect = ACCEPTABLE, desc = "The search came after the frame.")
@Outcome(id = ".*, false", expect = FORBIDDEN, desc = "Something was found before its bytes were written.")
@Outcome(expect = FORBIDDEN, desc = "Half of a frame, or not what the watermark promises.")
@State
public class PublishStress {
    private static final Generations<StressStore> STORES = StressStore.scanned();

    private final StressStore store = STORES.next();
    private final Tenant tenant = store.tenant();
    private final AtomicLong published = new AtomicLong();

    @Actor
    public void write() {
        Commit frame = StressFrames.begin(1);
        StressFrames.addPut(frame, store, tenant, 0, 0);
        StressFrames.addPut(frame, store, tenant, 1, 1);
        StressFrames.finish(frame, store, published);
    }

    /** The watermark, the hits, and whether they are whole. */
    @Actor
    public void search(IIZ_Result result) {
        SearchScratch scratch = StressStore.scratch();
        store.search(published).search(tenant, StressStore.vector(0), 3, 3, false, scratch);
        result.r1 = (int) ScratchView.watermark(scratch);
        result.r2 = scratch.size();
        result.r3 = true;
        for (int rank = 0; rank < scratch.size(); rank++) {
            int ordinal = scratch.ordinal(rank);
            result.r3 &= ordinal == rank && StressStore.intact(tenant, ordinal, ordinal, ordinal);
        }
    }
}
