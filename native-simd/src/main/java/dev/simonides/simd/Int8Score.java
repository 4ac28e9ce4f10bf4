// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** What the Java tiers do with a dot product: the formula of {@link Kernels#int8ScoreBulk}. */
final class Int8Score {
    private static final MemorySegment MEMORY = OffHeap.everything();

    private Int8Score() {}

    static int dimension(long query) {
        return MEMORY.get(JAVA_INT_UNALIGNED, query + Int8QueryLayout.DIMENSION_OFFSET);
    }

    static float of(int dot, long code, long query) {
        long factors = code + MEMORY.get(JAVA_INT_UNALIGNED, query + Int8QueryLayout.FACTORS_OFFSET_OFFSET);
        float factor0 = MEMORY.get(JAVA_FLOAT_UNALIGNED, factors);
        float factor1 = MEMORY.get(JAVA_FLOAT_UNALIGNED, factors + Float.BYTES);
        float scaled = dot * factor0 * MEMORY.get(JAVA_FLOAT_UNALIGNED, query + Int8QueryLayout.SCORE_SCALE_OFFSET);
        float norm = factor1 * MEMORY.get(JAVA_FLOAT_UNALIGNED, query + Int8QueryLayout.NORM_WEIGHT_OFFSET);
        return scaled + norm + MEMORY.get(JAVA_FLOAT_UNALIGNED, query + Int8QueryLayout.SCORE_OFFSET_OFFSET);
    }
}
