// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

import static dev.simonides.simd.GuardedMemory.getByte;
import static dev.simonides.simd.GuardedMemory.getFloat;
import static dev.simonides.simd.GuardedMemory.getShort;
import static dev.simonides.simd.GuardedMemory.setByte;
import static dev.simonides.simd.GuardedMemory.setFloat;
import static dev.simonides.simd.GuardedMemory.setShort;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The scalar tier keeps the contract, and, being the oracle, agrees with results worked out by hand. */
final class ScalarKernelsTest extends KernelsContract {
    private final Kernels scalar = new ScalarKernels();
    private final GuardedMemory examples = new GuardedMemory();

    ScalarKernelsTest() {
        super(KernelTier.SCALAR);
    }

    @AfterEach
    void closeExamples() {
        examples.close();
    }

    @Test
    void multipliesCodesWithoutTheirBias() {
        long code = bytes(128 + 127, 128 - 127, 128 + 3, 128);
        long query = bytes(127, 127, -5, 99);

        assertEquals(127 * 127 - 127 * 127 - 15, scalar.int8Dot(code, query, 4));
    }

    @Test
    void sumsFloats() {
        long vector = floats(1, -2, 0.5f);
        long query = floats(4, 3, 2);

        assertEquals(-1f, scalar.f32Dot(vector, query, 3));
        assertEquals(9 + 25 + 2.25f, scalar.f32SquaredDistance(vector, query, 3));
        assertEquals(5.25f, scalar.f32SquaredNorm(vector, 3));
    }

    @Test
    void sumsHalves() {
        long vector = examples.block(6, 0);
        setShort(vector, 0x3C00); // 1
        setShort(vector + 2, 0xC000); // -2
        setShort(vector + 4, 0x3800); // 0.5
        long query = floats(4, 3, 2);

        assertEquals(-1f, scalar.f16Dot(vector, query, 3));
        assertEquals(36.25f, scalar.f16SquaredDistance(vector, query, 3));
    }

    /** 1 · 127 / 2 is 63.5 and goes to the even 64; 0.5 · 127 / 2 is 31.75 and goes to 32. */
    @Test
    void quantizesToTheNearestCodeWithTiesToEven() {
        long vector = floats(-2, 1, 0.5f, 0);
        long codes = examples.block(4, 0);

        assertEquals(2f / 127, scalar.int8QuantizeQuery(vector, 4, codes));
        assertEquals("-127 64 32 0", text(codes, 4, 0));

        assertEquals(2f / 127, scalar.int8QuantizeDocument(vector, 4, codes));
        assertEquals("-127 64 32 0", text(codes, 4, 128));
    }

    @Test
    void aVectorOfNothingHasScaleZero() {
        long vector = floats(0, -0f, 0x1p-101f);
        long codes = examples.block(3, 0);

        assertEquals(0f, scalar.int8QuantizeQuery(vector, 3, codes));
        assertEquals("0 0 0", text(codes, 3, 0));
    }

    @Test
    void convertsHalves() {
        long floats = floats(1, -2, 65504, 65520, 0x1p-24f);
        long halves = examples.block(10, 0);

        scalar.f32ToF16(floats, 5, halves);

        assertEquals((short) 0x3C00, getShort(halves));
        assertEquals((short) 0xC000, getShort(halves + 2));
        assertEquals((short) 0x7BFF, getShort(halves + 4));
        assertEquals((short) 0x7C00, getShort(halves + 6));
        assertEquals((short) 0x0001, getShort(halves + 8));
        scalar.f16ToF32(halves, 3, floats);
        assertEquals(65504f, getFloat(floats + 8));
    }

    private long bytes(int... values) {
        long block = examples.block(values.length, 0);
        for (int i = 0; i < values.length; i++) {
            setByte(block + i, values[i]);
        }
        return block;
    }

    private long floats(float... values) {
        long block = examples.block(4L * values.length, 0);
        for (int i = 0; i < values.length; i++) {
            setFloat(block + 4L * i, values[i]);
        }
        return block;
    }

    private static String text(long codes, int count, int bias) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : " ").append(bias == 0 ? getByte(codes + i) : (getByte(codes + i) & 0xFF) - bias);
        }
        return text.toString();
    }
}
