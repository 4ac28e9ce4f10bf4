// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

/**
 * How long an import took.
 *
 * @param count memories stored
 * @param storedNanos until all were acknowledged
 * @param linkedNanos until all were linked too, from the same beginning
 */
public record ImportTimes(long count, long storedNanos, long linkedNanos) {
    private static final double NANOS_A_SECOND = 1e9;

    /**
     * The rate of acknowledgement.
     *
     * @return memories a second
     */
    public double storedPerSecond() {
        return perSecond(storedNanos);
    }

    /**
     * The rate of import as a whole.
     *
     * @return memories a second, stored and linked
     */
    public double linkedPerSecond() {
        return perSecond(linkedNanos);
    }

    /**
     * The whole time.
     *
     * @return seconds from the first put until all was linked
     */
    public double seconds() {
        return linkedNanos / NANOS_A_SECOND;
    }

    private double perSecond(long nanos) {
        return count / (Math.max(nanos, 1) / NANOS_A_SECOND);
    }
}
