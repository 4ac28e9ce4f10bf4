// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash.oracle;

import dev.simonides.MemoryIndexOptions;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.KernelTier;
import dev.simonides.simd.Kernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What a store must hold of a vector and how it must score it, by the vector codec alone: nothing of a store takes part. With
 * scalar kernels, since all of them write the same codes and originals and give codes the same scores, bit for bit. Confined to
 * one thread.
 *
 * <p>Scores of originals are float32 sums, in an order that depends on the kernel. With {@code u = 2^-24} the error of such a sum
 * of n products, in any order, with or without fused operations, is at most {@code n·u/(1 − n·u)} times the sum of the products'
 * magnitudes; squares of differences have two roundings more. The float64 sums here have no error beside that.
 */
public final class VectorOracle {
    private static final double UNIT_ROUNDOFF = 0x1p-24;

    private final VectorCodec codec;
    private final MemorySegment code;
    private final MemorySegment original;
    private final MemorySegment exactQuery;
    private final MemorySegment query;
    private final MemorySegment scratch;

    /**
     * What a score must be.
     *
     * @param value by float64 sums, or by the codes
     * @param error how far from it a float32 sum may be; 0 for the score of a code
     */
    public record Score(double value, double error) {
        /** Whether a store may answer so. */
        public boolean allows(float score) {
            return Math.abs(score - value) <= error;
        }
    }

    /**
     * Makes the oracle of a store.
     *
     * @param options of the store
     */
    public VectorOracle(MemoryIndexOptions options) {
        this.codec = VectorCodec.of(
                options.dimension(), options.similarity(), options.originals(), Kernels.of(KernelTier.SCALAR));
        this.code = allocate(codec.codeBytes());
        this.original = allocate(codec.originalBytes());
        this.exactQuery = allocate(codec.exactQueryBytes());
        this.query = allocate(codec.queryBytes());
        this.scratch = allocate(codec.exactQueryBytes());
    }

    private static MemorySegment allocate(int bytes) {
        return Arena.ofAuto().allocate(Math.max(1, bytes), 64);
    }

    /**
     * Returns what a store must give back.
     *
     * @param vector that was put
     * @return its original as it is kept, or the point that its code stands for
     */
    public float[] stored(float[] vector) {
        codec.encode(vector, scratch.address(), code.address(), original.address());
        float[] stored = new float[codec.dimension()];
        if (codec.originals() == OriginalFormat.NONE) {
            codec.decode(code.address(), stored);
        } else {
            codec.decodeOriginal(original.address(), stored);
        }
        return stored;
    }

    /**
     * Takes the question that {@link #score} is about.
     *
     * @param question as a search is given it
     */
    public void ask(float[] question) {
        codec.encodeQuery(question, exactQuery.address(), query.address());
    }

    /**
     * Scores a vector.
     *
     * @param vector that was put
     * @return what a search must say of it
     */
    public Score score(float[] vector) {
        float[] stored = stored(vector);
        if (codec.originals() == OriginalFormat.NONE) {
            return new Score(codec.scoreCode(code.address(), query.address()), 0);
        }
        boolean euclidean = codec.similarity() == Similarity.EUCLIDEAN;
        double sum = 0;
        double magnitudes = 0;
        for (int i = 0; i < stored.length; i++) {
            double asked = exactQuery.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            double difference = asked - stored[i];
            double term = euclidean ? -difference * difference : asked * stored[i];
            sum += term;
            magnitudes += Math.abs(term);
        }
        double roundings = stored.length + (euclidean ? 2 : 0);
        double share = roundings * UNIT_ROUNDOFF / (1 - roundings * UNIT_ROUNDOFF);
        return new Score(sum, share * magnitudes);
    }
}
