// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.epoch;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IZ_Result;

/**
 * Waiting for grace before dead nodes are unlinked (E1, G7): once it has passed, no search is inside whose watermark is
 * older than their deaths.
 *
 * <p>The search stores its slot (volatile), fences and loads its watermark (acquire); the indexer sees the watermark of
 * the deaths published, marks the epoch (release under the lock), fences and scans the slots.
 */
@JCStressTest
@Outcome(id = "1, false", expect = ACCEPTABLE, desc = "The search may return the dead; grace has not passed.")
@Outcome(
        id = "2, false",
        expect = ACCEPTABLE,
        desc = "The search is younger than the deaths, and is waited for all the same.")
@Outcome(id = "2, true", expect = ACCEPTABLE, desc = "The search came when grace had passed.")
@Outcome(
        id = "1, true",
        expect = FORBIDDEN,
        desc = "Grace has passed with a search inside that may return the dead, or walk on from them.")
@State
public class GraceStress {
    private static final int SLOT = 0;

    private final Epochs epochs = new Epochs(1);
    private final AtomicLong published = new AtomicLong(1);

    /** The watermark of a search, which stays inside. */
    @Actor
    public void search(IZ_Result result) {
        epochs.enter(SLOT);
        result.r1 = (int) published.getAcquire();
    }

    /** Whether grace has passed after a death was published at LSN 2. */
    @Actor
    public void condemn(IZ_Result result) {
        published.setRelease(2);
        long mark = epochs.mark();
        result.r2 = epochs.passed(mark);
    }
}
