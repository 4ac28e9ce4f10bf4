// SPDX-License-Identifier: Apache-2.0
package dev.simonides.quantization;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.simd.Int8QueryLayout;
import dev.simonides.simd.Kernels;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Bytes, sizes, limits and refusals of {@link VectorCodec}, by example. */
class VectorCodecTest {
    private static final int SMALLEST_NORMAL_ABOVE_F16_MAX = Float.floatToIntBits(VectorCodec.F16_MAX) + 1;

    @ParameterizedTest
    @CsvSource({
        "1, 12, 64, 2, 128",
        "3, 12, 64, 6, 128",
        "4, 12, 64, 8, 128",
        "56, 64, 64, 112, 128",
        "57, 68, 128, 114, 128",
        "384, 392, 448, 768, 448",
        "768, 776, 832, 1536, 832",
        "4096, 4104, 4160, 8192, 4160"
    })
    void statesTheSizesOfItsPieces(int dimension, int code, int pitch, int original, int query) {
        VectorCodec codec = VectorCodec.of(dimension, Similarity.COSINE, OriginalFormat.F16, Kernels.best());

        assertEquals(code, codec.codeBytes());
        assertEquals(pitch, codec.codePitch());
        assertEquals(original, codec.originalBytes());
        assertEquals(query, codec.queryBytes());
        assertEquals(5 * dimension, codec.exactQueryBytes());
    }

    @ParameterizedTest
    @CsvSource({"0", "-1", "4097"})
    void refusesADimensionOutOfRange(int dimension) {
        Throwable refusal = assertThrows(
                IllegalArgumentException.class,
                () -> VectorCodec.of(dimension, Similarity.DOT, OriginalFormat.NONE, Kernels.best()));

        assertEquals("dimension: expected=1..4096, actual=" + dimension, refusal.getMessage());
    }

    @Test
    void writesTheBytesOfTheFormat() {
        try (CodecWorkspace workspace = workspace(3, Similarity.DOT, OriginalFormat.F16)) {
            workspace.encode(new float[] {1f, -0.5f, 0.25f});

            // 127, −63.5 to even, 31.75 rounded: biased by 128; one byte of padding; two factors.
            float scale = 1f / 127f;
            float squaredNorm = (float) ((double) scale * scale * (127 * 127 + 64 * 64 + 32 * 32));
            ByteBuffer expected = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
            expected.put((byte) 255).put((byte) 64).put((byte) 160).put((byte) 0);
            expected.putFloat(scale).putFloat(squaredNorm);
            assertArrayEquals(expected.array(), CodecWorkspace.bytes(workspace.code));
            assertArrayEquals(
                    new byte[] {0x00, 0x3C, 0x00, (byte) 0xB8, 0x00, 0x34}, CodecWorkspace.bytes(workspace.original));
        }
    }

    @Test
    void keepsTheUnitVectorAndTheNormOfTheCodeUnderCosine() {
        try (CodecWorkspace workspace = workspace(2, Similarity.COSINE, OriginalFormat.F32)) {
            workspace.encode(new float[] {30f, -40f});

            assertArrayEquals(new int[] {95, -127}, workspace.codes());
            assertEquals((float) (1 / Math.sqrt(95 * 95 + 127 * 127)), workspace.factor0());
            assertEquals(1f, workspace.factor1(), 0x1p-22f);
            float[] original = new float[2];
            workspace.codec.decodeOriginal(workspace.original.address(), original);
            assertArrayEquals(new float[] {0.6f, -0.8f}, original);
        }
    }

