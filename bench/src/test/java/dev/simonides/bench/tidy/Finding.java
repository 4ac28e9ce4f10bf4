// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.tidy;

import java.util.Comparator;

/**
 * A place that breaks a rule of the style, and what belongs there instead. Immutable.
 *
 * @param rule the rule's name, as a silence names it
 * @param file the file, relative to the root of the project
 * @param line 1-based
 * @param text what is wrong and what to do
 */
record Finding(String rule, String file, int line, String text) implements Comparable<Finding> {
    private static final Comparator<Finding> ORDER =
            Comparator.comparing(Finding::file).thenComparingInt(Finding::line).thenComparing(Finding::rule);

    @Override
    public int compareTo(Finding other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return file + ":" + line + ": [" + rule + "] " + text;
    }
}
