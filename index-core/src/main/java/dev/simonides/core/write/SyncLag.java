// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

import dev.simonides.wal.Durability;

/**
 * How much of the log an asynchronous durability owes to the medium: bytes, and the age of the oldest. Writer thread only.
 *
 * <p>Two generations are enough: the elder is what the sync that runs, or the next one, covers; the younger is what was
 * written since that sync was asked for. A frame is counted in the generation of its append, so the age is never
 * understated.
 */
final class SyncLag {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final long nanosMax;
    private final long bytesMax;
    private long elderLsn;
    private long elderBytes;
    private long elderSinceNanos;
    private long youngerLsn;
    private long youngerBytes;
    private long youngerSinceNanos;
    private boolean syncing;

    SyncLag(Durability.Async bound) {
        this.nanosMax = bound.lagMillis() * NANOS_PER_MILLI;
        this.bytesMax = bound.lagBytes();
    }

    /** Counts a frame that was appended. */
    void appended(long lastLsn, long frameBytes, long nowNanos) {
        if (syncing) {
            youngerSinceNanos = youngerBytes == 0 ? nowNanos : youngerSinceNanos;
            youngerBytes += frameBytes;
            youngerLsn = lastLsn;
        } else {
            elderSinceNanos = elderBytes == 0 ? nowNanos : elderSinceNanos;
            elderBytes += frameBytes;
            elderLsn = lastLsn;
        }
    }

    /** A sync of everything appended was asked for. */
    void syncing() {
        syncing = true;
    }

    /** Forgets what is durable. */
    void synced(long lsn) {
        while (elderBytes > 0 && elderLsn <= lsn) {
            elderLsn = youngerLsn;
            elderBytes = youngerBytes;
            elderSinceNanos = youngerSinceNanos;
            youngerBytes = 0;
            syncing = false;
        }
    }

    /** Whether a sync should be asked for: half of the bound is used, so that nobody need wait for the other half. */
    boolean due(long nowNanos) {
        return !syncing && elderBytes > 0 && (bytes() >= bytesMax / 2 || nowNanos - elderSinceNanos >= nanosMax / 2);
    }

    /** Whether a frame of this size may not be written before a sync has ended. */
    boolean exhausted(long frameBytes, long nowNanos) {
        return elderBytes > 0 && (bytes() + frameBytes > bytesMax || nowNanos - elderSinceNanos >= nanosMax);
    }

    /** Milliseconds until {@link #due}, or the given time if nothing becomes due. */
    long millisUntilDue(long nowNanos, long otherwise) {
        if (syncing || elderBytes == 0) {
            return otherwise;
        }
        long left = nanosMax / 2 - (nowNanos - elderSinceNanos);
        return Math.max(0, Math.min(otherwise, left / NANOS_PER_MILLI + 1));
    }

    private long bytes() {
        return elderBytes + youngerBytes;
    }
}
