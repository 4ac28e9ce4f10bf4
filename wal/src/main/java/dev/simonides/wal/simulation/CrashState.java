// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal.simulation;

import java.util.BitSet;
import java.util.SortedMap;

/**
 * What is on the device after one crash. Confined to one thread.
 *
 * <p>{@link #toString} says how to make it again: the position, the chosen units, and the torn one if any.
 */
public final class CrashState {
    static final int NONE_TORN = -1;

    private final int position;
    private final int units;
    private final BitSet chosen;
    private final int tornUnit;
    private final int tornBytes;
    private final SortedMap<String, Content> image;

    CrashState(int position, int units, BitSet chosen, int tornUnit, int tornBytes, SortedMap<String, Content> image) {
        this.position = position;
        this.units = units;
        this.chosen = (BitSet) chosen.clone();
        this.tornUnit = tornUnit;
        this.tornBytes = tornBytes;
        this.image = image;
    }

    /**
     * How many operations had been done.
     *
     * @return 0..{@link SimulatedDirectory#operations()}
     */
    public int position() {
        return position;
    }

    /**
     * Which of the units that were pending reached the device.
     *
     * @return their numbers
     */
    public BitSet chosen() {
        return (BitSet) chosen.clone();
    }

    /**
     * The device as the next process finds it.
     *
     * @return a new directory of its own
     */
    public SimulatedDirectory image() {
        return SimulatedDirectory.of(image);
    }

    int tornUnit() {
        return tornUnit;
    }

    int tornBytes() {
        return tornBytes;
    }

    long hash() {
        long hash = 0;
        for (var entry : image.entrySet()) {
            hash = Hash.combine(hash, entry.getKey().hashCode());
            hash = Hash.combine(hash, entry.getValue().hash());
        }
        return hash;
    }

    @Override
    public String toString() {
        String torn = tornUnit == NONE_TORN ? "" : ", torn=" + tornUnit + " after " + tornBytes + " bytes";
        return "crash after operation " + position + ", chosen=" + chosen + " of " + units + torn;
    }
}
