// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.thread;

/**
 * A thread of the store: a daemon that hears no interrupt.
 *
 * <p>A program may interrupt every thread it can enumerate, as containers do when they stop. An interrupt in the middle of an
 * operation on a file would close the file for everybody, and the store would fail for no fault of its medium. Nobody but the
 * store has business with its threads, and the store ends them by telling them so.
 */
public final class EngineThread extends Thread {
    /**
     * Makes a thread; {@link #start} starts it.
     *
     * @param name what it is called in a thread dump
     * @param work what it does
     */
    public EngineThread(String name, Runnable work) {
        super(work, name);
        setDaemon(true);
    }

    /** Does nothing. */
    @Override
    public void interrupt() {}

    /**
     * Waits until a thread has ended; at once if it never started. An interrupt of the one who waits is kept for later.
     *
     * @param thread any
     */
    public static void awaitEnd(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
