// SPDX-License-Identifier: Apache-2.0
package dev.simonides.quantization;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.simd.KernelTier;
import dev.simonides.simd.Kernels;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What {@link VectorCodec} promises for every vector: its error bounds, and that codes are truth. */
class VectorCodecProperties {
    private static final Kernels KERNELS = Kernels.best();

    @Property
    void everyComponentIsWithinHalfAStepOfItsCode(
            @ForAll @IntRange(min = 1, max = 300) int dimension,
            @ForAll Similarity similarity,
            @ForAll VectorShape shape,
            @ForAll long seed) {
        float[] vector = shape.vector(dimension, seed);
        float[] prepared = DoubleVectors.prepared(vector, similarity);
        try (CodecWorkspace workspace = workspace(dimension, similarity, OriginalFormat.NONE)) {
            workspace.encode(vector);

            double scale = scale(prepared);
            int[] codes = workspace.codes();
            for (int i = 0; i < dimension; i++) {
                double error = Math.abs(prepared[i] - scale * codes[i]);
                assertTrue(error <= scale * (0.5 + 0x1p-15) + 0x1p-100, i + ": " + error + " of scale " + scale);
            }
        }
    }

    @Property
    void aStoredPointIsWithinItsBoundOfTheVector(
            @ForAll @IntRange(min = 1, max = 300) int dimension,
            @ForAll Similarity similarity,
            @ForAll VectorShape shape,
            @ForAll long seed) {
        float[] vector = shape.vector(dimension, seed);
        float[] prepared = DoubleVectors.prepared(vector, similarity);
        try (CodecWorkspace workspace = workspace(dimension, similarity, OriginalFormat.NONE)) {
            workspace.encode(vector);

            float[] point = workspace.decoded();
            double error = Math.sqrt(DoubleVectors.squaredDistance(prepared, point));
            assertTrue(error <= bound(prepared, similarity), error + " > " + bound(prepared, similarity));
            int squaredCodeNorm =
                    IntStream.of(workspace.codes()).map(c -> c * c).sum();
            double factor0 = workspace.factor0();
            assertEquals((float) (factor0 * factor0 * squaredCodeNorm), workspace.factor1());
        }
    }

    @Property
    void aScoreIsWithinItsBoundOfTheTrueOne(
            @ForAll @IntRange(min = 1, max = 300) int dimension,
            @ForAll Similarity similarity,
            @ForAll VectorShape shape,
            @ForAll VectorShape queryShape,
            @ForAll long seed) {
        float[] x = shape.vector(dimension, seed);
        float[] q = queryShape.vector(dimension, ~seed);
        try (CodecWorkspace workspace = workspace(dimension, similarity, OriginalFormat.NONE)) {
            workspace.encode(x);
            workspace.encodeQuery(q);

            double score = workspace.score();
            double truth = trueScore(x, q, similarity);
            double allowed = scoreBound(x, q, similarity);
            assertTrue(Math.abs(truth - score) <= allowed, truth + " against " + score + ", allowed " + allowed);
        }
    }

    @Property
    void aRescoredScoreHasOnlyTheErrorOfTheOriginals(
            @ForAll @IntRange(min = 1, max = 300) int dimension,
            @ForAll Similarity similarity,
            @ForAll boolean half,
            @ForAll VectorShape shape,
            @ForAll VectorShape queryShape,
            @ForAll long seed) {
        boolean f16 = half && (similarity == Similarity.COSINE || shape.fitsF16());
        float[] x = shape.vector(dimension, seed);
        float[] q = queryShape.vector(dimension, ~seed);
        try (CodecWorkspace workspace =
                workspace(dimension, similarity, f16 ? OriginalFormat.F16 : OriginalFormat.F32)) {
            workspace.encode(x);
            workspace.encodeQuery(q);

            double score = workspace.rescore();
            double truth = trueScore(x, q, similarity);
            double allowed = rescoreBound(x, q, similarity, f16);
            assertTrue(Math.abs(truth - score) <= allowed, truth + " against " + score + ", allowed " + allowed);
        }
    }

    @Property
    void aVectorAndItsStoredCodeAreTheSameQuery(
            @ForAll @IntRange(min = 1, max = 300) int dimension,
            @ForAll Similarity similarity,
            @ForAll VectorShape shape,
            @ForAll long seed) {
        float[] vector = shape.vector(dimension, seed);
        try (CodecWorkspace workspace = workspace(dimension, similarity, OriginalFormat.NONE)) {
            workspace.encode(vector);
            workspace.encodeQuery(vector);

            workspace.codec.queryFromCode(workspace.code.address(), workspace.otherQuery.address());

            assertArrayEquals(CodecWorkspace.bytes(workspace.query), CodecWorkspace.bytes(workspace.otherQuery));
        }
    }

