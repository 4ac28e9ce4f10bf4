// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.tenant;

import dev.simonides.core.graph.Graph;
import java.util.concurrent.TimeUnit;

/**
 * What a tenant's graph needs besides linking, one task at a time: repairing what a file has lost, and taking the dead out.
 * Any thread.
 *
 * <pre>
 *          repair wanted                      enough dead
 *   IDLE ───────────────► REPAIR     IDLE ───────────────► CONDEMN ──► grace ──► UNLINK
 *     ▲                      │         ▲                       │                   │
 *     └──────────────────────┘         └─────── none ──────────┴───────────────────┘
 * </pre>
 */
public final class GraphUpkeep {
    /** Dead nodes are taken out when they are this share of the graph: a pass reads every list once. */
    private static final int DEAD_SHARE = 64;

    /** And at least so many: a pass over a small graph costs little, but more than a few dead nodes do. */
    private static final int DEAD_MIN = 64;

    private static final long NO_MARK = -1;

    private final Tenant tenant;

    private volatile boolean repairWanted;
    private volatile Task running = Task.NONE;
    /** The epoch whose readers must have left before what was condemned is unlinked. */
    private volatile long graceMark = NO_MARK;

    private volatile boolean gracePassed;
    /** Of the dead, those that the last pass left: they were not settled then. */
    private volatile int leftOver;

    /** Something to be done by one indexer. */
    public enum Task {
        /** Nothing but linking. */
        NONE,
        /** Look for nodes that a loaded graph has lost, and link them again. */
        REPAIR,
        /** Mark the dead as leaving. */
        CONDEMN,
        /** Take out what has been marked, after grace. */
        UNLINK
    }

    GraphUpkeep(Tenant tenant) {
        this.tenant = tenant;
    }

    /** Says that the graph may lack nodes that it held. */
    public void wantRepair() {
        repairWanted = true;
    }

    /**
     * Says whether an indexer has something to do.
     *
     * @return true if {@link #take} would give a task
     */
    public boolean due() {
        return running == Task.NONE && next() != Task.NONE;
    }

    private Task next() {
        if (graceMark != NO_MARK) {
            return gracePassed ? Task.UNLINK : Task.NONE;
        }
        if (repairWanted) {
            return Task.REPAIR;
        }
        return enoughDead() ? Task.CONDEMN : Task.NONE;
    }

    private boolean enoughDead() {
        Graph graph = tenant.graph();
        if (graph == null) {
            return false;
        }
        int inGraph = tenant.count() - graph.skippedCount();
        return deadInGraph() - leftOver >= Math.max(DEAD_MIN, inGraph / DEAD_SHARE);
    }

    /**
     * Returns how many of the graph's nodes are dead, those that are not linked yet included.
     *
     * @return at about this moment
     */
    public int deadInGraph() {
        Graph graph = tenant.graph();
        return graph == null ? 0 : tenant.count() - graph.skippedCount() - tenant.liveCount();
    }

    /**
     * Takes over what is to be done, for the calling indexer alone. Whoever gets a task ends it with {@link #done} or {@link #condemned}.
     *
     * @return the task
     */
    public Task take() {
        if (!due()) {
            return Task.NONE;
        }
        synchronized (this) {
            if (!due()) {
                return Task.NONE;
            }
            running = next();
            if (running == Task.REPAIR) {
                repairWanted = false;
            }
            return running;
        }
    }

    /**
     * Ends {@link Task#CONDEMN}: what was marked is unlinked after grace.
     *
     * @param condemned how many nodes leave
     * @param left how many of the dead do not, because they were not settled yet
     * @param mark the epoch of the last reader that may have met them unmarked
     */
    public void condemned(int condemned, int left, long mark) {
        leftOver = Math.max(0, left);
        graceMark = condemned == 0 ? NO_MARK : mark;
        end();
    }

    /**
     * Returns the epoch whose readers must have left.
     *
     * @return what {@link #condemned} was told
     */
    public long graceMark() {
        return graceMark;
    }

    /** Says that the readers of the epoch have left. */
    public void gracePassed() {
        gracePassed = true;
    }

    /**
     * Ends {@link Task#REPAIR} and {@link Task#UNLINK}.
     *
     * @param whole false if nodes may be lost now, and a repair is wanted
     */
    public void done(boolean whole) {
        if (running == Task.UNLINK) {
            gracePassed = false;
            graceMark = NO_MARK;
        }
        repairWanted |= !whole;
        end();
    }

    private synchronized void end() {
        running = Task.NONE;
        notifyAll();
    }

    /**
     * Says whether anything is to be done, is being done, or waits for grace.
     *
     * @return true until the graph needs nothing but linking
     */
    public boolean busy() {
        return running != Task.NONE || graceMark != NO_MARK || repairWanted || enoughDead();
    }

    /**
     * Waits until the graph needs nothing but linking, or some time has passed.
     *
     * @param millis how long to wait at most
     * @return true if there is nothing left to do
     * @throws InterruptedException if the thread is interrupted
     */
    public boolean await(long millis) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        synchronized (this) {
            for (long left = millis; busy() && left > 0; left = Monitors.millisUntil(deadline)) {
                wait(left);
            }
        }
        return !busy();
    }
}
