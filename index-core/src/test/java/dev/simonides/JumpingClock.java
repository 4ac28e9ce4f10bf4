// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands still until it is told to jump, forwards or back. Any thread. */
public final class JumpingClock extends Clock {
    private final AtomicLong millis;

    /** A clock that shows a time. */
    public JumpingClock(long millis) {
        this.millis = new AtomicLong(millis);
    }

    /** Jumps; not before 1970. */
    public void jump(long by) {
        millis.updateAndGet(now -> Math.max(0, now + by));
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis.get());
    }
}
