// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

import static dev.simonides.simd.GuardedMemory.getByte;
import static dev.simonides.simd.GuardedMemory.getFloat;
import static dev.simonides.simd.GuardedMemory.getInt;
import static dev.simonides.simd.GuardedMemory.setByte;
import static dev.simonides.simd.GuardedMemory.setFloat;
import static dev.simonides.simd.GuardedMemory.setInt;
import static dev.simonides.simd.GuardedMemory.setLong;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** 1-bit codes: the scalar tier does what the formulas say, and every other tier has its bits. */
final class BitKernelsTest {
    private static final Kernels ORACLE = Kernels.of(KernelTier.SCALAR);
    private static final int UNWRITTEN = 0xABCDEF01;

    /** One block, several, and as many as there can be: 15 blocks of 64, 63 of 64, 3 of 128, 1 of 4096. */
    private static final int[] DIMENSIONS = {
        1, 2, 7, 63, 64, 65, 100, 128, 129, 191, 192, 256, 320, 384, 511, 512, 640, 768, 960, 1000, 1024, 1536, 3072,
        4032, 4095, 4096
    };

    private final SplittableRandom random = new SplittableRandom(20261127);
    private final GuardedMemory memory = new GuardedMemory();

    @AfterEach
    void close() {
        memory.close();
    }

    // ---- the oracle ------------------------------------------------------------------------------------------------

    /** The matrices of the Javadoc, multiplied out in float64. */
    @Test
    void rotatesAsTheFormulaSays() {
        for (int dimension : new int[] {1, 63, 64, 100, 192, 384}) {
            int components = components(dimension);
            int block = Integer.lowestOneBit(components);
            long codes = codes(dimension);
            long signs = signs(components);
            long rotated = memory.block(8L * components, 3);

            ORACLE.bitRotate(codes, dimension, signs, rotated);

            double[] expected = new double[components];
            for (int i = 0; i < dimension; i++) {
                expected[i] = getByte(codes + i);
            }
            for (int round = 0; round < 3; round++) {
                double[] moved = new double[components];
                for (int at = 0; at < components; at++) {
                    int to = round == 0 ? at : at % block * (components / block) + at / block;
                    moved[to] = expected[at] * getInt(signs + 4L * (round * components + at));
                }
                expected = hadamard(moved, block);
            }
            for (int i = 0; i < components; i++) {
                assertEquals(expected[i], getInt(rotated + 4L * i), "component " + i + " of " + dimension);
            }
            memory.assertGuardsIntact();
        }
    }

