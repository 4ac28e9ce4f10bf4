// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.recall;

/** Hears how far a sweep has come; called between passes, never inside one. */
@FunctionalInterface
public interface PassListener {

    /** Hears nothing. */
    PassListener SILENT = (_, _) -> {};

    /**
     * A pass over all queries is over.
     *
     * @param done passes over
     * @param total passes in all
     */
    void passed(int done, int total);
}
