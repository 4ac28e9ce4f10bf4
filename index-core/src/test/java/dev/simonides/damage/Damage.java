// SPDX-License-Identifier: Apache-2.0
package dev.simonides.damage;

import dev.simonides.wal.simulation.SimulatedDirectory;
import java.util.function.UnaryOperator;

/**
 * One damage. Immutable.
 *
 * @param file the file it hits
 * @param kind of damage, under which it is counted
 * @param what was done, exactly
 * @param done to the disk
 */
record Damage(String file, String kind, String what, UnaryOperator<SimulatedDirectory> done) {
    @Override
    public String toString() {
        return file + ": " + what;
    }
}
