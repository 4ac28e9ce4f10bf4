// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

import java.util.stream.IntStream;

/** The dimensions and counts that every kernel is tried with. */
final class Shapes {
    /** Around every boundary between groups of four, and none at all. */
    static final int[] COUNTS = {0, 1, 2, 3, 4, 5, 7, 8, 9, 31, 33};

    /** The largest of {@link #COUNTS}. */
    static final int ROWS = 33;

    private static final int[] COMMON = {256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096};

    private Shapes() {}

    /** 1 to 200, and the common ones with their neighbours. */
    static int[] dimensions() {
        return IntStream.concat(
                        IntStream.rangeClosed(1, 200),
                        IntStream.of(COMMON).flatMap(dimension -> IntStream.rangeClosed(dimension - 1, dimension + 1)))
                .toArray();
    }
}
