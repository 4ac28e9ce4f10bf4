// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.search;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A bounded pool of search scratch, which is also what closing waits for. Any thread.
 *
 * <p>A claim takes a permit and then the first free slot it meets; both are compare-and-set, and only when every slot is in
 * use does a caller park. {@link #close()} takes all permits: from then on no search runs and none begins, so memory can be
 * unmapped.
 */
public final class ScratchPool implements AutoCloseable {
    private final int size;
    private final Semaphore permits;
    private final AtomicReferenceArray<@Nullable SearchScratch> free;
    private final Supplier<SearchScratch> factory;
    private volatile boolean closed;

    /**
     * Makes a pool whose scratch is made at first use.
     *
     * @param size searches that may run at once
     * @param factory makes the scratch of a slot
     */
    public ScratchPool(int size, Supplier<SearchScratch> factory) {
        this.size = size;
        this.permits = new Semaphore(size);
        this.free = new AtomicReferenceArray<>(size);
        this.factory = factory;
    }

    /**
     * Claims a scratch; the caller gives it back with {@link #release}.
     *
     * @return a scratch no other thread uses
     * @throws IllegalStateException if the store is closed
     */
    public SearchScratch claim() {
        permits.acquireUninterruptibly();
        if (closed) {
            permits.release();
            throw new IllegalStateException("the store is closed");
        }
        int start = (int) Thread.currentThread().threadId();
        for (int i = 0; i < size; i++) {
            int slot = Math.floorMod(start + i, size);
            SearchScratch scratch = free.get(slot);
            // ORDER: volatile compare-and-set, also in release; the releasing thread's writes to the scratch are seen
            // here.
            if (scratch != null && free.compareAndSet(slot, scratch, null)) {
                return scratch;
            }
        }
        try {
            return factory.get();
        } catch (Throwable e) {
            permits.release();
            throw e;
        }
    }

    /**
     * Gives a scratch back.
     *
     * @param scratch claimed by this thread
     */
    public void release(SearchScratch scratch) {
        int start = (int) Thread.currentThread().threadId();
        for (int i = 0; i < size; i++) {
            // ORDER: volatile compare-and-set; pairs with the one in claim.
            if (free.compareAndSet(Math.floorMod(start + i, size), null, scratch)) {
                break;
            }
        }
        permits.release();
    }

    /** Refuses new claims and waits for those in flight. Idempotent. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            permits.acquireUninterruptibly(size);
            // Whoever is parked in claim gets a permit, sees the flag and leaves.
            permits.release(size);
        }
    }
}
