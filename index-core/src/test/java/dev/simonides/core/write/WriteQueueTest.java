// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.Limits;
import dev.simonides.core.key.HeapKeyDirectory;
import dev.simonides.core.tenant.TenantFixture;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import dev.simonides.wal.StoreFailedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class WriteQueueTest {
    private final TenantFixture fixture =
            new TenantFixture(VectorCodec.of(4, Similarity.DOT, OriginalFormat.NONE, Kernels.best()), 100);
    private final WriteQueue queue = new WriteQueue();

    @AfterEach
    void close() {
        fixture.close();
    }

    /** A request that keeps so many bytes in the queue. */
    private WriteRequest.Delete request(int bytes) {
        return new WriteRequest.Delete(
                fixture.tenant(),
                new byte[Math.max(0, bytes - 20)],
                new HeapKeyDirectory(1).key(0, new byte[4]),
                0,
                new CompletableFuture<>());
    }

    private List<WriteRequest> take(int max) throws InterruptedException {
        List<WriteRequest> taken = new ArrayList<>();
        queue.take(taken, max, 0);
        return taken;
    }

    private Thread offering(WriteRequest request) {
        Thread thread = Thread.ofPlatform().start(() -> queue.offer(request));
        while (thread.getState() != Thread.State.WAITING && thread.isAlive()) {
            Thread.onSpinWait();
        }
        return thread;
    }

    @Test
    void requestsComeOutInOrder() throws InterruptedException {
        List<WriteRequest> offered = List.of(request(1), request(2), request(3));
        offered.forEach(queue::offer);

        assertEquals(offered.subList(0, 2), take(2));
        assertEquals(offered.subList(2, 3), take(2));
        assertEquals(List.of(), take(2));
    }

    @Test
    void callersWaitForRoomInNumber() throws InterruptedException {
        for (int i = 0; i < Limits.QUEUE_REQUESTS_MAX; i++) {
            queue.offer(request(1));
        }
        Thread waiting = offering(request(1));
        assertTrue(waiting.isAlive());

        assertEquals(1, take(1).size());
        waiting.join();
    }

    @Test
    void callersWaitForRoomInBytes() throws InterruptedException {
        queue.offer(request(Limits.QUEUE_BYTES_MAX));
        Thread waiting = offering(request(1));
        assertTrue(waiting.isAlive());

        assertEquals(1, take(1).size());
        waiting.join();
    }

    @Test
    void aWriteThatMeetsTheCloseIsRefusedAndLeavesTheEndInTheQueue() throws InterruptedException {
        // Waits inside the offer, past the check for a closed store.
        queue.offer(request(Limits.QUEUE_BYTES_MAX));
        WriteRequest.Delete late = request(1);
        Thread waiting = offering(late);
        queue.close(new WriteRequest.Stop());

        assertEquals(1, take(1).size());
        waiting.join();

        CompletionException refusal =
                assertThrows(CompletionException.class, () -> late.done().join());
        assertInstanceOf(IllegalStateException.class, refusal.getCause());
        assertEquals(List.of(new WriteRequest.Stop()), take(10));
    }

    @Test
    void aFailureAnswersEverythingButTheEnd() throws InterruptedException {
        WriteRequest.Delete queued = request(1);
        queue.offer(queued);
        queue.close(new WriteRequest.Stop());

        queue.fail(new IllegalStateException("the disk burns"));

        CompletionException refusal =
                assertThrows(CompletionException.class, () -> queued.done().join());
        assertInstanceOf(StoreFailedException.class, refusal.getCause());
        assertTrue(String.valueOf(refusal.getMessage()).contains("the disk burns"), refusal::getMessage);
        assertEquals(List.of(new WriteRequest.Stop()), take(10));
    }

    @Test
    void theFirstFailureIsTheOneThatIsTold() {
        queue.fail(new IllegalStateException("first"));
        queue.fail(new IllegalStateException("second"));

        StoreFailedException refusal = assertThrows(StoreFailedException.class, () -> queue.offer(request(1)));

        assertTrue(String.valueOf(refusal.getMessage()).contains("first"), refusal::getMessage);
    }

    @Test
    void anInterruptedCallerStoresNothingAndKeepsItsFlag() throws InterruptedException {
        Thread.currentThread().interrupt();

        assertThrows(IllegalStateException.class, () -> queue.offer(request(1)));

        assertTrue(Thread.interrupted());
        assertEquals(List.of(), take(10));
        // Its bytes were given back: the whole room is there.
        queue.offer(request(Limits.QUEUE_BYTES_MAX));
    }
}
