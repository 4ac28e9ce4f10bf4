// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.simonides.core.key.KeyDirectory;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.core.write.StressFrames;
import dev.simonides.stress.StressStore;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A get while the writer stands still in the middle of a frame: it finds what was there before, and does not wait. */
class GetBesideFrameTest {
    private static final long LIMIT_SECONDS = 10;
    private static final int HELD = 2;

    private final StressStore store = StressStore.scanned().next();
    private final Tenant tenant = store.tenant();
    private final AtomicLong published = new AtomicLong(HELD);

    @AfterEach
    void close() {
        store.close();
    }

    /** Keys 0 and 1 are held by the ordinals of the same numbers. */
    private void fill() {
        store.fill(tenant, HELD);
    }

    private int get(int key) {
        CompletableFuture<Integer> found = CompletableFuture.supplyAsync(
                () -> MemoryIndex.visibleOrdinal(tenant, store.key(tenant, key), store.predecessors(), published));
        try {
            return found.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            // It reads the store as long as it waits.
            published.set(Long.MAX_VALUE - 1);
            int _ = found.join();
            throw new AssertionError("a get waits for the frame", e);
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void findsTheVersionBeforeAnUpdate() {
        fill();

        StressFrames.apply(store, tenant, 0, 2, 3);

        assertEquals(0, get(0));
        published.set(3);
        assertEquals(2, get(0));
    }

    @Test
    void findsTheVersionBeforeTheFrameAndNoneWithinIt() {
        fill();

        StressFrames.apply(store, tenant, 0, 2, 3);
        StressFrames.apply(store, tenant, 0, 3, 4);
        StressFrames.applyDelete(store, tenant, 0, 3, 5);
        StressFrames.apply(store, tenant, 0, 4, 6);

        assertEquals(0, get(0));
        assertEquals(1, get(1));
        published.set(6);
        assertEquals(4, get(0));
    }

    @Test
    void findsNothingUnderAKeyThatIsNew() {
        fill();

        StressFrames.apply(store, tenant, 5, 5, 3);

        assertEquals(KeyDirectory.NONE, get(5));
        published.set(3);
        assertEquals(2, get(5));
    }

    @Test
    void findsWhatIsBeingDeletedUntilItIs() {
        fill();

        StressFrames.applyDelete(store, tenant, 0, 0, 3);

        assertEquals(0, get(0));
        published.set(3);
        assertEquals(KeyDirectory.NONE, get(0), "the directory names the dead still");
    }

    @Test
    void findsNothingUnderAKeyThatWasDeletedBeforeAndComesAgain() {
        fill();
        StressFrames.applyDelete(store, tenant, 0, 0, 3);
        published.set(3);

        StressFrames.apply(store, tenant, 0, 2, 4);

        assertEquals(KeyDirectory.NONE, get(0));
        published.set(4);
        assertEquals(2, get(0));
    }
}
