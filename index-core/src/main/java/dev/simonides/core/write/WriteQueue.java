// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

import dev.simonides.Limits;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StoreFailedException;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where callers hand their requests to the writer thread: bounded in number and in bytes, callers beyond it wait. Any
 * thread offers; the writer thread takes.
 */
final class WriteQueue {
    /** The byte bound is kept in kibibytes, so that a permit count fits an int and small writes cost one permit. */
    private static final int PERMIT_BYTES = 1 << 10;

    private static final int PERMITS = Limits.QUEUE_BYTES_MAX / PERMIT_BYTES;

    private final ArrayBlockingQueue<WriteRequest> requests = new ArrayBlockingQueue<>(Limits.QUEUE_REQUESTS_MAX);
    private final Semaphore permits = new Semaphore(PERMITS);
    private volatile @Nullable Throwable failure;
    private volatile boolean closed;

    /**
     * Queues a request, waiting for room.
     *
     * @param request what to do
     * @throws IllegalStateException if the store is closed, or the thread is interrupted while it waits: nothing is stored
     * @throws StoreFailedException if the store has failed
     */
    void offer(WriteRequest request) {
        ensureOpen();
        int needed = permitsOf(request);
        int acquired = 0;
        try {
            permits.acquire(needed);
            acquired = needed;
            requests.put(request);
        } catch (InterruptedException e) {
            permits.release(acquired);
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted before the write was queued; nothing was stored", e);
        }
        if ((failure != null || closed) && requests.remove(request)) {
            // The writer may have gone between the check and the put: then nobody else will answer. One that goes on is
            // left what others queued, the request that ends it above all.
            permits.release(needed);
            request.fail(refusal());
        }
    }

    /** Queues the request that ends the writer, and refuses all later ones. */
    void close(WriteRequest.Stop stop) {
        closed = true;
        boolean interrupted = false;
        while (true) {
            try {
                // Takes no permit, and gives none back.
                requests.put(stop);
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for requests and moves all that are there, up to a bound, into the list; none after the timeout. */
    void take(List<WriteRequest> into, int max, long timeoutMillis) throws InterruptedException {
        WriteRequest first = requests.poll(timeoutMillis, TimeUnit.MILLISECONDS);
        if (first != null) {
            into.add(first);
            requests.drainTo(into, max - 1);
            for (int i = 0; i < into.size(); i++) {
                permits.release(permitsOf(into.get(i)));
            }
        }
    }

    /** Ends the queue for good: what waits and what comes is answered with the failure. */
    void fail(Throwable cause) {
        if (failure == null) {
            failure = cause;
        }
        failQueued();
    }

    /** Answers what is still queued, but for the request that ends the writer: it may be there to take it. */
    void failQueued() {
        WriteRequest stop = null;
        do {
            for (WriteRequest request = requests.poll(); request != null; request = requests.poll()) {
                if (request instanceof WriteRequest.Stop) {
                    stop = request;
                } else {
                    permits.release(permitsOf(request));
                    request.fail(refusal());
                }
            }
        } while (stop != null && !requests.offer(stop));
    }

    @Nullable
    Throwable failure() {
        return failure;
    }

    /** Throws what a write gets now, if it cannot be accepted. */
    void ensureOpen() {
        if (failure != null || closed) {
            throw refusal();
        }
    }

    private RuntimeException refusal() {
        Throwable cause = failure;
        return cause == null
                ? new IllegalStateException("the store is closed")
                : new StoreFailedException(
                        "",
                        StorageException.NO_OFFSET,
                        "the store has failed and accepts no writes until it is reopened: " + cause.getMessage(),
                        cause);
    }

    private static int permitsOf(WriteRequest request) {
        return Math.min(PERMITS, request.queuedBytes() / PERMIT_BYTES + 1);
    }
}
