// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

/** Waiting for the end of a thread of the engine. */
final class Threads {
    private Threads() {}

    /** Waits until a thread has ended; at once if it never started. An interrupt is kept for the caller. */
    static void join(Thread thread) {
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
