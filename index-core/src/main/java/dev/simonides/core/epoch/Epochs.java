// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.epoch;

import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The grace period between making something unreachable and releasing it, for readers that take no lock. Any thread, as each
 * method says.
 *
 * <p>Assumptions:
 *
 * <ol>
 *   <li>A slot is used by one thread at a time, and handed on with an ordering of the caller's own.
 *   <li>A reader finds shared things only between {@link #enter} and {@link #leave}, and keeps no address beyond.
 *   <li>Who retires has first made the thing unreachable: whoever looks for it from then on finds its successor.
 *   <li>A reader does not stay inside for ever.
 * </ol>
 *
 * <p>Guarantees:
 *
 * <ol>
 *   <li>What a reader found is not released before it leaves (E1).
 *   <li>What is retired is released by the first {@link #reclaim} that begins after every reader has left that was inside when
 *       it was retired; at the latest by {@link #close}.
 * </ol>
 *
 * <p>Progress: entering and leaving is wait-free. A reader that stays delays what is released, and nothing else.
 *
 * <pre>{@code
 * epochs.enter(slot);                          pageBase.setRelease(moved);
 * try {                                        epochs.retire(() -> pool.giveBack(page));
 *     read(pageBase.getAcquire());             …
 * } finally {                                  epochs.reclaim();
 *     epochs.leave(slot);
 * }
 * }</pre>
 */
public final class Epochs implements AutoCloseable {
    /*
     * There is one count, the current epoch. A reader notes it in its slot; retiring notes it beside the release, and
     * then moves it on. So a reader whose slot holds a later epoch than the release entered after the count had moved, and
     * found the successor. A release is due when no slot holds its epoch or an earlier one.
     *
     * What remains is the reader whose slot the scan sees empty. Both sides store, fence, then load (Dekker): the reader its
     * slot, then what it looks for; the other side the successor, then the slots. The two fences have an order. If the
     * reader's is first, the scan sees its slot; if the scan's is first, the reader sees the successor. A release store in
     * place of the fence is not enough: it may wait in the processor's store buffer while the reader's loads go on.
     *
     * A reader may be suspended between reading the count and storing it, and then note an epoch long past. It holds back
     * more than it has to, never less.
     *
     * Rejected: a count of readers for each epoch, as one shared line that every search would write; hazard pointers,
     * which cost a fence for each page and not for each search; three epochs that move on only when all readers have
     * followed, because then one slow reader delays also what it has never seen.
     */

    /** Longs from one slot to the next: 128 bytes, because processors fetch lines of 64 bytes in pairs. */
    private static final int STRIDE = 16;

    /** Where the current epoch stands. The slots follow, so that each has its line. */
    private static final int CURRENT = STRIDE;

    /** Beside a slot: how often its user has entered; the user's alone. */
    private static final int DEPTH = 1;

    private static final long OUTSIDE = 0;
    private static final long FIRST = 1;

    private final int slotCount;
    private final AtomicLongArray words;
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Retired> retired = new ArrayDeque<>();

    /** A release, and the last epoch whose readers may have seen what it releases. */
    private record Retired(long epoch, Runnable release) {}

    /**
     * Makes epochs with nobody inside.
     *
     * @param slots readers that may be inside at once, at least 1
     */
    public Epochs(int slots) {
        this.slotCount = slots;
        this.words = new AtomicLongArray((slots + 2) * STRIDE);
        words.setPlain(CURRENT, FIRST);
    }

    /**
     * Enters: until {@link #leave} nothing that this thread can find is released. Entering again within is allowed, and left
     * as often.
     *
     * @param slot this thread's slot, from 0
     */
    public void enter(int slot) {
        int at = at(slot);
        long depth = words.getPlain(at + DEPTH);
        words.setPlain(at + DEPTH, depth + 1);
        if (depth == 0) {
            // ORDER: acquire; pairs with Epochs#retire, which moves the epoch on behind the successor's store; else a
            // reader with the later epoch could find what is retired already.
            long epoch = words.getAcquire(CURRENT);
            // ORDER: volatile store, then a full fence; pairs with Epochs#reclaim, which fences and then scans the
            // slots; else this thread's loads pass the store, the scan misses the reader and releases memory under it.
            words.set(at, epoch);
            // ORDER: full fence behind the store above; pairs with Epochs#reclaim (full fence); else as above.
            VarHandle.fullFence();
        }
    }

    /**
     * Leaves what was entered last.
     *
     * @param slot as entered
     */
    public void leave(int slot) {
        int at = at(slot);
        long depth = words.getPlain(at + DEPTH) - 1;
        assert depth >= 0 : "E2";
        words.setPlain(at + DEPTH, depth);
        if (depth == 0) {
            // ORDER: release; pairs with Epochs#oldest (acquire); else a load of the reader could come after the
            // release.
            words.setRelease(at, OUTSIDE);
        }
    }

    /**
     * Hands over what to do when every reader that is inside has left. Any thread; takes a lock, does nothing slow.
     *
     * @param release gives back what no reader can find any more; runs once, on the thread that reclaims, and must not throw
     */
    public void retire(Runnable release) {
        lock.lock();
        try {
            long epoch = words.getPlain(CURRENT);
            retired.add(new Retired(epoch, release));
            // ORDER: release; pairs with Epochs#enter (acquire); else a reader of the next epoch could miss the
            // successor.
            words.setRelease(CURRENT, epoch + 1);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Releases what is due, in the order in which it was retired. Any thread that may wait for a release to be done; releases
     * run outside the lock, so that they may retire in turn.
     *
     * @return how many releases ran
     */
    public int reclaim() {
        // ORDER: acquire; pairs with Epochs#retire (release): what is of an earlier epoch was retired before this scan;
        // else a release could be taken that came after it, together with a reader that the scan has not seen.
        long limit = words.getAcquire(CURRENT);
        // ORDER: full fence between the store of the successor and the scan; pairs with Epochs#enter (full fence); else
        // the scan could miss a reader that misses the successor.
        VarHandle.fullFence();
        long oldest = oldest(limit);
        int released = 0;
        for (Retired due = nextBefore(oldest); due != null; due = nextBefore(oldest)) {
            due.release().run();
            released++;
        }
        return released;
    }

    /**
     * Notes this moment: once {@link #passed} says so, every reader that was inside has left, and whoever enters finds what
     * was stored before. Any thread.
     *
     * @return the mark
     */
    public long mark() {
        lock.lock();
        try {
            long epoch = words.getPlain(CURRENT);
            // ORDER: release; pairs with Epochs#enter (acquire); else a reader of the next epoch could miss what came
            // before.
            words.setRelease(CURRENT, epoch + 1);
            return epoch;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Says whether all readers have left that were inside at a mark. Any thread that is not inside itself.
     *
     * @param mark from {@link #mark}
     * @return true from some moment on
     */
    public boolean passed(long mark) {
        // ORDER: full fence between what was stored before the mark and the scan; pairs with Epochs#enter (full fence);
        // else the scan could miss a reader that misses what was stored.
        VarHandle.fullFence();
        return oldest(Long.MAX_VALUE) > mark;
    }

    private @Nullable Retired nextBefore(long epoch) {
        lock.lock();
        try {
            Retired first = retired.peek();
            return first != null && first.epoch() < epoch ? retired.remove() : null;
        } finally {
            lock.unlock();
        }
    }

    /** The earliest epoch that somebody is inside of, if it is before the limit. */
    private long oldest(long limit) {
        long oldest = limit;
        for (int slot = 0; slot < slotCount; slot++) {
            // ORDER: acquire; pairs with Epochs#leave (release); else a release could come before the last loads of a
            // reader that has left.
            long epoch = words.getAcquire(at(slot));
            if (epoch != OUTSIDE) {
                oldest = Math.min(oldest, epoch);
            }
        }
        return oldest;
    }

    /**
     * Returns what waits for its release.
     *
     * @return releases, 0 or more
     */
    public int waiting() {
        lock.lock();
        try {
            return retired.size();
        } finally {
            lock.unlock();
        }
    }

    /** Releases everything that waits. The store calls it when no reader is inside and none will come. Idempotent. */
    @Override
    public void close() {
        assert oldest(Long.MAX_VALUE) == Long.MAX_VALUE : "E4";
        while (reclaim() > 0) {
            // A release may have retired something.
        }
    }

    private static int at(int slot) {
        return (slot + 2) * STRIDE;
    }
}
