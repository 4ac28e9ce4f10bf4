// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.ADD;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sums over float32 vectors with the Vector API, of one and of four vectors. Any thread.
 *
 * <p>Written out as it is for the reasons given in {@link VectorApiInt8}.
 */
final class VectorApiF32 {
    private static final MemorySegment MEMORY = OffHeap.everything();
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();
    private static final int STEP_BYTES = FLOATS.vectorByteSize();

    private VectorApiF32() {}

    static float dot(long vector, long query, int dimension) {
        int whole = dimension - dimension % LANES;
        long end = query + 4L * whole;
        FloatVector sum = FloatVector.zero(FLOATS);
        long d = 0;
        for (long at = query; at != end; at += STEP_BYTES) {
            FloatVector wanted = FloatVector.fromMemorySegment(FLOATS, MEMORY, at, LITTLE_ENDIAN);
            FloatVector x = FloatVector.fromMemorySegment(FLOATS, MEMORY, vector + d, LITTLE_ENDIAN);
            sum = x.fma(wanted, sum);
            d += STEP_BYTES;
        }
        return sum.reduceLanes(ADD) + restDot(vector + d, end, dimension - whole);
    }

    static void dots(long vector0, long vector1, long vector2, long vector3, long query, int dimension, long results) {
        int whole = dimension - dimension % LANES;
        long end = query + 4L * whole;
        FloatVector sum0 = FloatVector.zero(FLOATS);
        FloatVector sum1 = FloatVector.zero(FLOATS);
        FloatVector sum2 = FloatVector.zero(FLOATS);
        FloatVector sum3 = FloatVector.zero(FLOATS);
        long d = 0;
        for (long at = query; at != end; at += STEP_BYTES) {
            FloatVector wanted = FloatVector.fromMemorySegment(FLOATS, MEMORY, at, LITTLE_ENDIAN);
            FloatVector x0 = FloatVector.fromMemorySegment(FLOATS, MEMORY, vector0 + d, LITTLE_ENDIAN);
            FloatVector x1 = FloatVector.fromMemorySegment(FLOATS, MEMORY, vector1 + d, LITTLE_ENDIAN);
            FloatVector x2 = FloatVector.fromMemorySegment(FLOATS, MEMORY, vector2 + d, LITTLE_ENDIAN);
            FloatVector x3 = FloatVector.fromMemorySegment(FLOATS, MEMORY, vector3 + d, LITTLE_ENDIAN);
            sum0 = x0.fma(wanted, sum0);
            sum1 = x1.fma(wanted, sum1);
            sum2 = x2.fma(wanted, sum2);
            sum3 = x3.fma(wanted, sum3);
            d += STEP_BYTES;
        }
        int rest = dimension - whole;
        float result0 = sum0.reduceLanes(ADD) + restDot(vector0 + d, end, rest);
        float result1 = sum1.reduceLanes(ADD) + restDot(vector1 + d, end, rest);
        float result2 = sum2.reduceLanes(ADD) + restDot(vector2 + d, end, rest);
        float result3 = sum3.reduceLanes(ADD) + restDot(vector3 + d, end, rest);
        MEMORY.set(JAVA_FLOAT_UNALIGNED, results, result0);
        MEMORY.set(JAVA_FLOAT_UNALIGNED, results + 4, result1);
        MEMORY.set(JAVA_FLOAT_UNALIGNED, results + 8, result2);
        MEMORY.set(JAVA_FLOAT_UNALIGNED, results + 12, result3);
    }

    private static float restDot(long vector, long query, int dimension) {
        float sum = 0;
        for (int d = 0; d < dimension; d++) {
            sum += MEMORY.get(JAVA_FLOAT_UNALIGNED, vector + 4L * d) * MEMORY.get(JAVA_FLOAT_UNALIGNED, query + 4L * d);
        }
        return sum;
    }

    static float squaredDistance(long vector, long query, int dimension) {
        int whole = dimension - dimension % LANES;
        long end = query + 4L * whole;
        FloatVector sum = FloatVector.zero(FLOATS);
        long d = 0;
        for (long at = query; at != end; at += STEP_BYTES) {
            FloatVector wanted = FloatVector.fromMemorySegment(FLOATS, MEMORY, at, LITTLE_ENDIAN);
            FloatVector x = FloatVector.fromMemorySegment(FLOATS, MEMORY, vector + d, LITTLE_ENDIAN);
            FloatVector difference = x.sub(wanted);
            sum = difference.fma(difference, sum);
            d += STEP_BYTES;
        }
        return sum.reduceLanes(ADD) + restSquaredDistance(vector + d, end, dimension - whole);
    }

    static void squaredDistances(
            long vector0, long vector1, long vector2, long vector3, long query, int dimension, long results) {
        int whole = dimension - dimension % LANES;
        long end = query + 4L * whole;
        FloatVector sum0 = FloatVector.zero(FLOATS);
        FloatVector sum1 = FloatVector.zero(FLOATS);
        FloatVector sum2 = FloatVector.zero(FLOATS);
        FloatVector sum3 = FloatVector.zero(FLOATS);
        long d = 0;
        for (long at = query; at != end; at += STEP_BYTES) {
            FloatVector wanted = FloatVector.fromMemorySegment(FLOATS, MEMORY, at, LITTLE_ENDIAN);
            FloatVector x0 = FloatVector.fromMemorySegment(FLOATS, MEMORY, vector0 + d, LITTLE_ENDIAN);
            FloatVector x1 = FloatVector.fromMemorySegment(FLOATS, MEMORY, vector1 + d, LITTLE_ENDIAN);
            FloatVector x2 = FloatVector.fromMemorySegment(FLOATS, MEMORY, vector2 + d, LITTLE_ENDIAN);
            FloatVector x3 = FloatVector.fromMemorySegment(FLOATS, MEMORY, vector3 + d, LITTLE_ENDIAN);
            FloatVector difference0 = x0.sub(wanted);
            sum0 = difference0.fma(difference0, sum0);
            FloatVector difference1 = x1.sub(wanted);
            sum1 = difference1.fma(difference1, sum1);
            FloatVector difference2 = x2.sub(wanted);
            sum2 = difference2.fma(difference2, sum2);
            FloatVector difference3 = x3.sub(wanted);
            sum3 = difference3.fma(difference3, sum3);
            d += STEP_BYTES;
        }
        int rest = dimension - whole;
        float result0 = sum0.reduceLanes(ADD) + restSquaredDistance(vector0 + d, end, rest);
        float result1 = sum1.reduceLanes(ADD) + restSquaredDistance(vector1 + d, end, rest);
        float result2 = sum2.reduceLanes(ADD) + restSquaredDistance(vector2 + d, end, rest);
        float result3 = sum3.reduceLanes(ADD) + restSquaredDistance(vector3 + d, end, rest);
        MEMORY.set(JAVA_FLOAT_UNALIGNED, results, result0);
        MEMORY.set(JAVA_FLOAT_UNALIGNED, results + 4, result1);
        MEMORY.set(JAVA_FLOAT_UNALIGNED, results + 8, result2);
        MEMORY.set(JAVA_FLOAT_UNALIGNED, results + 12, result3);
    }

    private static float restSquaredDistance(long vector, long query, int dimension) {
        float sum = 0;
        for (int d = 0; d < dimension; d++) {
            float difference = MEMORY.get(JAVA_FLOAT_UNALIGNED, vector + 4L * d)
                    - MEMORY.get(JAVA_FLOAT_UNALIGNED, query + 4L * d);
            sum += difference * difference;
        }
        return sum;
    }
}
