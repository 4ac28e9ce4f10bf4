// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.tenant;

import dev.simonides.core.graph.Graph;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;

/**
 * The ordinals of a tenant that the graph does not hold yet: those in {@code floor() .. count − 1} not marked linked.
 *
 * <p>Linkers claim ordinals in order and settle them in any order; the floor follows. A search reads the floor first, then
 * its watermark, then scans the window, then walks the graph: a node that is settled in between is found in the window or
 * in the graph, and one that was skipped as dead lies above the floor as long as a search may still see it. Any thread.
 */
public final class PendingWindow {
    /*
     * Every tenant has a window, and most never have a graph: fields and the monitor of this object, where objects for each of
     * them would be three times as large as all the rest.
     */
    private static final VarHandle CLAIMED;

    private static final VarHandle SCHEDULED;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            CLAIMED = lookup.findVarHandle(PendingWindow.class, "claimed", int.class);
            SCHEDULED = lookup.findVarHandle(PendingWindow.class, "scheduled", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Tenant tenant;
    private volatile int claimed;
    private volatile boolean scheduled;
    /** Moved under the monitor, which is notified then. */
    private volatile int floor;

    PendingWindow(Tenant tenant) {
        this.tenant = tenant;
    }

    /**
     * Says that a loaded graph holds everything below an ordinal. Before there are readers and linkers.
     *
     * @param linkedFloor ordinals below it are settled in the tenant's graph
     */
    public void restore(int linkedFloor) {
        assert floor == 0 && claimed == 0 : "T3";
        claimed = linkedFloor;
        floor = linkedFloor;
        tenant.upkeep().wantRepair();
    }

    /**
     * Returns the lowest ordinal that may be pending.
     *
     * @return 0..count
     */
    public int floor() {
        return floor;
    }

    /**
     * Returns the size of the window, in which a few ordinals may be linked already.
     *
     * @return 0 or more
     */
    public int size() {
        return Math.max(0, tenant.count() - floor);
    }

    /**
     * Says whether linkers have something to claim.
     *
     * @return true if the graph is wanted, and an ordinal is unclaimed
     */
    public boolean claimable() {
        return tenant.graphWanted() && claimed < tenant.count();
    }

    /**
     * Claims ordinals for the calling linker.
     *
     * @param wanted how many at most, at least 1
     * @return first ordinal in the upper half, count in the lower; 0 if there is none
     */
    public long claim(int wanted) {
        while (true) {
            int first = claimed;
            int available = Math.min(wanted, tenant.count() - first);
            if (available <= 0) {
                return 0;
            }
            // ORDER: volatile compare-and-set; pairs with PendingWindow#claim (the same); else two linkers could get
            // one.
            if (CLAIMED.compareAndSet(this, first, first + available)) {
                return (long) first << 32 | available;
            }
        }
    }

    /**
     * Marks the tenant as waiting for a linker.
     *
     * @return true if it was not waiting yet, and the caller must queue it
     */
    public boolean schedule() {
        // ORDER: volatile compare-and-set; pairs with PendingWindow#unschedule (volatile store); else two callers could
        // queue the tenant.
        return !scheduled && SCHEDULED.compareAndSet(this, false, true);
    }

    /** Marks the tenant as no longer waiting. */
    public void unschedule() {
        scheduled = false;
    }

    /**
     * Moves the floor over everything that is settled, and wakes writers that wait for room.
     *
     * @param graph the tenant's graph
     */
    public synchronized void advance(Graph graph) {
        int next = floor;
        int end = Math.min(claimed, tenant.count());
        while (next < end && graph.settled(next)) {
            next++;
        }
        if (next != floor) {
            floor = next;
            notifyAll();
        }
    }

    /**
     * Waits until the window has room or some time has passed.
     *
     * @param sizeMax size below which there is room
     * @param millis how long to wait at most
     * @return true if there is room
     * @throws InterruptedException if the thread is interrupted
     */
    public boolean awaitRoom(int sizeMax, long millis) throws InterruptedException {
        if (size() < sizeMax) {
            return true;
        }
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        synchronized (this) {
            for (long left = millis; size() >= sizeMax && left > 0; left = Monitors.millisUntil(deadline)) {
                wait(left);
            }
        }
        return size() < sizeMax;
    }
}
