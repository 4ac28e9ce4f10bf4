// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal.simulation;

/**
 * How many crash states an enumeration looked at. Immutable.
 *
 * @param states states made
 * @param distinct states that differed, in what is on the device or in what must be there; these were checked
 */
public record CrashCounts(long states, long distinct) {
    /**
     * The sum of two counts.
     *
     * @param other the other
     * @return the sum
     */
    public CrashCounts plus(CrashCounts other) {
        return new CrashCounts(states + other.states, distinct + other.distinct);
    }
}
