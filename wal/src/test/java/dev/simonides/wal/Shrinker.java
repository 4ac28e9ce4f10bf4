// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Makes a failing sequence shorter: drops halves, quarters, … single steps, as long as it still fails. */
public final class Shrinker {
    private static final int TRIES_MAX = 400;

    private Shrinker() {}

    /**
     * Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input" (TSE 2002), complements only.
     *
     * @param fails whether a sequence fails
     */
    public static <T> List<T> shrink(List<T> failing, Predicate<List<T>> fails) {
        List<T> smallest = failing;
        int tries = 0;
        for (int part = Math.max(1, failing.size() / 2); part > 0; part /= 2) {
            for (int from = 0; from < smallest.size() && tries < TRIES_MAX; ) {
                List<T> shorter = new ArrayList<>(smallest.subList(0, from));
                shorter.addAll(smallest.subList(Math.min(smallest.size(), from + part), smallest.size()));
                tries++;
                if (fails.test(shorter)) {
                    smallest = shorter;
                } else {
                    from += part;
                }
            }
        }
        return smallest;
    }
}
