// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.data;

/** What a caller demands of every row before it stores the first one. */
@FunctionalInterface
public interface RowCheck {

    /** Accepts every row. */
    RowCheck NONE = _ -> {};

    /**
     * Looks at one row.
     *
     * @param row the row, complete with text and tenant
     * @throws IllegalArgumentException if the row must not be stored; its message goes behind file, row and byte
     */
    void check(VectorRow row);
}
