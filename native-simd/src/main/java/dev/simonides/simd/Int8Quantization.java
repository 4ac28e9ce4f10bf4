// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

/** The arithmetic of {@link Kernels#int8QuantizeQuery}, in the order of operations that every tier keeps to. */
final class Int8Quantization {
    /** What is added to a signed code to store it as a document's; as an exclusive or, the same in 8 bits. */
    static final int BIAS = 128;

    /** The largest absolute code: symmetric, so that −128 never occurs. */
    static final int CODE_MAX = 127;

    /** 2^-100: below this a vector counts as zero, because the inverse of its scale would leave float32's range. */
    static final float MAX_ABS_MIN = 0x1p-100f;

    private Int8Quantization() {}

    static float scale(float maxAbs) {
        return maxAbs < MAX_ABS_MIN ? 0 : maxAbs / CODE_MAX;
    }

    static float inverse(float maxAbs) {
        return maxAbs < MAX_ABS_MIN ? 0 : CODE_MAX / maxAbs;
    }

    static int code(float component, float inverse) {
        float scaled = component * inverse;
        int rounded = (int) Math.rint(scaled);
        return Math.clamp(rounded, -CODE_MAX, CODE_MAX);
    }
}
