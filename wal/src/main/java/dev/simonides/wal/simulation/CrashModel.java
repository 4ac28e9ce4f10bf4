// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal.simulation;

/**
 * How a simulated disk treats what was not synced when it crashes, and how many of its crash states are looked at.
 * Immutable.
 *
 * @param weakNames whether changes of names reach the device in any subset; otherwise in their order
 * @param garbage whether a hole of a file, its size durable and its bytes not, shows rubbish; otherwise zeros
 * @param lyingSyncs whether syncs do nothing: no store can keep a promise on such a device, but it must not lie in turn
 * @param tornSectors whether some states hold a sector of which only the first bytes were written
 * @param exhaustiveUnitsMax up to how many pending units every subset is looked at
 * @param randomSubsets how many random subsets are looked at above that, besides the systematic ones
 * @param seed of the random subsets and of the rubbish
 */
public record CrashModel(
        boolean weakNames,
        boolean garbage,
        boolean lyingSyncs,
        boolean tornSectors,
        int exhaustiveUnitsMax,
        int randomSubsets,
        long seed) {
    private static final int EXHAUSTIVE_UNITS_LIMIT = 20;

    /** Checks the bounds. */
    public CrashModel {
        if (exhaustiveUnitsMax < 0 || exhaustiveUnitsMax > EXHAUSTIVE_UNITS_LIMIT || randomSubsets < 0) {
            throw new IllegalArgumentException("exhaustiveUnitsMax: expected=0..20, actual=" + exhaustiveUnitsMax
                    + ", randomSubsets: expected=0.., actual=" + randomSubsets);
        }
    }

    /**
     * The weakest disk an honest file system shows: names in any subset, holes of zeros, whole sectors; every subset up
     * to 10 units, 200 random ones above.
     *
     * @param seed of the random subsets
     * @return the model
     */
    public static CrashModel weak(long seed) {
        return new CrashModel(true, false, false, false, 10, 200, seed);
    }

    /**
     * This model with names that reach the device in their order.
     *
     * @return the model
     */
    public CrashModel withOrderedNames() {
        return new CrashModel(false, garbage, lyingSyncs, tornSectors, exhaustiveUnitsMax, randomSubsets, seed);
    }

    /**
     * This model with rubbish in holes.
     *
     * @return the model
     */
    public CrashModel withGarbage() {
        return new CrashModel(weakNames, true, lyingSyncs, tornSectors, exhaustiveUnitsMax, randomSubsets, seed);
    }

    /**
     * This model with syncs that do nothing.
     *
     * @return the model
     */
    public CrashModel withLyingSyncs() {
        return new CrashModel(weakNames, garbage, true, tornSectors, exhaustiveUnitsMax, randomSubsets, seed);
    }

    /**
     * This model with sectors that may be written in part.
     *
     * @return the model
     */
    public CrashModel withTornSectors() {
        return new CrashModel(weakNames, garbage, lyingSyncs, true, exhaustiveUnitsMax, randomSubsets, seed);
    }

    /**
     * This model with another number of states.
     *
     * @param unitsMax up to how many pending units every subset is looked at, 0..20
     * @param subsets how many random subsets above that
     * @return the model
     */
    public CrashModel withEffort(int unitsMax, int subsets) {
        return new CrashModel(weakNames, garbage, lyingSyncs, tornSectors, unitsMax, subsets, seed);
    }
}
