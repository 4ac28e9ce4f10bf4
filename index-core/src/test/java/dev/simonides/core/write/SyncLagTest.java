// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.Durability;
import org.junit.jupiter.api.Test;

/** What ASYNC owes: age of the oldest and bytes, while syncs come and go. */
class SyncLagTest {
    private static final long MILLI = 1_000_000;
    private static final long MEBIBYTE = 1 << 20;

    private final SyncLag lag = new SyncLag(new Durability.Async(100, 8 * MEBIBYTE));

    @Test
    void nothingIsOwedBeforeTheFirstFrame() {
        assertFalse(lag.due(Long.MAX_VALUE));
        assertFalse(lag.exhausted(64 * MEBIBYTE, Long.MAX_VALUE));
        assertEquals(777, lag.millisUntilDue(0, 777));
    }

    @Test
    void aSyncIsDueAtHalfTheAgeAndNothingIsWrittenAtTheWhole() {
        lag.appended(1, 4096, 0);
        lag.appended(2, 4096, 49 * MILLI);

        assertFalse(lag.due(49 * MILLI));
        assertTrue(lag.due(50 * MILLI));
        assertEquals(2, lag.millisUntilDue(49 * MILLI, 777));
        assertFalse(lag.exhausted(1, 99 * MILLI));
        assertTrue(lag.exhausted(1, 100 * MILLI));
    }

    @Test
    void aSyncIsDueAtHalfTheBytesAndNothingIsWrittenBeyondTheWhole() {
        lag.appended(1, 4 * MEBIBYTE - 1, 0);
        assertFalse(lag.due(0));
        lag.appended(2, 1, 0);
        assertTrue(lag.due(0));

        assertFalse(lag.exhausted(4 * MEBIBYTE, 0));
        assertTrue(lag.exhausted(4 * MEBIBYTE + 1, 0));
    }

    @Test
    void whatIsWrittenDuringASyncIsOwedAfterIt() {
        lag.appended(1, 4096, 0);
        lag.syncing();
        lag.appended(2, 4096, 60 * MILLI);
        assertFalse(lag.due(80 * MILLI), "one is asked for already");
        assertTrue(lag.exhausted(1, 100 * MILLI), "the oldest is still owed");

        lag.synced(1);

        assertFalse(lag.exhausted(1, 159 * MILLI));
        assertTrue(lag.exhausted(1, 160 * MILLI));
        assertTrue(lag.due(110 * MILLI));
        lag.synced(2);
        assertFalse(lag.due(Long.MAX_VALUE));
    }

    @Test
    void aSyncThatCoversMoreThanItWasAskedForEndsBoth() {
        lag.appended(1, 4096, 0);
        lag.syncing();
        lag.appended(2, 4096, 60 * MILLI);

        lag.synced(2);

        assertFalse(lag.exhausted(1, Long.MAX_VALUE));
        lag.appended(3, 4096, 200 * MILLI);
        assertTrue(lag.due(250 * MILLI), "the next one may be asked for");
    }
}