    /** Entry (i, j) of the Walsh-Hadamard matrix is −1 to the number of ones in i & j. */
    private static double[] hadamard(double[] values, int block) {
        double[] products = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            for (int j = 0; j < block; j++) {
                int sign = (Integer.bitCount(i % block & j) & 1) == 0 ? 1 : -1;
                products[i] += sign * values[i / block * block + j];
            }
        }
        return products;
    }

    /** Angles stay, and lengths grow by block^1.5, also where components are as large as they get: nothing overflows. */
    @Test
    void keepsEveryAngle() {
        for (int dimension : DIMENSIONS) {
            int components = components(dimension);
            long signs = signs(components);
            long x = codes(dimension);
            long y = memory.block(dimension, 1);
            for (int i = 0; i < dimension; i++) {
                // The first sign flips undone: after one transform all of a block stands in one component.
                setByte(y + i, 127 * getInt(signs + 4L * i));
            }
            long rotatedX = memory.block(8L * components, 3);
            long rotatedY = memory.block(8L * components, 3);

            ORACLE.bitRotate(x, dimension, signs, rotatedX);
            ORACLE.bitRotate(y, dimension, signs, rotatedY);

            // All of it fits 63 bits, by Cauchy and Schwarz.
            long growth = (long) Math.pow(Integer.lowestOneBit(components), 3);
            assertEquals(growth * dot(x, y, dimension), rotatedDot(rotatedX, rotatedY, components));
            assertEquals(growth * dot(x, x, dimension), rotatedDot(rotatedX, rotatedX, components));
            assertEquals(growth * dot(y, y, dimension), rotatedDot(rotatedY, rotatedY, components));
            memory.clear();
        }
    }

    private static long dot(long x, long y, int dimension) {
        return IntStream.range(0, dimension)
                .mapToLong(i -> getByte(x + i) * getByte(y + i))
                .sum();
    }

    private static long rotatedDot(long x, long y, int components) {
        return IntStream.range(0, components)
                .mapToLong(i -> (long) getInt(x + 4L * i) * getInt(y + 4L * i))
                .reduce(0, Math::addExact);
    }

    @Test
    void encodesSignsAndLevels() {
        long rotated = memory.block(4 * 64, 1);
        for (int i = 0; i < 64; i++) {
            setInt(rotated + 4L * i, 0);
        }
        setInt(rotated, -14);
        setInt(rotated + 4, 5); // 2.5 rounds to the even 2
        setInt(rotated + 4 * 63, 3); // 1.5 rounds to the even 2
        setInt(rotated + 4 * 62, -1); // −0.5 rounds to 0
        long bits = memory.block(8, 1);
        long planes = memory.block(32, 1);

        assertEquals(23, ORACLE.bitEncode(rotated, 64, bits));
        assertEquals(14, ORACLE.bitEncodeQuery(rotated, 64, planes));

        assertEquals("fe ff ff ff ff ff ff bf", hex(bits, 8));
        assertEquals(
                "01 00 00 00 00 00 00 00 02 00 00 00 00 00 00 80 00 00 00 00 00 00 00 00 01 00 00 00 00 00 00 00",
                hex(planes, 32));
    }

    @Test
    void scoresByTheFormula() {
        long code = memory.block(16, 1);
        setLong(code, 0b110L);
        setFloat(code + 8, 0.5f);
        setFloat(code + 12, 10f);
        long query = memory.block(BitQueryLayout.bytes(64), 1);
        clear(query, BitQueryLayout.bytes(64));
        setInt(query + BitQueryLayout.COMPONENTS_OFFSET, 64);
        setInt(query + BitQueryLayout.FACTORS_OFFSET_OFFSET, 8);
        // Levels −8+1 = −7, 2+4 = 6, 1+2 = 3.
        setInt(query + BitQueryLayout.LEVEL_SUM_OFFSET, 2);
        setLong(query + 64, 0b101L);
        setLong(query + 72, 0b110L);
        setLong(query + 80, 0b010L);
        setLong(query + 88, 0b001L);
        setFloat(query + BitQueryLayout.SCORE_SCALE_OFFSET, 3f);
        setFloat(query + BitQueryLayout.NORM_WEIGHT_OFFSET, -1f);
        setFloat(query + BitQueryLayout.SCORE_OFFSET_OFFSET, 0.25f);
        long addresses = memory.block(8, 1);
        setLong(addresses, code);
        long score = memory.block(4, 1);

        ORACLE.bitScoreGather(addresses, 1, query, score, 0, 0);

        assertEquals((7 + 6 + 3) * 0.5f * 3f - 10f + 0.25f, getFloat(score));
    }

    // ---- every tier ------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource
    void rotatesAndEncodesLikeTheOracle(KernelTier tier) {
        Kernels kernels = present(tier);
        for (int dimension : DIMENSIONS) {
            for (boolean extreme : new boolean[] {false, true}) {
                int components = components(dimension);
                long signs = signs(components);
                long codes = codes(dimension);
                for (int i = 0; i < dimension && extreme; i++) {
                    setByte(codes + i, 127 * getInt(signs + 4L * i));
                }
                long expected = memory.block(8L * components, 1);
                long actual = memory.block(8L * components, 3);
                long expectedBits = memory.block(components / 8, 1);
                long actualBits = memory.block(components / 8, 5);
                long expectedPlanes = memory.block(components / 2, 1);
                long actualPlanes = memory.block(components / 2, 7);

                ORACLE.bitRotate(codes, dimension, signs, expected);
                kernels.bitRotate(codes, dimension, signs, actual);
                assertEquals(hex(expected, 4 * components), hex(actual, 4 * components), "rotated " + dimension);
                assertEquals(
                        ORACLE.bitEncode(expected, components, expectedBits),
                        kernels.bitEncode(actual, components, actualBits));
                assertEquals(hex(expectedBits, components / 8), hex(actualBits, components / 8), "bits " + dimension);
                assertEquals(
                        ORACLE.bitEncodeQuery(expected, components, expectedPlanes),
                        kernels.bitEncodeQuery(actual, components, actualPlanes));
                assertEquals(hex(expectedPlanes, components / 2), hex(actualPlanes, components / 2), "" + dimension);
                memory.assertGuardsIntact();
                memory.clear();
            }
        }
    }

    /** Halfway between two levels, everything zero, and the largest number there is. */
    @ParameterizedTest
    @EnumSource
    void roundsLevelsLikeTheOracle(KernelTier tier) {
        Kernels kernels = present(tier);
        for (int scale : new int[] {0, 1, 2, 1000, 0x7F000000 / 7}) {
            long rotated = memory.block(4 * 128, 1);
            for (int i = 0; i < 128; i++) {
                int halves = i == 0 ? -14 : random.nextInt(-14, 15);
                setInt(rotated + 4L * i, (int) (halves * (long) scale / 2));
            }
            long expected = memory.block(64, 1);
            long actual = memory.block(64, 3);

            int largest = ORACLE.bitEncodeQuery(rotated, 128, expected);

            assertEquals(7 * scale, largest);
            assertEquals(largest, kernels.bitEncodeQuery(rotated, 128, actual));
            assertEquals(hex(expected, 64), hex(actual, 64), "scale " + scale);
            assertEquals(ORACLE.bitEncode(rotated, 128, expected), kernels.bitEncode(rotated, 128, actual));
            memory.assertGuardsIntact();
        }
    }

    @ParameterizedTest
    @EnumSource
    void scoresHaveTheBitsOfTheOracle(KernelTier tier) {
        Kernels kernels = present(tier);
        for (int components = 64; components <= 4096; components += components < 1152 ? 64 : 1472) {
            long query = queryBlock(components);
            int pitch = components / 8 + 8 + 1;
            long codes = memory.block((long) Shapes.ROWS * pitch, 1);
            long addresses = memory.block(8L * Shapes.ROWS, 1);
            for (int i = 0; i < Shapes.ROWS; i++) {
                long code = codes + (long) i * pitch;
                for (int b = 0; b < components / 8; b++) {
                    // All ones and all zeros too, so that counts are as large as they get.
                    setByte(code + b, i == 0 ? 0xFF : i == 1 ? 0 : random.nextInt(256));
                }
                setFloat(code + components / 8, (float) random.nextDouble(0, 2));
                setFloat(code + components / 8 + 4, (float) random.nextDouble(0, 1000));
                // Listed backwards: an address is not to be guessed from the one before.
                setLong(addresses + 8L * (Shapes.ROWS - 1 - i), code);
            }
            long expected = memory.block(4L * Shapes.ROWS, 1);
            long actual = memory.block(4L * Shapes.ROWS, 7);
            ORACLE.bitScoreGather(addresses, Shapes.ROWS, query, expected, 0, 0);
            for (int count : Shapes.COUNTS) {
                for (int aheadBytes : new int[] {0, pitch}) {
                    for (int i = 0; i < Shapes.ROWS; i++) {
                        setInt(actual + 4L * i, UNWRITTEN);
                    }
                    kernels.bitScoreGather(addresses, count, query, actual, codes + 1, aheadBytes);
                    for (int i = 0; i < Shapes.ROWS; i++) {
                        int wanted = i < count ? getInt(expected + 4L * i) : UNWRITTEN;
                        assertEquals(wanted, getInt(actual + 4L * i), i + " of " + count + " at " + components);
                    }
                }
            }
            memory.assertGuardsIntact();
            memory.clear();
        }
    }

    /** Planes at random, and for the largest sums: all of them set, and all but the one that counts −8. */
    private long queryBlock(int components) {
        long query = memory.block(BitQueryLayout.bytes(components), 9);
        clear(query, BitQueryLayout.HEADER_BYTES);
        for (int b = 0; b < components / 2; b++) {
            int whole = b < 3 * components / 8 ? 0xFF : 0;
            setByte(query + BitQueryLayout.HEADER_BYTES + b, components % 128 == 0 ? random.nextInt(256) : whole);
        }
        setInt(query + BitQueryLayout.COMPONENTS_OFFSET, components);
        setInt(query + BitQueryLayout.FACTORS_OFFSET_OFFSET, components / 8);
        setInt(query + BitQueryLayout.LEVEL_SUM_OFFSET, random.nextInt(-components, components));
        setFloat(query + BitQueryLayout.SCORE_SCALE_OFFSET, (float) random.nextDouble(1e-4, 2));
        setFloat(query + BitQueryLayout.NORM_WEIGHT_OFFSET, (float) random.nextDouble(-1, 1));
        setFloat(query + BitQueryLayout.SCORE_OFFSET_OFFSET, (float) random.nextDouble(-1000, 1000));
        return query;
    }

    /** Everything read ends where mapped memory ends: a byte more and the process dies. */
    @ParameterizedTest
    @EnumSource
    void readsNothingBehindItsShapes(KernelTier tier) {
        assumeTrue(PosixCalls.mapsMemory(), "memory is mapped on Linux only");
        Kernels kernels = present(tier);
        try (EdgeMemory documents = new EdgeMemory();
                EdgeMemory queries = new EdgeMemory()) {
            long results = memory.block(64 << 10, 0);
            long addresses = memory.block(8, 0);
            for (int dimension : DIMENSIONS) {
                int components = components(dimension);
                kernels.bitRotate(documents.block(dimension), dimension, queries.block(12L * components), results);
                kernels.bitRotate(queries.block(dimension), dimension, results, documents.block(8L * components));
                kernels.bitEncode(documents.block(4L * components), components, queries.block(components / 8));
                kernels.bitEncodeQuery(documents.block(4L * components), components, queries.block(components / 2));
                long block = queries.block(BitQueryLayout.bytes(components));
                setInt(block + BitQueryLayout.COMPONENTS_OFFSET, components);
                setInt(block + BitQueryLayout.FACTORS_OFFSET_OFFSET, components / 8);
                setLong(addresses, documents.block(components / 8 + 8));
                kernels.bitScoreGather(addresses, 1, block, results, 0, 0);
            }
            assertTrue(getFloat(results) < Float.POSITIVE_INFINITY);
            memory.assertGuardsIntact();
        }
    }

    private static Kernels present(KernelTier tier) {
        return switch (KernelSelection.offer(tier)) {
            case KernelSelection.Offer.Present(Kernels kernels, String remark) -> kernels;
            case KernelSelection.Offer.Absent(String reason) -> {
                assumeTrue(false, tier.label() + ": " + reason);
                yield ORACLE;
            }
        };
    }

    private static int components(int dimension) {
        return (dimension + 63) / 64 * 64;
    }

    private long codes(int dimension) {
        long codes = memory.block(dimension, 1);
        for (int i = 0; i < dimension; i++) {
            setByte(codes + i, random.nextInt(-127, 128));
        }
        return codes;
    }

    private long signs(int components) {
        long signs = memory.block(12L * components, 1);
        for (int i = 0; i < 3 * components; i++) {
            setInt(signs + 4L * i, random.nextBoolean() ? 1 : -1);
        }
        return signs;
    }

    private static void clear(long address, int bytes) {
        for (int i = 0; i < bytes; i++) {
            setByte(address + i, 0);
        }
    }

    private static String hex(long address, int bytes) {
        StringBuilder text = new StringBuilder(3 * bytes);
        for (int i = 0; i < bytes; i++) {
            int value = getByte(address + i) & 0xFF;
            text.append(i == 0 ? "" : " ")
                    .append(Character.forDigit(value >> 4, 16))
                    .append(Character.forDigit(value & 15, 16));
        }
        return text.toString();
    }
}
