// SPDX-License-Identifier: Apache-2.0
package dev.simonides.quantization;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.simd.BitQueryLayout;
import dev.simonides.simd.KernelTier;
import dev.simonides.simd.Kernels;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BitCodecTest {
    private static final long SEED = 20261127;
    private static final String GOLDEN_CODE = "52b1b884a78c67672fa3412c45f5964f35c5b6394c43a741";
    private static final String GOLDEN_QUERY =
            "800000001000000003000000000000005d8e87430000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
                + "dd16408260d85cbbfcc7a5b7a7aad0e7ee29cad7c0fef39cf2e8f0a3f2143df2ad0e524348329cdbd04cb683b20a69b0ad0e425348729898d04cb693b20a69b0";
    private static final List<VectorShape> SHAPES =
            List.of(VectorShape.GAUSSIAN, VectorShape.FLAT, VectorShape.SPARSE, VectorShape.SPIKE, VectorShape.WIDE);

    @Test
    void aCodeIsOneLineAt384AndTwoAt768() {
        assertEquals(56, BitCodeLayout.bytes(384));
        assertEquals(64, BitCodeLayout.pitch(384));
        assertEquals(104, BitCodeLayout.bytes(768));
        assertEquals(128, BitCodeLayout.pitch(768));
        for (int dimension : new int[] {1, 63, 64, 65, 100, 384, 4096}) {
            assertEquals(8 * Math.ceilDiv(dimension, 64), BitCodeLayout.factorsOffset(dimension));
            assertEquals(8 * Math.ceilDiv(dimension, 64) + 8, BitCodeLayout.bytes(dimension));
            assertEquals(64 * Math.ceilDiv(dimension, 64), BitCodeLayout.components(dimension));
        }
    }

    /** Codes are made again wherever they are needed, and must come out the same there. */
    @Test
    void everyMachineFindsTheseBytes() {
        try (BitWorkspace workspace = new BitWorkspace(100, Similarity.DOT, SEED, Kernels.of(KernelTier.SCALAR))) {
            float[] vector = new float[100];
            for (int i = 0; i < vector.length; i++) {
                vector[i] = (i * 37 % 101 - 50) / 64f;
            }

            workspace.encode(vector);
            workspace.encodeQuery(vector);

            assertEquals(GOLDEN_CODE, hex(workspace.bitCode));
            assertEquals(GOLDEN_QUERY, hex(workspace.bitQuery));
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyTierWritesTheSameBytes(Similarity similarity) {
        for (int dimension : new int[] {1, 64, 100, 384, 768, 960}) {
            try (BitWorkspace expected = new BitWorkspace(dimension, similarity, SEED, Kernels.best())) {
                for (Kernels kernels : CodecWorkspace.tiers()) {
                    try (BitWorkspace actual = new BitWorkspace(dimension, similarity, SEED, kernels)) {
                        for (VectorShape shape : SHAPES) {
                            expected.encode(shape.vector(dimension, 3));
                            actual.encode(shape.vector(dimension, 3));
                            expected.encodeQuery(shape.vector(dimension, 4));
                            actual.encodeQuery(shape.vector(dimension, 4));
                            assertArrayEquals(
                                    CodecWorkspace.bytes(expected.bitCode), CodecWorkspace.bytes(actual.bitCode));
                            assertArrayEquals(
                                    CodecWorkspace.bytes(expected.bitQuery), CodecWorkspace.bytes(actual.bitQuery));
                            assertEquals(expected.estimate(), actual.estimate());
                        }
                    }
                }
            }
        }
    }

    /** Over many seeds the mean is the score of the code records, and the deviation is the stated one. */
    @ParameterizedTest
    @EnumSource
    void estimatesWithoutBiasAndWithTheStatedDeviation(Similarity similarity) {
        int seeds = 400;
        for (int dimension : new int[] {100, 384, 768}) {
            for (VectorShape shape : SHAPES) {
                float[] vector = shape.vector(dimension, 1);
                float[] query = near(vector, VectorShape.GAUSSIAN.vector(dimension, 2));
                double sum = 0;
                double squares = 0;
                for (int seed = 0; seed < seeds; seed++) {
                    try (BitWorkspace workspace = new BitWorkspace(dimension, similarity, seed, Kernels.best())) {
                        workspace.encode(vector);
                        workspace.encodeQuery(query);
                        double error = (workspace.estimate() - workspace.score()) / errorScale(workspace, query);
                        sum += error;
                        squares += error * error;
                        assertTrue(Math.abs(error) < 6, similarity + " " + shape + " " + dimension + ": " + error);
                    }
                }
                double deviation = Math.sqrt(squares / seeds);
                String where = similarity + " " + shape + " " + dimension + ": mean " + sum / seeds + ", " + deviation;
                // Four standard errors of a mean of errors whose deviation is 1.
                assertEquals(0, sum / seeds, 4 / Math.sqrt(seeds), where);
                assertEquals(1, deviation, 0.2, where);
            }
        }
    }

    /** Half of the one and half of the other: a cosine of about 0.7. */
    private static float[] near(float[] vector, float[] other) {
        double scale = DoubleVectors.norm(vector) / DoubleVectors.norm(other);
        float[] near = new float[vector.length];
        for (int i = 0; i < near.length; i++) {
            near[i] = (float) (vector[i] + scale * other[i]);
        }
        return near;
    }

    /** The stated deviation of the score, and that of levels whose errors are spread evenly over a step. */
    private static double errorScale(BitWorkspace workspace, float[] query) {
        float[] x = new float[query.length];
        workspace.codec.decode(workspace.code.address(), x);
        float[] q = DoubleVectors.prepared(query, workspace.codec.similarity());
        double parallel = DoubleVectors.dot(x, q) / DoubleVectors.norm(x);
        double across = Math.sqrt(DoubleVectors.squaredNorm(q) - parallel * parallel);
        double deviation = workspace.deviation() * across;
        if (workspace.codec.similarity() == Similarity.EUCLIDEAN) {
            deviation *= 2;
        }
        double step = workspace.bitQuery.get(ValueLayout.JAVA_FLOAT, BitQueryLayout.SCORE_SCALE_OFFSET);
        double components = BitCodeLayout.components(query.length);
        return Math.hypot(deviation, workspace.factor0() * step * Math.sqrt(components / 12));
    }

    @ParameterizedTest
    @EnumSource
    void estimatesItsOwnVectorAlmostExactly(Similarity similarity) {
        for (VectorShape shape : SHAPES) {
            try (BitWorkspace workspace = new BitWorkspace(384, similarity, SEED, Kernels.best())) {
                float[] vector = shape.vector(384, 5);
                workspace.encode(vector);
                workspace.encodeQuery(vector);

                // What is left is the error of the levels: there is no part at right angles.
                double squaredNorm = workspace.factor1();
                double weight = similarity == Similarity.EUCLIDEAN ? 2 : 1;
                assertEquals(workspace.score(), workspace.estimate(), 0.05 * weight * squaredNorm, shape.toString());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"DOT", "EUCLIDEAN"})
    void aVectorOfZerosHasTheScoreOfItsCodes(Similarity similarity) {
        for (float component : new float[] {0f, 1.5f}) {
            try (BitWorkspace workspace = new BitWorkspace(100, similarity, SEED, Kernels.best())) {
                float[] other = new float[100];
                other[7] = component;
                workspace.encode(new float[100]);
                workspace.encodeQuery(other);
                assertEquals(workspace.score(), workspace.estimate());
                assertEquals(0f, workspace.factor0());

                workspace.encode(other);
                workspace.encodeQuery(new float[100]);
                assertEquals(workspace.score(), workspace.estimate());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void noScoreIsNaN(Similarity similarity) {
        for (VectorShape shape : VectorShape.values()) {
            for (int dimension : new int[] {1, 2, 64, 100, 4096}) {
                try (BitWorkspace workspace = new BitWorkspace(dimension, similarity, SEED, Kernels.best())) {
                    float[] vector = shape.vector(dimension, 8);
                    workspace.encode(vector);
                    workspace.encodeQuery(vector);
                    assertFalse(Float.isNaN(workspace.estimate()), shape + " " + dimension);
                    workspace.encodeQuery(shape.vector(dimension, 9));
                    assertFalse(Float.isNaN(workspace.estimate()), shape + " " + dimension);
                }
            }
        }
    }

    /** A query made of a stored vector is that of the vector itself, and so the graph can be linked by 1-bit codes too. */
    @Test
    void theQueryOfAStoredVectorIsTheSame() {
        try (BitWorkspace workspace = new BitWorkspace(384, Similarity.COSINE, SEED, Kernels.best())) {
            float[] vector = VectorShape.GAUSSIAN.vector(384, 6);
            workspace.encode(vector);
            workspace.encodeQuery(vector);
            String expected = hex(workspace.bitQuery);

            workspace.codec.queryFromCode(workspace.code.address(), workspace.query.address());
            workspace.encodeStoredQuery();

            assertEquals(expected, hex(workspace.bitQuery));
        }
    }

    private static String hex(MemorySegment piece) {
        return HexFormat.of().formatHex(piece.toArray(ValueLayout.JAVA_BYTE));
    }
}