    @Property
    void aVectorIsItsOwnClosest(
            @ForAll @IntRange(min = 2, max = 300) int dimension, @ForAll VectorShape shape, @ForAll long seed) {
        float[] vector = shape.vector(dimension, seed);
        for (Similarity similarity : new Similarity[] {Similarity.COSINE, Similarity.EUCLIDEAN}) {
            try (CodecWorkspace workspace = workspace(dimension, similarity, OriginalFormat.NONE)) {
                workspace.encode(vector);
                workspace.encodeQuery(vector);
                double rounding = similarity == Similarity.COSINE ? 0x1p-21 : 0x1p-19 * workspace.factor1() + 0x1p-140;

                float self = workspace.score();

                assertEquals(similarity == Similarity.COSINE ? 1.0 : 0.0, self, rounding);
                workspace.encodeOther(VectorShape.GAUSSIAN.vector(dimension, seed + 1));
                float other = workspace.codec.scoreCode(workspace.otherCode.address(), workspace.query.address());
                assertTrue(other <= self + rounding, other + " above " + self);
            }
        }
    }

    @Property
    void encodingADecodedCodeGivesTheSameCodes(
            @ForAll @IntRange(min = 1, max = 300) int dimension,
            @ForAll Similarity similarity,
            @ForAll VectorShape shape,
            @ForAll long seed) {
        try (CodecWorkspace workspace = workspace(dimension, similarity, OriginalFormat.NONE)) {
            workspace.encode(shape.vector(dimension, seed));
            int[] codes = workspace.codes();
            float factor0 = workspace.factor0();
            float[] point = workspace.decoded();
            if (similarity == Similarity.COSINE || DoubleVectors.maxAbs(point) > 0) {
                workspace.encode(point);

                assertArrayEquals(codes, workspace.codes());
                double ulps = similarity == Similarity.COSINE ? 0 : Math.ulp(factor0);
                assertEquals(factor0, workspace.factor0(), ulps);
            }
        }
    }

    @Property
    void everyRecordIsValidAndNothingBesideItIsTouched(
            @ForAll @IntRange(min = 1, max = 300) int dimension,
            @ForAll Similarity similarity,
            @ForAll VectorShape shape,
            @ForAll long seed) {
        float[] vector = shape.vector(dimension, seed);
        OriginalFormat originals = shape.fitsF16() ? OriginalFormat.F16 : OriginalFormat.F32;
        try (CodecWorkspace workspace = workspace(dimension, similarity, originals)) {
            workspace.encode(vector);
            workspace.encodeQuery(vector);
            workspace.codec.queryFromCode(workspace.code.address(), workspace.otherQuery.address());

            assertEquals(Optional.empty(), workspace.codec.defect(workspace.code.address()));
            assertTrue(workspace.guardsIntact());
        }
    }

    @Property
    void scaledByAPowerOfTwoADirectionStaysTheSameRecord(
            @ForAll @IntRange(min = 1, max = 300) int dimension,
            @ForAll @IntRange(min = -40, max = 40) int exponent,
            @ForAll long seed) {
        float[] vector = VectorShape.GAUSSIAN.vector(dimension, seed);
        float[] scaled = new float[dimension];
        for (int i = 0; i < dimension; i++) {
            scaled[i] = Math.scalb(vector[i], exponent);
        }
        try (CodecWorkspace workspace = workspace(dimension, Similarity.COSINE, OriginalFormat.F16)) {
            workspace.encode(vector);
            byte[] original = CodecWorkspace.bytes(workspace.original);

            workspace.encodeOther(scaled);

            assertArrayEquals(CodecWorkspace.bytes(workspace.code), CodecWorkspace.bytes(workspace.otherCode));
            assertArrayEquals(original, CodecWorkspace.bytes(workspace.original));
        }
    }

    @Property(tries = 300)
    void everyTierWritesTheSameBytesAndScoresTheSameBits(
            @ForAll @IntRange(min = 1, max = 300) int dimension,
            @ForAll Similarity similarity,
            @ForAll VectorShape shape,
            @ForAll VectorShape queryShape,
            @ForAll long seed) {
        float[] x = shape.vector(dimension, seed);
        float[] q = queryShape.vector(dimension, ~seed);
        OriginalFormat originals = shape.fitsF16() ? OriginalFormat.F16 : OriginalFormat.F32;
        VectorCodec scalar = VectorCodec.of(dimension, similarity, originals, Kernels.of(KernelTier.SCALAR));
        try (CodecWorkspace oracle = new CodecWorkspace(scalar)) {
            oracle.encode(x);
            oracle.encodeQuery(q);
            for (Kernels kernels : CodecWorkspace.tiers()) {
                try (CodecWorkspace workspace =
                        new CodecWorkspace(VectorCodec.of(dimension, similarity, originals, kernels))) {
                    workspace.encode(x);
                    workspace.encodeQuery(q);

                    assertArrayEquals(CodecWorkspace.bytes(oracle.code), CodecWorkspace.bytes(workspace.code));
                    assertArrayEquals(CodecWorkspace.bytes(oracle.original), CodecWorkspace.bytes(workspace.original));
                    assertArrayEquals(CodecWorkspace.bytes(oracle.query), CodecWorkspace.bytes(workspace.query));
                    assertEquals(
                            oracle.score(), workspace.score(), kernels.tier().toString());
                    assertEquals(
                            oracle.score(),
                            bulkScore(kernels, workspace),
                            kernels.tier().toString());
                }
            }
        }
    }

