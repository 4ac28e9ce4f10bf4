// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash;

import java.util.Arrays;

/** How far sequences are, in this process only. Any thread. */
final class Notes implements Counters {
    private final long[] issued;
    private final long[] acknowledged;

    Notes(int sequences) {
        this.issued = new long[sequences];
        this.acknowledged = new long[sequences];
    }

    @Override
    public int sequences() {
        return issued.length;
    }

    @Override
    public synchronized long issued(int sequence) {
        return issued[sequence];
    }

    @Override
    public synchronized long acknowledged(int sequence) {
        return acknowledged[sequence];
    }

    @Override
    public synchronized void setIssued(int sequence, long operations) {
        issued[sequence] = operations;
    }

    @Override
    public synchronized void setAcknowledged(int sequence, long operations) {
        acknowledged[sequence] = operations;
    }

    /** These notes as one number, to tell states apart that promise different things. */
    synchronized long hash() {
        return Arrays.hashCode(issued) * 0x9e3779b97f4a7c15L + Arrays.hashCode(acknowledged);
    }

    @Override
    public synchronized String toString() {
        return "issued=" + Arrays.toString(issued) + ", acknowledged=" + Arrays.toString(acknowledged);
    }
}
