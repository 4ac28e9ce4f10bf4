// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.search;

import dev.simonides.core.epoch.Epochs;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;

/**
 * A bounded pool of search scratch, each with the epoch slot of its number, which is also what closing waits for. Any thread.
 *
 * <p>A claim takes a permit, then a free scratch, and enters the epoch; all of it is compare-and-set, and only when every
 * scratch is in use does a caller park. A scratch is made when all that were made are in use, without a lock too. {@link #close()} takes all
 * permits: from then on no search runs and none begins, so memory can be unmapped.
 */
public final class ScratchPool implements AutoCloseable {
    /** What a flag holds before its scratch is first claimed, by the thread that counts it as begun. */
    private static final int CLAIMED = 0;

    private static final int FREE = 1;

    /** Ints from one flag to the next: 64 bytes, so that searches on different cores share no line. */
    private static final int STRIDE = 16;

    private final int size;
    private final Epochs epochs;
    private final Factory factory;
    private final Semaphore permits;
    private final AtomicIntegerArray flags;
    /** Guarded by the flag of the same number. */
    private final @Nullable SearchScratch[] scratches;

    /** Scratches with a lower number were claimed at least once. */
    private final AtomicInteger begun = new AtomicInteger();

    private volatile boolean closed;

    /** Makes a scratch at first use. */
    @FunctionalInterface
    public interface Factory {
        /**
         * Makes a scratch.
         *
         * @param slot its number in the pool and its epoch slot
         * @return the scratch
         */
        SearchScratch make(int slot);
    }

    /**
     * Makes a pool whose scratch is made at first use.
     *
     * @param size searches that may run at once
     * @param epochs with at least so many slots, of which the pool uses the first
     * @param factory makes the scratch of a slot
     */
    public ScratchPool(int size, Epochs epochs, Factory factory) {
        this.size = size;
        this.epochs = epochs;
        this.factory = factory;
        this.permits = new Semaphore(size);
        this.flags = new AtomicIntegerArray(size * STRIDE);
        this.scratches = new SearchScratch[size];
    }

    /**
     * Claims a scratch and enters the epoch: until the caller gives it back with {@link #release}, nothing that it finds is
     * released.
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
        int slot = claimSlot();
        SearchScratch scratch = scratches[slot];
        if (scratch == null) {
            scratch = make(slot);
        }
        epochs.enter(slot);
        return scratch;
    }

    /** A permit promises that a flag is free, though it may be another one by the time it is looked at. */
    private int claimSlot() {
        int start = (int) Thread.currentThread().threadId() & Integer.MAX_VALUE;
        while (true) {
            int count = begun.get();
            for (int i = 0; i < count; i++) {
                int slot = (start + i) % count;
                // ORDER: volatile compare-and-set; pairs with ScratchPool#free; else the scratch could still be written
                // by its last user.
                if (flags.get(slot * STRIDE) == FREE && flags.compareAndSet(slot * STRIDE, FREE, CLAIMED)) {
                    return slot;
                }
            }
            if (count < size && begun.compareAndSet(count, count + 1)) {
                return count;
            }
            Thread.onSpinWait();
        }
    }

    /** Scratches made so far, or being made. */
    int made() {
        return begun.get();
    }

    private SearchScratch make(int slot) {
        try {
            SearchScratch made = factory.make(slot);
            assert made.slot() == slot : "S4";
            scratches[slot] = made;
            return made;
        } catch (Throwable e) {
            free(slot);
            throw e;
        }
    }

    /**
     * Leaves the epoch and gives a scratch back.
     *
     * @param scratch claimed by this thread
     */
    public void release(SearchScratch scratch) {
        epochs.leave(scratch.slot());
        free(scratch.slot());
    }

    private void free(int slot) {
        // ORDER: volatile store before the permit is given back; pairs with ScratchPool#claimSlot; else a permit could
        // promise a scratch that is not free yet.
        flags.set(slot * STRIDE, FREE);
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