    @ParameterizedTest
    @EnumSource(Similarity.class)
    void writesTheQueryHeaderOfTheSimilarity(Similarity similarity) {
        try (CodecWorkspace workspace = workspace(5, similarity, OriginalFormat.NONE)) {
            workspace.encodeQuery(new float[] {127f, -3f, 0f, 10f, -1f});

            int squaredNorm = 127 * 127 + 9 + 100 + 1;
            float inverse = (float) (1 / Math.sqrt(squaredNorm));
            float[] expected = switch (similarity) {
                case COSINE -> new float[] {inverse, 0f, 0f};
                case DOT -> new float[] {1f, 0f, 0f};
                case EUCLIDEAN -> new float[] {2f, -1f, -squaredNorm};
            };
            ByteBuffer block = workspace.query.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
            assertEquals(5, block.getInt(Int8QueryLayout.DIMENSION_OFFSET));
            assertEquals(8, block.getInt(Int8QueryLayout.FACTORS_OFFSET_OFFSET));
            assertEquals(128 * 133, block.getInt(Int8QueryLayout.BIAS_CORRECTION_OFFSET));
            assertEquals(0, block.getInt(Int8QueryLayout.RESERVED_OFFSET));
            assertEquals(expected[0], block.getFloat(Int8QueryLayout.SCORE_SCALE_OFFSET));
            assertEquals(expected[1], block.getFloat(Int8QueryLayout.NORM_WEIGHT_OFFSET));
            assertEquals(expected[2], block.getFloat(Int8QueryLayout.SCORE_OFFSET_OFFSET));
            assertEquals(133, block.getInt(Int8QueryLayout.CODE_SUM_OFFSET));
            byte[] codesAndPadding = new byte[128 - 64];
            block.get(Int8QueryLayout.HEADER_BYTES, codesAndPadding);
            assertArrayEquals(Arrays.copyOf(new byte[] {127, -3, 0, 10, -1}, 64), codesAndPadding);
        }
    }

    @ParameterizedTest
    @EnumSource(Similarity.class)
    void refusesWhatIsNoVectorOfTheStore(Similarity similarity) {
        float[] notNumber = {0f, 1f, Float.NaN, 2f};
        float[] infinite = {1f, Float.NEGATIVE_INFINITY, Float.NaN, 2f};

        assertRefused(similarity, OriginalFormat.F16, new float[3], "dimension: expected=4, actual=3");
        assertRefused(similarity, OriginalFormat.F16, new float[0], "dimension: expected=4, actual=0");
        assertRefused(similarity, OriginalFormat.F16, notNumber, "component 2: expected a finite number, actual=NaN");
        assertRefused(
                similarity, OriginalFormat.F16, infinite, "component 1: expected a finite number, actual=-Infinity");
    }

    @Test
    void refusesAZeroVectorUnderCosine() {
        float[] zero = {0f, -0f, 0f, 0f};

        assertRefused(
                Similarity.COSINE,
                OriginalFormat.F32,
                zero,
                "vector: expected a direction, which cosine similarity compares, actual=all 4 components are zero");
    }

    @ParameterizedTest
    @EnumSource(names = "COSINE", mode = EnumSource.Mode.EXCLUDE)
    void storesAZeroVectorWhereItHasAMeaning(Similarity similarity) {
        try (CodecWorkspace workspace = workspace(4, similarity, OriginalFormat.F16)) {
            workspace.encode(new float[4]);
            workspace.encodeQuery(new float[] {0f, 2f, 0f, 0f});

            float expected = similarity == Similarity.DOT ? 0f : -4f;
            assertEquals(Optional.empty(), workspace.codec.defect(workspace.code.address()));
            assertArrayEquals(new float[4], workspace.decoded());
            assertEquals(expected, workspace.score(), 0x1p-20f);
            assertEquals(expected, workspace.rescore());
            workspace.encodeQuery(new float[4]);
            assertEquals(0f, workspace.score());
            assertEquals(0f, workspace.codec.distance(workspace.score()));
        }
    }

    @ParameterizedTest
    @EnumSource(names = "COSINE", mode = EnumSource.Mode.EXCLUDE)
    void refusesWhatF16OriginalsCannotHold(Similarity similarity) {
        float above = Float.intBitsToFloat(SMALLEST_NORMAL_ABOVE_F16_MAX);
        VectorCodec half = VectorCodec.of(4, similarity, OriginalFormat.F16, Kernels.best());
        VectorCodec full = VectorCodec.of(4, similarity, OriginalFormat.F32, Kernels.best());
        float[] tooLarge = {1f, 2f, -above, 3f};

        half.check(new float[] {VectorCodec.F16_MAX, -VectorCodec.F16_MAX, VectorCodec.F16_MAX, 0f});
        half.checkQuery(tooLarge);
        full.check(tooLarge);
        Throwable refusal = assertThrows(IllegalArgumentException.class, () -> half.check(tooLarge));
        assertEquals(
                "component 2: expected=-65504..65504, which F16 originals can hold (F32 originals hold more),"
                        + " actual=-65504.004",
                refusal.getMessage());
    }