    @Property
    void aLargerScoreNeverHasTheLargerDistance(
            @ForAll Similarity similarity, @ForAll float first, @ForAll float second) {
        VectorCodec codec = VectorCodec.of(4, similarity, OriginalFormat.NONE, KERNELS);
        float larger = Math.max(first, second);
        float smaller = Math.min(first, second);

        assertTrue(codec.distance(larger) <= codec.distance(smaller));
    }

    private static CodecWorkspace workspace(int dimension, Similarity similarity, OriginalFormat originals) {
        return new CodecWorkspace(VectorCodec.of(dimension, similarity, originals, KERNELS));
    }

    private static float bulkScore(Kernels kernels, CodecWorkspace workspace) {
        kernels.int8ScoreBulk(workspace.code.address(), 0, 1, workspace.query.address(), workspace.scores.address());
        return workspace.scores.get(ValueLayout.JAVA_FLOAT, 0);
    }

    private static double scale(float[] prepared) {
        return DoubleVectors.maxAbs(prepared) / 127;
    }

    /** e(x) of the Javadoc. */
    private static double bound(float[] prepared, Similarity similarity) {
        double components = scale(prepared) * (0.5 + 0x1p-15) + 0x1p-100;
        return Math.sqrt(prepared.length) * components * (similarity == Similarity.COSINE ? 1.01 : 1);
    }

    private static double trueScore(float[] x, float[] q, Similarity similarity) {
        return switch (similarity) {
            case COSINE -> DoubleVectors.cosine(x, q);
            case DOT -> DoubleVectors.dot(x, q);
            case EUCLIDEAN -> -DoubleVectors.squaredDistance(x, q);
        };
    }

    private static double scoreBound(float[] x, float[] q, Similarity similarity) {
        float[] preparedX = DoubleVectors.prepared(x, similarity);
        float[] preparedQ = DoubleVectors.prepared(q, similarity);
        double errorX = bound(preparedX, similarity);
        double errorQ = bound(preparedQ, similarity);
        double error = errorX + errorQ;
        double normX = DoubleVectors.norm(preparedX);
        double normQ = DoubleVectors.norm(preparedQ);
        // ‖x̂‖ ≤ ‖x‖ + e(x), and likewise for the query.
        double pointX = normX + errorX;
        double pointQ = normQ + errorQ;
        return switch (similarity) {
            case COSINE -> error + 0x1p-21;
            case DOT -> errorX * normQ + normX * errorQ + errorX * errorQ + 0x1p-22 * pointX * pointQ + 0x1p-140;
            case EUCLIDEAN ->
                error * (2 * Math.sqrt(DoubleVectors.squaredDistance(x, q)) + error)
                        + 0x1p-21 * (pointX + pointQ) * (pointX + pointQ)
                        + 0x1p-140;
        };
    }

    private static double rescoreBound(float[] x, float[] q, Similarity similarity, boolean f16) {
        float[] preparedX = DoubleVectors.prepared(x, similarity);
        float[] preparedQ = DoubleVectors.prepared(q, similarity);
        double rounding = similarity == Similarity.COSINE ? 0x1p-21 : 0;
        double terms = 0;
        for (int i = 0; i < x.length; i++) {
            double half = f16 ? Math.max(0x1p-11 * Math.abs((double) preparedX[i]), 0x1p-25) : 0;
            double difference = Math.abs((double) preparedX[i] - preparedQ[i]);
            if (similarity == Similarity.EUCLIDEAN) {
                rounding += half * (2 * difference + half);
                terms += (difference + half) * (difference + half);
            } else {
                rounding += half * Math.abs((double) preparedQ[i]);
                terms += (Math.abs((double) preparedX[i]) + half) * Math.abs((double) preparedQ[i]);
            }
        }
        // The bound that Kernels states for sums of float32.
        return rounding + (x.length + 8) * 0x1p-24 * terms + x.length * 0x1p-149;
    }
}
