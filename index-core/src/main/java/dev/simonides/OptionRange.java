// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

/** Checks the values of options: one clear error that names the option and its range. */
final class OptionRange {
    private OptionRange() {}

    static int require(String name, int value, int min, int max) {
        return (int) require(name, (long) value, min, max);
    }

    static long require(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + ": expected=" + min + ".." + max + ", actual=" + value);
        }
        return value;
    }

    static double requireShare(String name, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(name + ": expected=0..1, actual=" + value);
        }
        return value;
    }
}