    @ParameterizedTest
    @EnumSource(names = "COSINE", mode = EnumSource.Mode.EXCLUDE)
    void refusesNormsWhoseScoresWouldOverflow(Similarity similarity) {
        float largest = (float) VectorCodec.NORM_MAX;
        float[] above = {0f, Math.nextUp(largest), 0f, 0f};

        assertRefused(
                similarity,
                OriginalFormat.F32,
                above,
                "norm: expected=0..4.611686018427388E18 (2^62), so that no score overflows,"
                        + " actual=4.611686568183202E18");
        try (CodecWorkspace workspace = workspace(4, similarity, OriginalFormat.F32)) {
            workspace.encode(new float[] {0f, largest, 0f, 0f});
            workspace.encodeQuery(new float[] {0f, -largest, 0f, 0f});
            assertTrue(Float.isFinite(workspace.score()) && workspace.score() < -0x1p123f);
            assertTrue(Float.isFinite(workspace.rescore()) && workspace.rescore() < -0x1p123f);
        }
    }

    @ParameterizedTest
    @CsvSource({"1.4E-45", "1.1754942E-38", "1E-20", "1", "3.4028235E38"})
    void takesComponentsOfAllMagnitudesUnderCosine(float magnitude) {
        try (CodecWorkspace workspace = workspace(4, Similarity.COSINE, OriginalFormat.F16)) {
            workspace.encode(new float[] {magnitude, -magnitude, magnitude, 0f});
            workspace.encodeQuery(new float[] {1f, -1f, 1f, -0f});

            assertArrayEquals(new int[] {127, -127, 127, 0}, workspace.codes());
            assertEquals(1f, workspace.score(), 0x1p-21f);
            assertEquals(1f, workspace.rescore(), 0x1p-10f);
        }
    }

    @ParameterizedTest
    @EnumSource(Similarity.class)
    void storesBothZerosAsTheSameCode(Similarity similarity) {
        try (CodecWorkspace workspace = workspace(4, similarity, OriginalFormat.F16)) {
            workspace.encode(new float[] {1f, 0f, -2f, 0f});
            workspace.encodeOther(new float[] {1f, -0f, -2f, -0f});

            assertArrayEquals(CodecWorkspace.bytes(workspace.code), CodecWorkspace.bytes(workspace.otherCode));
        }
    }

    @ParameterizedTest
    @EnumSource(OriginalFormat.class)
    void rescoresSeveralOriginalsInTheirOrder(OriginalFormat originals) {
        try (CodecWorkspace workspace = workspace(4, Similarity.EUCLIDEAN, originals)) {
            workspace.encode(new float[] {3f, 0f, 0f, 1f});
            workspace.encodeQuery(new float[] {1f, 0f, 0f, 1f});
            long addresses = workspace.addresses.address();
            if (originals == OriginalFormat.NONE) {
                assertThrows(
                        IllegalStateException.class,
                        () -> workspace.codec.rescore(addresses, 1, addresses, workspace.scores.address()));
                assertThrows(
                        IllegalStateException.class,
                        () -> workspace.codec.decodeOriginal(workspace.code.address(), new float[4]));
                return;
            }
            long second = workspace.scratch.address();
            workspace.codec.encode(
                    new float[] {1f, 0f, 0f, 2f},
                    workspace.otherQuery.address(),
                    workspace.otherCode.address(),
                    second);
            workspace.addresses.set(ValueLayout.JAVA_LONG, 0, workspace.original.address());
            workspace.addresses.set(ValueLayout.JAVA_LONG, 8, second);
            workspace.scores.set(ValueLayout.JAVA_FLOAT, 8, 42f);

            workspace.codec.rescore(addresses, 2, workspace.exactQuery.address(), workspace.scores.address());

            assertArrayEquals(new float[] {-4f, -1f, 42f, 0f}, workspace.scores.toArray(ValueLayout.JAVA_FLOAT));
        }
    }

    @Test
    void statesTheDistanceOfAScore() {
        assertEquals(0.25f, codec(Similarity.COSINE).distance(0.75f));
        assertEquals(0f, codec(Similarity.COSINE).distance(1.0000002f));
        assertEquals(2f, codec(Similarity.COSINE).distance(-1f));
        assertEquals(-7f, codec(Similarity.DOT).distance(7f));
        assertEquals(3f, codec(Similarity.EUCLIDEAN).distance(-9f));
        assertEquals(0f, codec(Similarity.EUCLIDEAN).distance(1e-7f));
        assertEquals(0f, codec(Similarity.DOT).distance(0f));
    }

