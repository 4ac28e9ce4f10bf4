// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

import static dev.simonides.simd.GuardedMemory.getByte;
import static dev.simonides.simd.GuardedMemory.getFloat;
import static dev.simonides.simd.GuardedMemory.getInt;
import static dev.simonides.simd.GuardedMemory.getShort;
import static dev.simonides.simd.GuardedMemory.setByte;
import static dev.simonides.simd.GuardedMemory.setFloat;
import static dev.simonides.simd.GuardedMemory.setInt;
import static dev.simonides.simd.GuardedMemory.setLong;
import static dev.simonides.simd.GuardedMemory.setShort;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What every tier owes: the oracle's bits for INT8, quantisation and conversions, the stated bound for sums of floats,
 * over all shapes, at odd addresses and pitches, and not a byte read or written outside them.
 */
abstract class KernelsContract {
    private static final Kernels ORACLE = Kernels.of(KernelTier.SCALAR);

    /** What results hold before a kernel writes them, and after, where it must not write. */
    private static final int UNWRITTEN = 0xABCDEF01;

    /** Vectors to quantise at a time. */
    private static final int QUANTIZED = 9;

    private final KernelTier tier;
    private final SplittableRandom random = new SplittableRandom(1);
    private GuardedMemory memory;
    private Kernels kernels;

    KernelsContract(KernelTier tier) {
        this.tier = tier;
    }

    /** Skips a tier that this machine has not got; {@link KernelSelectionTest} says which one it must have. */
    @BeforeEach
    void open() {
        switch (KernelSelection.offer(tier)) {
            case KernelSelection.Offer.Present(Kernels present, String remark) -> kernels = present;
            case KernelSelection.Offer.Absent(String reason) -> assumeTrue(false, tier.label() + ": " + reason);
        }
        memory = new GuardedMemory();
    }

    @AfterEach
    void close() {
        if (memory != null) {
            memory.close();
        }
    }

    @Test
    void saysWhichTierItIs() {
        assertEquals(tier, kernels.tier());
    }

    // ---- INT8 ------------------------------------------------------------------------------------------------------

    /** How codes are chosen: at random, or so that sums are as large as they get. */
    enum Codes {
        RANDOM,
        ALL_LARGEST,
        OPPOSITE,
        ALTERNATING;

