// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.MAX;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** 1-bit codes with the Vector API. Any thread. */
final class VectorApiBits {
    private static final MemorySegment MEMORY = OffHeap.everything();
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final int LANES = INTS.length();
    private static final int LANES_SHIFT = Integer.numberOfTrailingZeros(LANES);
    private static final int LANES_BYTES = INTS.vectorByteSize();
    private static final float NO_FRACTION = 0x1.8p23f;

    // Of the stages within a vector: what lane i adds to is lane i ^ 2^stage, and the lanes with that bit are
    // subtracted.
    private static final VectorShuffle<Integer>[] PARTNERS = partners();
    private static final IntVector[] SIGNS = signs();

    private VectorApiBits() {}

    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type
    private static VectorShuffle<Integer>[] partners() {
        VectorShuffle<Integer>[] partners = new VectorShuffle[LANES_SHIFT];
        for (int stage = 0; stage < LANES_SHIFT; stage++) {
            int half = 1 << stage;
            partners[stage] = VectorShuffle.fromOp(INTS, lane -> lane ^ half);
        }
        return partners;
    }

    private static IntVector[] signs() {
        IntVector[] signs = new IntVector[LANES_SHIFT];
        for (int stage = 0; stage < LANES_SHIFT; stage++) {
            int[] lanes = new int[LANES];
            for (int lane = 0; lane < LANES; lane++) {
                lanes[lane] = (lane >> stage & 1) == 0 ? 1 : -1;
            }
            signs[stage] = IntVector.fromArray(INTS, lanes, 0);
        }
        return signs;
    }

    static void rotate(long codes, int dimension, long signs, long rotated) {
        int components = (dimension + 63) & -64;
        int block = Integer.lowestOneBit(components);
        long work = rotated + 4L * components;
        for (int i = 0; i < components; i++) {
            int code = i < dimension ? MEMORY.get(JAVA_BYTE, codes + i) : 0;
            MEMORY.set(JAVA_INT_UNALIGNED, rotated + 4L * i, code * MEMORY.get(JAVA_INT_UNALIGNED, signs + 4L * i));
        }
        transform(rotated, components, block);
        ScalarKernels.transpose(rotated, signs + 4L * components, components, block, work);
        transform(work, components, block);
        ScalarKernels.transpose(work, signs + 8L * components, components, block, rotated);
        transform(rotated, components, block);
    }

    private static void transform(long values, int components, int block) {
        long end = values + 4L * components;
        for (long at = values; at != end; at += LANES_BYTES) {
            IntVector lanes = IntVector.fromMemorySegment(INTS, MEMORY, at, LITTLE_ENDIAN);
            for (int stage = 0; stage < LANES_SHIFT; stage++) {
                lanes = lanes.rearrange(PARTNERS[stage]).add(lanes.mul(SIGNS[stage]));
            }
            lanes.intoMemorySegment(MEMORY, at, LITTLE_ENDIAN);
        }
        for (int half = LANES; half < block; half *= 2) {
            long halfBytes = 4L * half;
            for (long start = values; start != end; start += 2 * halfBytes) {
                for (long low = start, high = start + halfBytes; low != start + halfBytes; low += LANES_BYTES) {
                    IntVector a = IntVector.fromMemorySegment(INTS, MEMORY, low, LITTLE_ENDIAN);
                    IntVector b = IntVector.fromMemorySegment(INTS, MEMORY, high, LITTLE_ENDIAN);
                    a.add(b).intoMemorySegment(MEMORY, low, LITTLE_ENDIAN);
                    a.sub(b).intoMemorySegment(MEMORY, high, LITTLE_ENDIAN);
                    high += LANES_BYTES;
                }
            }
        }
    }

    static long encode(long rotated, int components, long bits) {
        // Halves of the magnitudes apart: 4096 of them do not overflow a lane.
        IntVector lower = IntVector.zero(INTS);
        IntVector upper = IntVector.zero(INTS);
        for (int word = 0; word < components; word += Long.SIZE) {
            long set = 0;
            for (int i = 0; i < Long.SIZE; i += LANES) {
                IntVector lanes = IntVector.fromMemorySegment(INTS, MEMORY, rotated + 4L * (word + i), LITTLE_ENDIAN);
                IntVector magnitudes = lanes.abs();
                lower = lower.add(magnitudes.and(0xFFFF));
                upper = upper.add(magnitudes.lanewise(LSHR, 16));
                set |= lanes.compare(GE, 0).toLong() << i;
            }
            MEMORY.set(JAVA_LONG_UNALIGNED, bits + word / 8, set);
        }
        return lower.reduceLanes(ADD) + ((long) upper.reduceLanes(ADD) << 16);
    }