    @Test
    void decodesOnlyIntoItsOwnDimension() {
        try (CodecWorkspace workspace = workspace(4, Similarity.DOT, OriginalFormat.F16)) {
            workspace.encode(new float[] {1f, 2f, 3f, 4f});

            assertThrows(
                    IllegalArgumentException.class,
                    () -> workspace.codec.decode(workspace.code.address(), new float[5]));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> workspace.codec.decodeOriginal(workspace.original.address(), new float[3]));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "COSINE, 2, 0, code byte 2",
        "DOT, 5, 1, padding byte 5",
        "DOT, 11, 127, factor0",
        "DOT, 11, -65, factor0",
        "COSINE, 8, 1, factor0",
        "EUCLIDEAN, 8, 1, factor1",
        "EUCLIDEAN, 12, 1, factor1",
        "DOT, 3, 9, factor1"
    })
    void namesWhatIsWrongWithADamagedRecord(Similarity similarity, int offset, byte damage, String field) {
        try (CodecWorkspace workspace = workspace(5, similarity, OriginalFormat.NONE)) {
            workspace.encode(new float[] {1f, 2f, 3f, 4f, 8f});
            assertEquals(Optional.empty(), workspace.codec.defect(workspace.code.address()));

            workspace.code.set(ValueLayout.JAVA_BYTE, offset, damage);

            Optional<String> defect = workspace.codec.defect(workspace.code.address());
            assertTrue(defect.orElse("").startsWith(field), defect.toString());
        }
    }

    @Test
    void namesARecordWithoutADirectionUnderCosine() {
        try (CodecWorkspace workspace = workspace(4, Similarity.DOT, OriginalFormat.NONE)) {
            workspace.encode(new float[4]);
            VectorCodec cosine = VectorCodec.of(4, Similarity.COSINE, OriginalFormat.NONE, Kernels.best());

            assertTrue(cosine.defect(workspace.code.address()).isPresent());
        }
    }

    @Test
    void keepsTheNumbersOnDiskForGood() {
        assertArrayEquals(
                new int[] {1, 2, 3},
                Arrays.stream(Similarity.values()).mapToInt(Similarity::code).toArray());
        assertArrayEquals(
                new int[] {1, 2, 3},
                Arrays.stream(OriginalFormat.values())
                        .mapToInt(OriginalFormat::code)
                        .toArray());
        for (Similarity similarity : Similarity.values()) {
            assertEquals(similarity, Similarity.of(similarity.code()));
        }
        for (OriginalFormat originals : OriginalFormat.values()) {
            assertEquals(originals, OriginalFormat.of(originals.code()));
        }
        assertThrows(IllegalArgumentException.class, () -> Similarity.of(0));
        assertThrows(IllegalArgumentException.class, () -> OriginalFormat.of(4));
    }

    private static VectorCodec codec(Similarity similarity) {
        return VectorCodec.of(4, similarity, OriginalFormat.NONE, Kernels.best());
    }

    private static CodecWorkspace workspace(int dimension, Similarity similarity, OriginalFormat originals) {
        return new CodecWorkspace(VectorCodec.of(dimension, similarity, originals, Kernels.best()));
    }

    /** The vector is refused with this message as a document and as a query, and nothing is written. */
    private static void assertRefused(Similarity similarity, OriginalFormat originals, float[] vector, String message) {
        try (CodecWorkspace workspace = workspace(4, similarity, originals)) {
            byte[] code = CodecWorkspace.bytes(workspace.code);
            byte[] query = CodecWorkspace.bytes(workspace.query);

            assertEquals(message, refusal(() -> workspace.codec.check(vector)));
            assertEquals(message, refusal(() -> workspace.codec.checkQuery(vector)));
            assertEquals(message, refusal(() -> workspace.encode(vector)));
            assertEquals(message, refusal(() -> workspace.encodeQuery(vector)));

            assertArrayEquals(code, CodecWorkspace.bytes(workspace.code));
            assertArrayEquals(query, CodecWorkspace.bytes(workspace.query));
            assertTrue(workspace.guardsIntact());
        }
    }

    private static String refusal(Runnable call) {
        return String.valueOf(
                assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }
}
