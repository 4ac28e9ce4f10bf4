// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.simonides.StepDirectory;
import dev.simonides.stress.Generations;
import dev.simonides.wal.Frame;
import dev.simonides.wal.LogOptions;
import dev.simonides.wal.WriteAheadLog;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZZ_Result;

/**
 * Syncing the log beside the writer that appends to it (W1): the LSN that is said to be durable only grows, was durable
 * before it was said, and after a sync is at least what had been appended before that.
 *
 * <p>Volatile stores of the appended LSN by the writer and of the synced one by the thread that syncs, under the log's
 * lock; the writer reads the synced one without it.
 */
@JCStressTest
@Outcome(id = "true, true, true", expect = ACCEPTABLE, desc = "As promised.")
@Outcome(id = "false, .*", expect = FORBIDDEN, desc = "An LSN was called durable before its sync had ended.")
@Outcome(
        id = "true, false, .*",
        expect = FORBIDDEN,
        desc = "The durable LSN went back, or ran ahead of the appended one.")
@Outcome(expect = FORBIDDEN, desc = "A sync did not cover what had been appended before it.")
@State
public class SyncedLsnStress {
    private static final ByteBuffer PAYLOAD = ByteBuffer.allocateDirect(8);
    private static final Generations<Log> LOGS = new Generations<>(Log::new, log -> {});

    /** A log, and up to where its medium has synced it. */
    private static final class Log implements StepDirectory.Steps {
        final WriteAheadLog log;
        private volatile long durableLsn;
        private long syncing;

        Log() {
            LogOptions options = LogOptions.of(new UUID(1, 2)).segmentBytes(1 << 20);
            log = WriteAheadLog.create(new StepDirectory(SimulatedDirectory.empty(), this), options);
        }

        long durableLsn() {
            return durableLsn;
        }

        @Override
        @SuppressWarnings("NullAway") // the first segment is synced before there is a log
        public void before(String step) {
            if (step.equals("sync wal")) {
                syncing = log == null ? 0 : log.lastLsn();
            }
        }

        @Override
        public void after(String step) {
            if (step.equals("sync wal")) {
                durableLsn = syncing;
            }
        }
    }

    private final Log shared = LOGS.next();

    /** As the writer: whether what is called durable is so, and whether it grows and stays below what is appended. */
    @Actor
    public void append(ZZZ_Result result) {
        WriteAheadLog log = shared.log;
        Frame frame = log.frame().begin(log.lastLsn() + 1);
        frame.add(1, 0, PAYLOAD);
        log.append(frame);
        long synced = log.syncedLsn();
        result.r1 = synced <= shared.durableLsn();
        long later = log.syncedLsn();
        result.r2 = synced <= later && later <= log.lastLsn();
    }

    /** As the thread that syncs: whether everything appended before is durable after. */
    @Actor
    public void sync(ZZZ_Result result) {
        long appended = shared.log.lastLsn();
        shared.log.sync();
        result.r3 = shared.log.syncedLsn() >= appended;
    }
}