    static int encodeQuery(long rotated, int components, long planes) {
        IntVector most = IntVector.zero(INTS);
        for (int i = 0; i < components; i += LANES) {
            most = most.max(IntVector.fromMemorySegment(INTS, MEMORY, rotated + 4L * i, LITTLE_ENDIAN)
                    .abs());
        }
        int largest = most.reduceLanes(MAX);
        float inverse = largest == 0 ? 0f : BitQueryLayout.LEVEL_MAX / (float) largest;
        int planeBytes = components / Byte.SIZE;
        for (int word = 0; word < components; word += Long.SIZE) {
            long plane0 = 0;
            long plane1 = 0;
            long plane2 = 0;
            long plane3 = 0;
            for (int i = 0; i < Long.SIZE; i += LANES) {
                IntVector lanes = IntVector.fromMemorySegment(INTS, MEMORY, rotated + 4L * (word + i), LITTLE_ENDIAN);
                FloatVector scaled = (FloatVector) lanes.convert(I2F, 0);
                // Adding 1.5 · 2^23 rounds to the nearest, ties to even, and leaves the level in the lowest bits.
                IntVector levels = scaled.mul(inverse).add(NO_FRACTION).reinterpretAsInts();
                plane0 |= levels.lanewise(LSHL, 31).compare(LT, 0).toLong() << i;
                plane1 |= levels.lanewise(LSHL, 30).compare(LT, 0).toLong() << i;
                plane2 |= levels.lanewise(LSHL, 29).compare(LT, 0).toLong() << i;
                plane3 |= levels.lanewise(LSHL, 28).compare(LT, 0).toLong() << i;
            }
            long at = planes + word / 8;
            MEMORY.set(JAVA_LONG_UNALIGNED, at, plane0);
            MEMORY.set(JAVA_LONG_UNALIGNED, at + planeBytes, plane1);
            MEMORY.set(JAVA_LONG_UNALIGNED, at + 2L * planeBytes, plane2);
            MEMORY.set(JAVA_LONG_UNALIGNED, at + 3L * planeBytes, plane3);
        }
        return largest;
    }

    /**
     * Counts with the scalar instruction, which C2 finds in {@link Long#bitCount}: a code has too few words for vectors, and
     * where a processor cannot count in vectors C2 looks nibbles up.
     */
    static void scoreGather(long addresses, int count, long query, long scores) {
        int planeBytes = MEMORY.get(JAVA_INT_UNALIGNED, query + BitQueryLayout.COMPONENTS_OFFSET) / Byte.SIZE;
        int levelSum = MEMORY.get(JAVA_INT_UNALIGNED, query + BitQueryLayout.LEVEL_SUM_OFFSET);
        long planes = query + BitQueryLayout.HEADER_BYTES;
        for (int i = 0; i < count; i++) {
            long code = MEMORY.get(JAVA_LONG_UNALIGNED, addresses + 8L * i);
            int sum = 0;
            long at = planes;
            for (long word = code; word != code + planeBytes; word += Long.BYTES) {
                long bits = MEMORY.get(JAVA_LONG_UNALIGNED, word);
                sum += Long.bitCount(bits & MEMORY.get(JAVA_LONG_UNALIGNED, at))
                        + 2 * Long.bitCount(bits & MEMORY.get(JAVA_LONG_UNALIGNED, at + planeBytes))
                        + 4 * Long.bitCount(bits & MEMORY.get(JAVA_LONG_UNALIGNED, at + 2L * planeBytes))
                        - 8 * Long.bitCount(bits & MEMORY.get(JAVA_LONG_UNALIGNED, at + 3L * planeBytes));
                at += Long.BYTES;
            }
            MEMORY.set(JAVA_FLOAT_UNALIGNED, scores + 4L * i, Int8Score.of(2 * sum - levelSum, code, query));
        }
    }
}
