// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.epoch;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A reader that enters beside a thread that replaces something and releases the old one (E1, E3): Dekker's pattern of
 * {@link Epochs}.
 *
 * <p>The reader stores its slot (volatile), fences and loads what it looks for; the other side stores the successor
 * (release), fences and scans the slots. Whichever fence is first, the old one is not found and released. Without the
 * fence of the reader its load may pass its store, on x86 too.
 *
 * <p>Seen failing with a reclaim that takes the epoch of a reader inside for past; and, on two idle processors, with a release
 * store without the fence, which {@link EpochsStressTest} catches more often.
 */
@JCStressTest
@Outcome(
        id = "0, 0, 1",
        expect = ACCEPTABLE,
        desc = "The reader found the old one, which was released when it had left.")
@Outcome(
        id = "1, 0, 1",
        expect = ACCEPTABLE,
        desc = "The reader found the new one, and held back the release all the same.")
@Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "The reader found the new one; the old one had been released.")
@Outcome(
        id = "0, 1, .",
        expect = FORBIDDEN,
        desc = "Released although a reader inside had found it: it reads memory of somebody else.")
@Outcome(id = "., 0, 0", expect = FORBIDDEN, desc = "Never released.")
@Outcome(expect = FORBIDDEN, desc = "Released twice.")
@State
public class EnterStress {
    private static final int SLOT = 0;
    private static final int OLD = 0;
    private static final int NEW = 1;

    private final Epochs epochs = new Epochs(1);
    private final AtomicInteger place = new AtomicInteger(OLD);

    /** What the reader found; it stays inside. */
    @Actor
    public void read(III_Result result) {
        epochs.enter(SLOT);
        result.r1 = place.getAcquire();
    }

    /** How many releases ran while the reader was inside, or before it came. */
    @Actor
    public void replace(III_Result result) {
        place.setRelease(NEW);
        epochs.retire(() -> {});
        result.r2 = epochs.reclaim();
    }

    /** How many ran after it had left. */
    @Arbiter
    public void leave(III_Result result) {
        epochs.leave(SLOT);
        result.r3 = epochs.reclaim();
    }
}
