// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import java.util.concurrent.TimeUnit;

/**
 * Decides when the next checkpoint is due. Confined to the thread that checkpoints.
 */
public final class CheckpointTrigger {
    /** Replay of a small record, estimated: 200,000 records are two seconds. */
    private static final long REPLAY_NANOS_PER_RECORD = 10_000;

    private static final long REPLAY_NANOS_MAX = TimeUnit.SECONDS.toNanos(2);
    private static final long AGE_NANOS_MAX = TimeUnit.MINUTES.toNanos(10);
    private static final long FIRST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final long logBytesMax;
    private long lsn;
    private long logBytes;
    private long sinceNanos;
    private long pauseNanos;
    private long pausedAtNanos;

    /**
     * Makes a trigger for a store that was just opened.
     *
     * @param logBytesMax bytes of log after which a checkpoint is due
     * @param lsn the last LSN that the files hold
     * @param nowNanos of a monotonic clock
     */
    public CheckpointTrigger(long logBytesMax, long lsn, long nowNanos) {
        this.logBytesMax = logBytesMax;
        this.lsn = lsn;
        this.sinceNanos = nowNanos;
    }

    /**
     * Returns the bytes that an opening would have to replay.
     *
     * @param nowLogBytes what the log has now
     * @return 0 or more
     */
    public long replayBytes(long nowLogBytes) {
        return Math.max(0, nowLogBytes - logBytes);
    }

    /**
     * Says whether a checkpoint is due: there is something new, and it is much, or many, or old; and the last attempt, if it
     * failed, was long enough ago.
     *
     * @param nowLsn the last LSN of the log
     * @param nowLogBytes its bytes
     * @param nowNanos of a monotonic clock
     * @return whether
     */
    public boolean due(long nowLsn, long nowLogBytes, long nowNanos) {
        long records = nowLsn - lsn;
        if (records <= 0 || (pauseNanos > 0 && nowNanos - pausedAtNanos < pauseNanos)) {
            return false;
        }
        return replayBytes(nowLogBytes) > logBytesMax
                || records > REPLAY_NANOS_MAX / REPLAY_NANOS_PER_RECORD
                || nowNanos - sinceNanos > AGE_NANOS_MAX;
    }

    /**
     * A checkpoint was made.
     *
     * @param newLsn the last LSN it holds
     * @param newLogBytes the bytes of the log when it was begun
     * @param nowNanos of a monotonic clock
     */
    public void succeeded(long newLsn, long newLogBytes, long nowNanos) {
        lsn = newLsn;
        logBytes = newLogBytes;
        sinceNanos = nowNanos;
        pauseNanos = 0;
    }

    /**
     * An attempt failed: the next one waits, each time twice as long, up to a minute.
     *
     * @param nowNanos of a monotonic clock
     */
    public void failed(long nowNanos) {
        pauseNanos = pauseNanos == 0 ? FIRST_PAUSE_NANOS : Math.min(2 * pauseNanos, LONGEST_PAUSE_NANOS);
        pausedAtNanos = nowNanos;
    }
}
