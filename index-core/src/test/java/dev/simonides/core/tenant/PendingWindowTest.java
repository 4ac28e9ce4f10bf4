// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.tenant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.Vectors;
import dev.simonides.core.graph.Graph;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PendingWindowTest {
    private static final VectorCodec CODEC = VectorCodec.of(4, Similarity.DOT, OriginalFormat.NONE, Kernels.best());

    private final TenantFixture fixture = new TenantFixture(CODEC, 0);
    private final PendingWindow pending = fixture.tenant().pending();

    @BeforeEach
    void addTen() {
        for (int i = 0; i < 10; i++) {
            fixture.add(Vectors.gaussian(i, 4));
        }
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private Graph graph() {
        Graph graph = fixture.tenant().graph();
        assertNotNull(graph);
        return graph;
    }

    @Test
    void claimsFollowEachOtherAndEndAtTheCount() {
        assertEquals(4, pending.claim(4));
        assertEquals(4L << 32 | 4, pending.claim(4));
        assertTrue(pending.claimable());
        assertEquals(8L << 32 | 2, pending.claim(4));
        assertFalse(pending.claimable());
        assertEquals(0, pending.claim(4));
    }

    @Test
    void theFloorFollowsTheSettledInWhateverOrderTheyAre() {
        assertEquals(10, pending.claim(10));

        graph().skip(1);
        graph().skip(2);
        pending.advance(graph());
        assertEquals(0, pending.floor(), "0 is not settled");

        graph().skip(0);
        pending.advance(graph());
        assertEquals(3, pending.floor());
        assertEquals(7, pending.size());
    }

    @Test
    void theFloorNeverPassesWhatIsNotClaimed() {
        assertEquals(3, pending.claim(3));
        for (int i = 0; i < 10; i++) {
            graph().skip(i);
        }

        pending.advance(graph());

        assertEquals(3, pending.floor());
    }

    @Test
    void aTenantIsScheduledOnce() {
        assertTrue(pending.schedule());
        assertFalse(pending.schedule());

        pending.unschedule();

        assertTrue(pending.schedule());
    }

    @Test
    void whoeverWaitsForRoomIsWoken() throws InterruptedException {
        assertFalse(pending.awaitRoom(5, 1), "ten are pending");
        CompletableFuture<Boolean> waited = new CompletableFuture<>();
        Thread waiter = Thread.ofPlatform().start(() -> {
            try {
                waited.complete(pending.awaitRoom(5, 60_000));
            } catch (InterruptedException e) {
                waited.completeExceptionally(e);
            }
        });
        while (waiter.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }

        fixture.link(6);

        assertTrue(waited.join());
        assertEquals(4, pending.size());
    }
}
