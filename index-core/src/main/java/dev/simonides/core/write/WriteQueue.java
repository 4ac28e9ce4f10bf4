// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

import dev.simonides.Limits;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StoreFailedException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Where callers hand their requests to the writer thread: bounded in number and in bytes, callers beyond it wait. Any
 * thread offers; the writer thread takes, and is woken for other reasons too.
 *
 * <p>A request is queued or refused under one lock together with the store's state, so that whatever is in the queue when
 * the store closes or fails is answered by the one who closed or failed it.
 */
final class WriteQueue {
    private final ArrayDeque<WriteRequest> requests = new ArrayDeque<>(Limits.QUEUE_REQUESTS_MAX);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition roomMade = lock.newCondition();
    private final Condition arrived = lock.newCondition();
    private long bytes;
    private boolean woken;
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
        int needed = request.queuedBytes();
        try {
            lock.lockInterruptibly();
            try {
                ensureOpen();
                while (!room(needed)) {
                    roomMade.await();
                    ensureOpen();
                }
                requests.add(request);
                bytes += needed;
                arrived.signal();
            } finally {
                lock.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted before the write was queued; nothing was stored", e);
        }
    }

    /** One request larger than the whole room is let in alone. */
    private boolean room(int needed) {
        return requests.size() < Limits.QUEUE_REQUESTS_MAX
                && (bytes + needed <= Limits.QUEUE_BYTES_MAX || requests.isEmpty());
    }

    /** Refuses all later requests; those that wait for room too. */
    void close() {
        lock.lock();
        try {
            closed = true;
            arrived.signal();
            roomMade.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the writer's waiting, now or the next time it waits. */
    void wake() {
        lock.lock();
        try {
            woken = true;
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for requests and moves all that are there, up to a bound, into the list. None after {@link #wake}, a close, or
     * the timeout.
     *
     * @param max 0 to wait for the others only
     * @return false once the queue is closed and empty
     */
    boolean take(List<WriteRequest> into, int max, long timeoutMillis) {
        lock.lock();
        try {
            long nanos = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
            while (!woken && (max == 0 || requests.isEmpty()) && !(closed && requests.isEmpty()) && nanos > 0) {
                nanos = arrived.awaitNanos(nanos);
            }
            woken = false;
            int taken = Math.min(max, requests.size());
            for (int i = 0; i < taken; i++) {
                into.add(remove());
            }
            if (taken > 0) {
                roomMade.signalAll();
            }
            return taken > 0 || !requests.isEmpty() || !closed;
        } catch (InterruptedException e) {
            // An engine's thread hears no interrupt; any other waits again.
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for {@link #wake} or the timeout. */
    void awaitWake(long timeoutMillis) {
        lock.lock();
        try {
            long nanos = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
            while (!woken && nanos > 0) {
                nanos = arrived.awaitNanos(nanos);
            }
            woken = false;
        } catch (InterruptedException e) {
            // As above; the caller looks at what it waits for, and waits again.
        } finally {
            lock.unlock();
        }
    }

    private WriteRequest remove() {
        WriteRequest request = requests.remove();
        bytes -= request.queuedBytes();
        return request;
    }

    /** Ends the queue for good: what waits and what comes is answered with the failure. The first cause stands. */
    void fail(Throwable cause) {
        lock.lock();
        try {
            if (failure == null) {
                failure = cause;
            }
            arrived.signal();
            roomMade.signalAll();
        } finally {
            lock.unlock();
        }
        failQueued();
    }

    /** Answers what is still queued after the queue has ended. */
    void failQueued() {
        List<WriteRequest> queued = new ArrayList<>();
        lock.lock();
        try {
            while (!requests.isEmpty()) {
                queued.add(remove());
            }
        } finally {
            lock.unlock();
        }
        for (WriteRequest request : queued) {
            request.fail(refusal());
        }
    }

    /** What made the store fail, or null. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    int size() {
        lock.lock();
        try {
            return requests.size();
        } finally {
            lock.unlock();
        }
    }

    boolean closed() {
        return closed;
    }

    /** Throws what a write gets now, if it cannot be accepted. */
    void ensureOpen() {
        if (failure != null || closed) {
            throw refusal();
        }
    }

    /** What a write gets that is not accepted, of which nothing is stored. */
    RuntimeException refusal() {
        Throwable cause = failure;
        return cause == null
                ? new IllegalStateException("the store is closed")
                : new StoreFailedException(
                        "",
                        StorageException.NO_OFFSET,
                        "the store has failed and accepts no writes until it is reopened: " + cause.getMessage(),
                        cause);
    }
}
