// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.vector;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.simonides.core.epoch.Epochs;
import dev.simonides.core.memory.Slabs;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.simd.OffHeap;
import dev.simonides.stress.Generations;
import dev.simonides.stress.StressStore;
import java.lang.foreign.MemorySegment;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZIZ_Result;

/**
 * Moving a page of vectors beside a search that reads it (P4, E1): the search finds equal bytes in the old place or in
 * the new one, and the old place is given back, zeroed and used again only when the search has left.
 *
 * <p>Release stores of the bases of originals and codes, acquire loads by the reader, inside an epoch. Which base is stored
 * first does not matter: each place has the bytes of the other.
 *
 * <p>Seen failing with a reclaim that does not look at the slots, with one that takes the epoch of a reader inside for past, and
 * with originals whose base is not stored.
 */
@JCStressTest
@Outcome(
        id = "true, 1, true",
        expect = ACCEPTABLE,
        desc = "The reader found the vector in either place; the old one was given back once.")
@Outcome(
        id = "false, .*",
        expect = FORBIDDEN,
        desc = "The reader found a place that was not written yet, or was given back already.")
@Outcome(expect = FORBIDDEN, desc = "The place was not given back once, or the vector is lost.")
@State
public class MoveStress {
    private static final Generations<StressStore> STORES = StressStore.scanned();
    private static final MemorySegment MEMORY = OffHeap.everything();
    private static final int SLOT = 0;

    /** A reader looks as long as a move takes. */
    private static final int LOOKS = 64;

    private final StressStore store = STORES.next();
    private final Tenant tenant = store.tenant();
    private final VectorPages vectors = tenant.vectors();
    private final Epochs epochs = new Epochs(1);

    public MoveStress() {
        store.fill(tenant, 1);
    }

    /** Whether code and original are what they were, as long as the reader is inside, where it found them. */
    @Actor
    public void read(ZIZ_Result result) {
        epochs.enter(SLOT);
        long code = vectors.codeAddress(0);
        long original = vectors.originalAddress(0);
        boolean intact = true;
        for (int look = 0; look < LOOKS; look++) {
            intact &= StressStore.vectorIntact(code, original, 0);
        }
        result.r1 = intact;
        epochs.leave(SLOT);
    }

    /** Moves the page, as a checkpoint does, and gives back the place it leaves, which is zeroed. */
    @Actor
    public void move(ZIZ_Result result) {
        Slabs slabs = store.slabs();
        long image = vectors.imageAddress(0);
        long originals = vectors.originalsBase(0);
        long imageBytes = vectors.geometry().pageBytes(0);
        long originalsBytes = vectors.geometry().originalsBytes(0);
        long newImage = copy(slabs, image, imageBytes);
        long newOriginals = copy(slabs, originals, originalsBytes);
        vectors.move(0, newImage, newOriginals);
        epochs.retire(() -> {
            slabs.giveBack(image, imageBytes);
            slabs.giveBack(originals, originalsBytes);
        });
        result.r2 = epochs.reclaim();
    }

    private static long copy(Slabs slabs, long from, long bytes) {
        long to = slabs.allocate(bytes, 64);
        MemorySegment.copy(MEMORY, from, MEMORY, to, bytes);
        return to;
    }

    /** Counts the releases, and looks whether the vector is in its new place. */
    @Arbiter
    public void end(ZIZ_Result result) {
        result.r2 += epochs.reclaim();
        result.r3 = StressStore.vectorIntact(tenant, 0, 0);
    }
}
