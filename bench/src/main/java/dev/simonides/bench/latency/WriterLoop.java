// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.latency;

/**
 * Puts rows one after the other, each when the one before is acknowledged, and begins again behind the last: from then on
 * each put replaces a memory. Confined to the thread that runs it.
 */
final class WriterLoop implements Runnable {
    private final BaseRows rows;
    private int next;

    /**
     * Makes a loop.
     *
     * @param rows to put
     * @param first the row to begin with
     */
    WriterLoop(BaseRows rows, int first) {
        this.rows = rows;
        this.next = first;
    }

    /** One put. */
    @Override
    public void run() {
        rows.put(next);
        next = next + 1 == rows.count() ? 0 : next + 1;
    }
}