        int code(SplittableRandom random, int index, boolean query) {
            return switch (this) {
                case RANDOM -> random.nextInt(-127, 128);
                case ALL_LARGEST -> 127;
                case OPPOSITE -> query ? 127 : -127;
                case ALTERNATING -> (index & 1) == 0 ? 127 : -127;
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void int8DotIsExact(Codes codes) {
        for (int dimension : Shapes.dimensions()) {
            Rows rows = int8Rows(codes, dimension, dimension);
            long query = memory.block(dimension, 5);
            fillQuery(codes, query, dimension);
            long dots = memory.block(4L * Shapes.ROWS, 3);
            int[] expected = new int[Shapes.ROWS];
            for (int i = 0; i < Shapes.ROWS; i++) {
                expected[i] = ORACLE.int8Dot(rows.row(i), query, dimension);
                assertEquals(expected[i], kernels.int8Dot(rows.row(i), query, dimension), "dimension " + dimension);
            }
            for (int count : Shapes.COUNTS) {
                fillResults(dots);
                kernels.int8DotBulk(rows.first, rows.pitch, count, query, dimension, dots);
                assertInts(expected, dots, count, dimension);
                fillResults(dots);
                kernels.int8DotGather(rows.addresses, count, query, dimension, dots);
                assertInts(expected, dots, count, dimension);
            }
            memory.assertGuardsIntact();
            memory.clear();
        }
    }

    @ParameterizedTest
    @EnumSource
    void int8ScoresHaveTheBitsOfTheOracle(Codes codes) {
        for (int dimension : Shapes.dimensions()) {
            int factorsOffset = (dimension + 3) / 4 * 4;
            Rows rows = int8Rows(codes, dimension, factorsOffset + 8);
            for (int i = 0; i < Shapes.ROWS; i++) {
                setFloat(rows.row(i) + factorsOffset, (float) random.nextDouble(0, 2));
                setFloat(rows.row(i) + factorsOffset + 4, (float) random.nextDouble(0, 1000));
            }
            long query = queryBlock(codes, dimension, factorsOffset);
            long scores = memory.block(4L * Shapes.ROWS, 7);
            float[] expected = new float[Shapes.ROWS];
            for (int i = 0; i < Shapes.ROWS; i++) {
                expected[i] = expectedScore(rows.row(i), query, dimension, factorsOffset);
            }
            for (int count : Shapes.COUNTS) {
                fillResults(scores);
                kernels.int8ScoreBulk(rows.first, rows.pitch, count, query, scores);
                assertFloats(expected, scores, count, dimension);
                fillResults(scores);
                kernels.int8ScoreGather(rows.addresses, count, query, scores, 0, 0);
                assertFloats(expected, scores, count, dimension);
                fillResults(scores);
                kernels.int8ScoreGather(rows.addresses, count, query, scores, rows.first + 1, dimension);
                assertFloats(expected, scores, count, dimension);
            }
            memory.assertGuardsIntact();
            memory.clear();
        }
    }

    /** The formula of the Javadoc, written out once more. */
    private static float expectedScore(long code, long query, int dimension, int factorsOffset) {
        int dot = ORACLE.int8Dot(code, query + 64, dimension);
        float scaled = (float) dot * getFloat(code + factorsOffset);
        scaled = scaled * getFloat(query + 16);
        float norm = getFloat(code + factorsOffset + 4) * getFloat(query + 20);
        float score = scaled + norm;
        return score + getFloat(query + 24);
    }

    private long queryBlock(Codes codes, int dimension, int factorsOffset) {
        int bytes = Int8QueryLayout.bytes(dimension);
        long query = memory.block(bytes, 9);
        for (int i = 0; i < bytes; i++) {
            setByte(query + i, 0);
        }
        int sum = fillQuery(codes, query + Int8QueryLayout.HEADER_BYTES, dimension);
        setInt(query + Int8QueryLayout.DIMENSION_OFFSET, dimension);
        setInt(query + Int8QueryLayout.FACTORS_OFFSET_OFFSET, factorsOffset);
        setInt(query + Int8QueryLayout.BIAS_CORRECTION_OFFSET, 128 * sum);
        setFloat(query + Int8QueryLayout.SCORE_SCALE_OFFSET, (float) random.nextDouble(1e-4, 2));
        setFloat(query + Int8QueryLayout.NORM_WEIGHT_OFFSET, (float) random.nextDouble(-1, 1));
        setFloat(query + Int8QueryLayout.SCORE_OFFSET_OFFSET, (float) random.nextDouble(-1000, 1000));
        setInt(query + Int8QueryLayout.CODE_SUM_OFFSET, sum);
        return query;
    }

    @Test
    void int8UnbiasTakesTheBiasOut() {
        for (int dimension : Shapes.dimensions()) {
            Rows rows = int8Rows(Codes.RANDOM, dimension, dimension);
            long expected = memory.block(dimension, 1);
            long actual = memory.block(dimension, 11);

            int expectedSum = ORACLE.int8Unbias(rows.row(0), dimension, expected);
            int actualSum = kernels.int8Unbias(rows.row(0), dimension, actual);

            assertEquals(expectedSum, actualSum, "dimension " + dimension);
            assertBytes(expected, actual, dimension);
            memory.assertGuardsIntact();
            memory.clear();
        }
    }

    // ---- quantisation and conversions ------------------------------------------------------------------------------

    /** How components are chosen: everything that could make two ways to round differ. */
    enum Components {
        RANDOM,
        HALVES,
        ZERO,
        TINY,
        LARGE,
        MIXED,
        ONE_LARGE;

        float component(SplittableRandom random, int index) {
            return switch (this) {
                case RANDOM -> (float) random.nextDouble(-1, 1);
                // With 127 among them the scale is 1, and every other component lies between two codes.
                case HALVES -> index == 0 ? -127 : random.nextInt(-127, 127) + 0.5f;
                case ZERO -> (index & 1) == 0 ? 0f : -0f;
                case TINY -> (random.nextBoolean() ? 0x1p-100f : -0x1p-101f) * (index == 0 ? 0.5f : 1f);
                case LARGE -> (float) random.nextDouble(-Float.MAX_VALUE, Float.MAX_VALUE);
                case MIXED -> (float) (random.nextDouble(-1, 1) * Math.pow(2, random.nextInt(-90, 90)));
                case ONE_LARGE -> index == 3 ? -1000f : (float) random.nextDouble(-1, 1);
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void quantisationHasTheBitsOfTheOracle(Components components) {
        for (int dimension : Shapes.dimensions()) {
            Rows rows = rows(QUANTIZED, 4L * dimension);
            for (int i = 0; i < QUANTIZED; i++) {
                for (int d = 0; d < dimension; d++) {
                    setFloat(rows.row(i) + 4L * d, components.component(random, d));
                }
            }
            assertQuantizes(rows, dimension, ORACLE::int8QuantizeQuery, new Quantizer() {
                @Override
                public float single(long vector, int dim, long codes) {
                    return kernels.int8QuantizeQuery(vector, dim, codes);
                }

                @Override
                public void bulk(Rows vectors, int dim, Rows codes, long scales) {
                    kernels.int8QuantizeQueryBulk(
                            vectors.first, vectors.pitch, QUANTIZED, dim, codes.first, codes.pitch, scales);
                }

                @Override
                public void gather(Rows vectors, int dim, Rows codes, long scales) {
                    kernels.int8QuantizeQueryGather(vectors.addresses, QUANTIZED, dim, codes.addresses, scales);
                }
            });
            assertQuantizes(rows, dimension, ORACLE::int8QuantizeDocument, new Quantizer() {
                @Override
                public float single(long vector, int dim, long codes) {
                    return kernels.int8QuantizeDocument(vector, dim, codes);
                }

                @Override
                public void bulk(Rows vectors, int dim, Rows codes, long scales) {
                    kernels.int8QuantizeDocumentBulk(
                            vectors.first, vectors.pitch, QUANTIZED, dim, codes.first, codes.pitch, scales);
                }

                @Override
                public void gather(Rows vectors, int dim, Rows codes, long scales) {
                    kernels.int8QuantizeDocumentGather(vectors.addresses, QUANTIZED, dim, codes.addresses, scales);
                }
            });
            memory.clear();
        }
    }

    /** A quantisation of the oracle. */
    private interface Oracle {
        float quantize(long vector, int dimension, long codes);
    }

    /** The three forms of a quantisation, over {@link #QUANTIZED} vectors. */
    private interface Quantizer {
        float single(long vector, int dimension, long codes);

        void bulk(Rows vectors, int dimension, Rows codes, long scales);

        void gather(Rows vectors, int dimension, Rows codes, long scales);
    }

    private void assertQuantizes(Rows rows, int dimension, Oracle oracle, Quantizer quantizer) {
        Rows expected = rows(QUANTIZED, dimension);
        Rows actual = rows(QUANTIZED, dimension);
        long scales = memory.block(4L * Shapes.ROWS, 3);
        float[] expectedScales = new float[QUANTIZED];
        for (int i = 0; i < QUANTIZED; i++) {
            expectedScales[i] = oracle.quantize(rows.row(i), dimension, expected.row(i));
            assertEquals(expectedScales[i], quantizer.single(rows.row(i), dimension, actual.row(i)));
        }
        assertCodes(expected, actual, dimension);
        fillResults(scales);
        quantizer.bulk(rows, dimension, actual, scales);
        assertFloats(expectedScales, scales, QUANTIZED, dimension);
        assertCodes(expected, actual, dimension);
        fillResults(scales);
        quantizer.gather(rows, dimension, actual, scales);
        assertFloats(expectedScales, scales, QUANTIZED, dimension);
        assertCodes(expected, actual, dimension);
        memory.assertGuardsIntact();
    }

    /** Compares codes, and wipes the actual ones for the next form. */
    private static void assertCodes(Rows expected, Rows actual, int dimension) {
        for (int i = 0; i < QUANTIZED; i++) {
            assertBytes(expected.row(i), actual.row(i), dimension);
            for (int d = 0; d < dimension; d++) {
                setByte(actual.row(i) + d, 0x55);
            }
        }
    }

    @Test
    void everyHalfWidensExactly() {
        int count = 1 << 16;
        long halves = memory.block(2L * count, 1);
        long floats = memory.block(4L * count, 1);
        for (int bits = 0; bits < count; bits++) {
            boolean nan = (bits & 0x7C00) == 0x7C00 && (bits & 0x3FF) != 0;
            setShort(halves + 2L * bits, nan ? 0 : bits);
        }

        kernels.f16ToF32(halves, count, floats);

        for (int i = 0; i < count; i++) {
            float expected = Float.float16ToFloat(getShort(halves + 2L * i));
            int bits = i;
            assertEquals(
                    Float.floatToRawIntBits(expected),
                    getInt(floats + 4L * i),
                    () -> "half " + Integer.toHexString(bits));
        }
        memory.assertGuardsIntact();
    }

    /** Every half, the middle between it and the next one, and the floats on both sides of that middle. */
    @Test
    void floatsRoundToTheNearestHalfWithTiesToEven() {
        int count = 0x7C00 * 4 * 2;
        long floats = memory.block(4L * count, 1);
        long halves = memory.block(2L * count, 1);
        int filled = 0;
        for (int bits = 0; bits < 0x7C00; bits++) {
            float half = Float.float16ToFloat((short) bits);
            // Above the largest half stands 65536, which would be the next one.
            float next = bits == 0x7BFF ? 65536 : Float.float16ToFloat((short) (bits + 1));
            float middle = (half + next) / 2;
            for (float value : new float[] {half, middle, Math.nextDown(middle), Math.nextUp(middle)}) {
                setFloat(floats + 4L * filled++, value);
                setFloat(floats + 4L * filled++, -value);
            }
        }

        kernels.f32ToF16(floats, filled, halves);

        for (int i = 0; i < filled; i++) {
            float value = getFloat(floats + 4L * i);
            assertEquals(Float.floatToFloat16(value), getShort(halves + 2L * i), () -> "float " + value);
        }
        memory.assertGuardsIntact();
    }

    @Test
    void conversionsKeepToTheirShapes() {
        for (int dimension : Shapes.dimensions()) {
            long floats = memory.block(4L * dimension, 1);
            long halves = memory.block(2L * dimension, 1);
            long back = memory.block(4L * dimension, 1);
            for (int d = 0; d < dimension; d++) {
                setFloat(floats + 4L * d, random.nextInt(-2048, 2049));
            }

            kernels.f32ToF16(floats, dimension, halves);
            kernels.f16ToF32(halves, dimension, back);

            assertBytes(floats, back, 4 * dimension);
            memory.assertGuardsIntact();
            memory.clear();
        }
    }

    // ---- sums of floats --------------------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource
    void sumsOfFloatsStayWithinTheBound(FloatKernel kernel) {
        for (int dimension : Shapes.dimensions()) {
            Rows rows = rows(Shapes.ROWS, (long) kernel.componentBytes() * dimension);
            long query = memory.block(4L * dimension, 1);
            for (int d = 0; d < dimension; d++) {
                setFloat(query + 4L * d, (float) (random.nextDouble(-1, 1) * Math.pow(10, random.nextInt(-3, 3))));
                for (int i = 0; i < Shapes.ROWS; i++) {
                    double component = random.nextDouble(-1, 1) * Math.pow(10, random.nextInt(-7, 4));
                    kernel.setComponent(rows.row(i), d, (float) component);
                }
            }
            float[] singles = new float[Shapes.ROWS];
            for (int i = 0; i < Shapes.ROWS; i++) {
                singles[i] = kernel.single(kernels, rows.row(i), query, dimension);
                assertWithinBound(kernel, rows.row(i), query, dimension, singles[i]);
            }
            if (tier == KernelTier.VECTOR_API) {
                assertBatchesWithinBound(kernel, rows, query, dimension);
            } else {
                assertBatchesEqual(kernel, rows, query, dimension, singles);
            }
            memory.clear();
        }
    }

    /** The Vector API leaves the order of a reduction open, and takes another one once it is compiled. */
    private void assertBatchesWithinBound(FloatKernel kernel, Rows rows, long query, int dimension) {
        long results = memory.block(4L * Shapes.ROWS, 5);
        kernel.bulk(kernels, rows.first, rows.pitch, Shapes.ROWS, query, dimension, results);
        for (int i = 0; i < Shapes.ROWS; i++) {
            assertWithinBound(kernel, rows.row(i), query, dimension, getFloat(results + 4L * i));
        }
        kernel.gather(kernels, rows.addresses, Shapes.ROWS, query, dimension, results);
        for (int i = 0; i < Shapes.ROWS; i++) {
            assertWithinBound(kernel, rows.row(i), query, dimension, getFloat(results + 4L * i));
        }
        memory.assertGuardsIntact();
    }

    /** |actual − oracle| ≤ (dim + 8) · u · Σ|t| + dim · 2^-149 and half a unit in the last place of the oracle. */
    private static void assertWithinBound(FloatKernel kernel, long vector, long query, int dimension, float actual) {
        float expected = kernel.single(ORACLE, vector, query, dimension);
        double magnitude = 0;
        for (int d = 0; d < dimension; d++) {
            magnitude += Math.abs(kernel.term(kernel.component(vector, d), getFloat(query + 4L * d)));
        }
        double bound = (dimension + 8) * 0x1p-24 * magnitude + dimension * 0x1p-149 + Math.ulp(expected) / 2;
        double error = Math.abs((double) actual - expected);
        assertTrue(error <= bound, () -> kernel + " at " + dimension + ": " + actual + " for " + expected);
    }

    /** Sums of small integers are exact in any order, so that not a single component may be lost or doubled. */
    @ParameterizedTest
    @EnumSource
    void sumsOfSmallIntegersAreExact(FloatKernel kernel) {
        for (int dimension : Shapes.dimensions()) {
            Rows rows = rows(Shapes.ROWS, (long) kernel.componentBytes() * dimension);
            long query = memory.block(4L * dimension, 1);
            for (int d = 0; d < dimension; d++) {
                setFloat(query + 4L * d, random.nextInt(-9, 10) | 1);
                for (int i = 0; i < Shapes.ROWS; i++) {
                    kernel.setComponent(rows.row(i), d, (random.nextInt(-10, 11) & -2) | 4);
                }
            }
            float[] expected = new float[Shapes.ROWS];
            for (int i = 0; i < Shapes.ROWS; i++) {
                expected[i] = kernel.single(ORACLE, rows.row(i), query, dimension);
                assertEquals(expected[i], kernel.single(kernels, rows.row(i), query, dimension));
            }
            assertBatchesEqual(kernel, rows, query, dimension, expected);
            memory.clear();
        }
    }

    private void assertBatchesEqual(FloatKernel kernel, Rows rows, long query, int dimension, float[] expected) {
        long results = memory.block(4L * Shapes.ROWS, 5);
        for (int count : Shapes.COUNTS) {
            fillResults(results);
            kernel.bulk(kernels, rows.first, rows.pitch, count, query, dimension, results);
            assertFloats(expected, results, count, dimension);
            fillResults(results);
            kernel.gather(kernels, rows.addresses, count, query, dimension, results);
            assertFloats(expected, results, count, dimension);
        }
        memory.assertGuardsIntact();
    }

    // ---- bounds ----------------------------------------------------------------------------------------------------

    /** Everything read ends where mapped memory ends: a byte more and the process dies. */
    @Test
    void readsNothingBehindItsShapes() {
        assumeTrue(PosixCalls.mapsMemory(), "memory is mapped on Linux only");
        try (EdgeMemory vectors = new EdgeMemory();
                EdgeMemory queries = new EdgeMemory()) {
            long results = memory.block(64 << 10, 0);
            for (int dimension : Shapes.dimensions()) {
                long query = queries.block(dimension);
                kernels.int8Dot(vectors.block(dimension), query, dimension);
                kernels.int8DotBulk(vectors.block(7L * dimension), dimension, 7, query, dimension, results);
                kernels.int8Unbias(vectors.block(dimension), dimension, results);

                long block = queries.block(Int8QueryLayout.bytes(dimension));
                setInt(block + Int8QueryLayout.DIMENSION_OFFSET, dimension);
                setInt(block + Int8QueryLayout.FACTORS_OFFSET_OFFSET, dimension);
                kernels.int8ScoreBulk(vectors.block(7L * (dimension + 8)), dimension + 8, 7, block, results);

                long floats = queries.block(4L * dimension);
                for (FloatKernel kernel : FloatKernel.values()) {
                    long bytes = (long) kernel.componentBytes() * dimension;
                    kernel.single(kernels, vectors.block(bytes), floats, dimension);
                    kernel.bulk(kernels, vectors.block(7 * bytes), bytes, 7, floats, dimension, results);
                }
                kernels.int8QuantizeQuery(floats, dimension, results);
                kernels.f32ToF16(floats, dimension, results);
                kernels.f16ToF32(vectors.block(2L * dimension), dimension, results);
            }
            memory.assertGuardsIntact();
        }
    }

    // ---- rows and comparisons --------------------------------------------------------------------------------------

    /** Rows a pitch apart, and their addresses in the same order. */
    private record Rows(long first, long pitch, long addresses) {
        long row(int i) {
            return first + i * pitch;
        }
    }

    /** The pitch is odd and the bytes between rows are filled, so that reading past a row shows. */
    private Rows rows(int count, long bytes) {
        long pitch = (bytes + 1) | 1;
        long first = memory.block(count * pitch, 1);
        long addresses = memory.block(8L * count, 1);
        for (int i = 0; i < count; i++) {
            setLong(addresses + 8L * i, first + i * pitch);
        }
        return new Rows(first, pitch, addresses);
    }

    private Rows int8Rows(Codes codes, int dimension, int bytes) {
        Rows rows = rows(Shapes.ROWS, bytes);
        for (int i = 0; i < Shapes.ROWS; i++) {
            for (int d = 0; d < dimension; d++) {
                setByte(rows.row(i) + d, codes.code(random, d, false) + 128);
            }
        }
        return rows;
    }

    private int fillQuery(Codes codes, long query, int dimension) {
        int sum = 0;
        for (int d = 0; d < dimension; d++) {
            int code = codes.code(random, d, true);
            setByte(query + d, code);
            sum += code;
        }
        return sum;
    }

    private static void fillResults(long results) {
        for (int i = 0; i < Shapes.ROWS; i++) {
            setInt(results + 4L * i, UNWRITTEN);
        }
    }

    private static void assertInts(int[] expected, long actual, int count, int dimension) {
        for (int i = 0; i < Shapes.ROWS; i++) {
            int wanted = i < count ? expected[i] : UNWRITTEN;
            if (wanted != getInt(actual + 4L * i)) {
                assertEquals(wanted, getInt(actual + 4L * i), message(i, count, dimension));
            }
        }
    }

    private static void assertFloats(float[] expected, long actual, int count, int dimension) {
        for (int i = 0; i < Shapes.ROWS; i++) {
            int wanted = i < count ? Float.floatToRawIntBits(expected[i]) : UNWRITTEN;
            if (wanted != getInt(actual + 4L * i)) {
                float value = Float.intBitsToFloat(wanted);
                assertEquals(value, getFloat(actual + 4L * i), message(i, count, dimension));
            }
        }
    }

    private static String message(int i, int count, int dimension) {
        return "result " + i + " of " + count + " at dimension " + dimension;
    }

    private static void assertBytes(long expected, long actual, int bytes) {
        for (int i = 0; i < bytes; i++) {
            if (getByte(expected + i) != getByte(actual + i)) {
                assertEquals(getByte(expected + i), getByte(actual + i), "byte " + i + " of " + bytes);
            }
        }
    }
}
