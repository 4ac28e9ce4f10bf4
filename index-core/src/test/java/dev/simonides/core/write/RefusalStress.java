// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.simonides.wal.StoreFailedException;
import java.util.concurrent.CompletableFuture;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZZ_Result;

/**
 * Failing a store beside a write (W4): once the failure is known nothing is queued any more, and what was queued before
 * it is answered with it. Nobody waits for an answer that never comes.
 *
 * <p>The failure is volatile; it is stored, and a request is queued, under the queue's lock.
 */
@JCStressTest
@Outcome(id = "false, true, true", expect = ACCEPTABLE, desc = "Queued before the failure, and answered with it.")
@Outcome(id = "(true|false), false, false", expect = ACCEPTABLE, desc = "Refused.")
@Outcome(id = ".*, true, false", expect = FORBIDDEN, desc = "Queued and never answered: its caller waits for ever.")
@Outcome(id = "true, true, .*", expect = FORBIDDEN, desc = "Queued after the failure was known.")
@Outcome(expect = FORBIDDEN, desc = "Refused and answered.")
@State
public class RefusalStress {
    private final WriteQueue queue = new WriteQueue();
    private final Throwable cause = new IllegalStateException("the test fails the store");
    private final CompletableFuture<Long> done = new CompletableFuture<>();

    @Actor
    public void write(ZZZ_Result result) {
        result.r1 = queue.failure() != null;
        try {
            queue.offer(new WriteRequest.Flush(done));
            result.r2 = true;
        } catch (StoreFailedException e) {
            result.r2 = false;
        }
    }

    @Actor
    public void fail() {
        queue.fail(cause);
    }

    /** Whether the failure was known before the write, whether it was queued, and whether it was answered. */
    @Arbiter
    public void answered(ZZZ_Result result) {
        result.r3 = done.isCompletedExceptionally();
    }
}
