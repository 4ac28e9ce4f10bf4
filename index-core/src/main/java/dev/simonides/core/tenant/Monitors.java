// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.tenant;

/** Waiting at the monitor of an object until a moment. */
final class Monitors {
    private static final long NANOS = 1_000_000;

    private Monitors() {}

    /** Milliseconds until a {@link System#nanoTime()}, rounded up; 0 or less when it has passed. */
    static long millisUntil(long deadlineNanos) {
        return Math.floorDiv(deadlineNanos - System.nanoTime() + NANOS - 1, NANOS);
    }
}
