// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import java.util.concurrent.atomic.AtomicReference;
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

    private List<WriteRequest> take(int max) {
        List<WriteRequest> taken = new ArrayList<>();
        queue.take(taken, max, 0);
        return taken;
    }

    /** A thread that offers, and waits or has ended. */
    private Thread offering(WriteRequest request) {
        return offering(request, new AtomicReference<>());
    }

    private Thread offering(WriteRequest request, AtomicReference<Throwable> refusal) {
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                queue.offer(request);
            } catch (RuntimeException e) {
                refusal.set(e);
            }
        });
        while (thread.getState() != Thread.State.WAITING && thread.isAlive()) {
            Thread.onSpinWait();
        }
        return thread;
    }

    @Test
    void requestsComeOutInOrder() {
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
    void oneRequestLargerThanAllTheRoomIsLetInAlone() throws InterruptedException {
        Thread waiting = offering(request(1));
        waiting.join();
        Thread giant = offering(request(Limits.QUEUE_BYTES_MAX + 1));
        assertTrue(giant.isAlive());

        assertEquals(1, take(1).size());
        giant.join();
        assertEquals(1, take(1).size());
    }

    @Test
    void aWriteThatMeetsTheCloseIsRefused() throws InterruptedException {
        queue.offer(request(Limits.QUEUE_BYTES_MAX));
        AtomicReference<Throwable> refusal = new AtomicReference<>();
        Thread waiting = offering(request(1), refusal);

        queue.close();
        waiting.join();

        assertInstanceOf(IllegalStateException.class, refusal.get());
        assertThrows(IllegalStateException.class, () -> queue.offer(request(1)));
    }

    @Test
    void aClosedQueueIsTakenToItsEnd() {
        List<WriteRequest> offered = List.of(request(1), request(2), request(3));
        offered.forEach(queue::offer);
        queue.close();

        List<WriteRequest> taken = new ArrayList<>();
        assertTrue(queue.take(taken, 2, 1_000));
        assertTrue(queue.take(taken, 2, 1_000));
        assertFalse(queue.take(taken, 2, 1_000));
        assertEquals(offered, taken);
    }

    @Test
    void aFailureAnswersEverything() throws InterruptedException {
        WriteRequest.Delete queued = request(Limits.QUEUE_BYTES_MAX);
        queue.offer(queued);
        AtomicReference<Throwable> waitersRefusal = new AtomicReference<>();
        Thread waiting = offering(request(1), waitersRefusal);

        queue.fail(new IllegalStateException("the disk burns"));
        waiting.join();

        CompletionException refusal =
                assertThrows(CompletionException.class, () -> queued.done().join());
        assertInstanceOf(StoreFailedException.class, refusal.getCause());
        assertTrue(String.valueOf(refusal.getMessage()).contains("the disk burns"), refusal::getMessage);
        assertInstanceOf(StoreFailedException.class, waitersRefusal.get());
        assertEquals(List.of(), take(10));
    }

    @Test
    void theFirstFailureIsTheOneThatIsTold() {
        queue.fail(new IllegalStateException("first"));
        queue.fail(new IllegalStateException("second"));

        StoreFailedException refusal = assertThrows(StoreFailedException.class, () -> queue.offer(request(1)));

        assertTrue(String.valueOf(refusal.getMessage()).contains("first"), refusal::getMessage);
    }

    @Test
    void anInterruptedCallerStoresNothingAndKeepsItsFlag() {
        Thread.currentThread().interrupt();

        assertThrows(IllegalStateException.class, () -> queue.offer(request(1)));

        assertTrue(Thread.interrupted());
        assertEquals(List.of(), take(10));
    }

    @Test
    void anInterruptWhileWaitingForRoomTakesNoneOfIt() throws InterruptedException {
        queue.offer(request(Limits.QUEUE_BYTES_MAX / 2));
        AtomicReference<Throwable> refusal = new AtomicReference<>();
        Thread waiting = offering(request(Limits.QUEUE_BYTES_MAX), refusal);

        waiting.interrupt();
        waiting.join();

        assertInstanceOf(IllegalStateException.class, refusal.get());
        // All the room that was left is left.
        queue.offer(request(Limits.QUEUE_BYTES_MAX / 2));
        assertEquals(2, take(10).size());
    }

    @Test
    void theWriterIsWokenForOtherReasonsToo() {
        queue.offer(request(1));
        Thread.ofPlatform().start(queue::wake);

        // Without room for requests it waits for the wake alone.
        assertTrue(queue.take(new ArrayList<>(), 0, 20_000));
        assertEquals(1, take(1).size());

        // A wake that comes before the waiting ends it at once.
        queue.wake();
        queue.awaitWake(20_000);
    }
}
