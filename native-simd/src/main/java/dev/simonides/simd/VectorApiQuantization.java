// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.I2B;
import static jdk.incubator.vector.VectorOperators.MAX;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Quantisation with the Vector API, in the operations of {@link Int8Quantization}. Any thread. */
final class VectorApiQuantization {
    private static final MemorySegment MEMORY = OffHeap.everything();
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();
    private static final VectorSpecies<Byte> BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, LANES * Byte.SIZE)));

    // Adding 1.5 · 2^23 leaves no bits for a fraction and so rounds to the nearest, ties to even; what was added is
    // then
    // taken off the bits, as an int.
    private static final float NO_FRACTION = 0x1.8p23f;
    private static final int NO_FRACTION_BITS = Float.floatToRawIntBits(NO_FRACTION);

    private VectorApiQuantization() {}

    static float quantize(long vector, int dimension, long codes, int bias) {
        float maxAbs = maxAbs(vector, dimension);
        quantize(vector, dimension, codes, bias, Int8Quantization.inverse(maxAbs));
        return Int8Quantization.scale(maxAbs);
    }

    private static float maxAbs(long vector, int dimension) {
        int whole = dimension - dimension % LANES;
        FloatVector largest = FloatVector.zero(FLOATS);
        for (int d = 0; d < whole; d += LANES) {
            largest = largest.max(FloatVector.fromMemorySegment(FLOATS, MEMORY, vector + 4L * d, LITTLE_ENDIAN)
                    .abs());
        }
        float maxAbs = largest.reduceLanes(MAX);
        for (int d = whole; d < dimension; d++) {
            maxAbs = Math.max(maxAbs, Math.abs(MEMORY.get(JAVA_FLOAT_UNALIGNED, vector + 4L * d)));
        }
        return maxAbs;
    }

    private static void quantize(long vector, int dimension, long codes, int bias, float inverse) {
        int whole = LANES * Byte.SIZE < 64 ? 0 : dimension - dimension % LANES;
        for (int d = 0; d < whole; d += LANES) {
            FloatVector.fromMemorySegment(FLOATS, MEMORY, vector + 4L * d, LITTLE_ENDIAN)
                    .mul(inverse)
                    .add(NO_FRACTION)
                    .reinterpretAsInts()
                    .sub(NO_FRACTION_BITS)
                    .min(Int8Quantization.CODE_MAX)
                    .max(-Int8Quantization.CODE_MAX)
                    .add(bias)
                    .convertShape(I2B, BYTES, 0)
                    .reinterpretAsBytes()
                    .intoMemorySegment(MEMORY, codes + d, LITTLE_ENDIAN);
        }
        for (int d = whole; d < dimension; d++) {
            float component = MEMORY.get(JAVA_FLOAT_UNALIGNED, vector + 4L * d);
            MEMORY.set(JAVA_BYTE, codes + d, (byte) (Int8Quantization.code(component, inverse) + bias));
        }
    }
}
