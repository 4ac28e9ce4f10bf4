// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.link;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.simonides.Strategy;
import dev.simonides.core.epoch.Epochs;
import dev.simonides.core.graph.Graph;
import dev.simonides.core.search.ScratchView;
import dev.simonides.core.search.SearchScratch;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.core.write.StressFrames;
import dev.simonides.stress.Generations;
import dev.simonides.stress.StressStore;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Deleting a key and taking its node out of the graph beside a walk (T1, E1, G7): the dead is found by a search whose watermark is
 * older than its death, and by no other; and the living are found by both.
 *
 * <p>Release store of the death LSN, then of the watermark; then the node is marked, the epoch is noted, and the lists are changed
 * once no reader is inside that was there before. The search stores its slot (volatile), fences, loads the watermark (acquire),
 * walks, and asks the death LSN (acquire) of whom it met.
 */
@JCStressTest
@Outcome(id = "3, 1, 1", expect = ACCEPTABLE, desc = "The search came before the delete.")
@Outcome(id = "4, 0, 2", expect = ACCEPTABLE, desc = "The search came after the delete, or after the node had left.")
@Outcome(
        id = "3, 0, .",
        expect = FORBIDDEN,
        desc = "The death was seen before its LSN was published, or the node left before the search.")
@Outcome(id = "4, 1, .", expect = FORBIDDEN, desc = "The dead was found after its death was published.")
@Outcome(expect = FORBIDDEN, desc = "A living one was missed; or the search did not walk.")
@State
public class UnlinkStress {
    private static final Generations<StressStore> STORES = StressStore.withGraphs();
    private static final int SLOT = 0;
    private static final int NODES = 3;
    private static final int DEAD = 0;
    private static final int HITS = 2;

    /** Searches begin again and again while the node leaves. */
    private static final int SEARCHES = 8;

    /** The search may not have begun, and may take long: whoever unlinks goes away then, as an indexer does. */
    private static final int LOOKS = 10_000;

    private final StressStore store = STORES.next();
    private final Tenant tenant = store.tenant();
    private final Graph graph;
    private final Epochs epochs = new Epochs(1);
    private final AtomicLong published = new AtomicLong(NODES);

    public UnlinkStress() {
        store.fill(tenant, NODES);
        new StressIndexer(published).link(tenant);
        graph = Objects.requireNonNull(tenant.graph());
    }

    @Actor
    public void deleteThenUnlink() {
        StressFrames.delete(store, tenant, DEAD, DEAD, NODES + 1, published);
        long watermark = published.get();
        int _ = StressStore.unlinker()
                .condemn(graph, tenant.pending().floor(), ordinal -> tenant.deathLsn(ordinal) <= watermark);
        long mark = epochs.mark();
        boolean passed = epochs.passed(mark);
        for (int look = 0; look < LOOKS && !passed; look++) {
            Thread.onSpinWait();
            passed = epochs.passed(mark);
        }
        if (passed) {
            boolean _ = StressStore.unlinker().unlink(graph, tenant.vectors(), tenant.count(), () -> true);
        }
    }

    /** Of the first search that is neither, or the last: the watermark, whether the dead was found, and how many others. */
    @Actor
    public void search(III_Result result) {
        int searches = 0;
        do {
            searchOnce(result);
        } while (++searches < SEARCHES && result.r1 + result.r2 == NODES + 1 && result.r2 + result.r3 == HITS);
    }

    private void searchOnce(III_Result result) {
        SearchScratch scratch = StressStore.scratch();
        epochs.enter(SLOT);
        store.search(published).search(tenant, StressStore.vector(DEAD), HITS, 4, false, scratch);
        epochs.leave(SLOT);
        result.r1 = scratch.strategy() == Strategy.EXACT_SCAN ? -1 : (int) ScratchView.watermark(scratch);
        result.r2 = 0;
        result.r3 = 0;
        for (int rank = 0; rank < scratch.size(); rank++) {
            if (scratch.ordinal(rank) == DEAD) {
                result.r2++;
            } else {
                result.r3++;
            }
        }
    }
}
