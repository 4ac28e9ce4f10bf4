// SPDX-License-Identifier: Apache-2.0
package dev.simonides.quantization;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.simonides.simd.BitQueryLayout;
import dev.simonides.simd.Int8QueryLayout;
import dev.simonides.simd.Kernels;
import dev.simonides.simd.OffHeap;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;

/**
 * The 1-bit codes of the vectors of one store, derived from their code records: for finding the way through a graph, where
 * many vectors are compared and only a few of them count. After RaBitQ (Gao, Long: <cite>RaBitQ: Quantizing High-Dimensional
 * Vectors with a Theoretical Error Bound for Approximate Nearest Neighbor Search</cite>, SIGMOD 2024, arXiv:2405.12497).
 *
 * <p>Immutable; any thread. Memory for codes is the caller's, given as raw addresses, and nothing checks it. Nothing but
 * {@link #of} allocates.
 *
 * <p><b>Code.</b> The signed codes {@code c} of a record are rotated to {@code z = R·c} by {@link Kernels#bitRotate}, with
 * signs drawn from a seed: integers, so that every machine finds the same. Kept are the signs {@code s} of {@code z}, and
 * {@code factor0 = float32(f · ‖c‖² / Σ|z|)}, in float64 but for the last rounding, where {@code f} is the record's factor0;
 * 0 if all codes are 0. factor1 is the record's. There is no centre (the paper's is the mean of a cluster): nothing is
 * trained, nothing drifts as vectors come and go, and a code depends on its vector and the seed alone. Of vectors that share
 * a large mean the differences are a small part, and the estimate of them is as rough as the lengths say.
 *
 * <p><b>Query.</b> The signed codes {@code c'} of the query's block are rotated likewise to {@code z'}, and kept as levels
 * {@code u}, −7..7, in steps of {@code Δ = max|z'| / 7}. The estimate of {@code ⟨c,c'⟩} is {@code ⟨s,Δ·u⟩ · ‖c‖² / Σ|z|}, and
 * the score is made of it as that of two code records is made of their product; larger is closer.
 *
 * <p><b>Error.</b> With {@code x} and {@code q} the stored points of document and query, {@code C} the number of rotated
 * components, and {@code a = Σ|z| / (√C·‖z‖)} the cosine of the angle between {@code z} and {@code s}, about √(2/π) = 0.80
 * and at least 0.7 for practically every vector: over random rotations the estimate of {@code ⟨x,q⟩} from exact {@code z'} has
 * the mean {@code ⟨x,q⟩} and the standard deviation {@code ‖x‖·‖q⊥‖·√((1/a² − 1) / (C − 1))}, where {@code q⊥} is the part of
 * {@code q} at right angles to {@code x}. The paper's bound: it is off by more than {@code ε} times that with a probability of
 * at most {@code 2·exp(−c₀ε²)} with a constant {@code c₀}; of ten million estimates on embeddings of text the worst was off by
 * 5.3 times that. So at 384 dimensions a cosine is estimated with a deviation of 0.038, at 768 of 0.027. The levels add an
 * error of at most {@code Δ/2} a component, which raises the deviation by about a fiftieth. Under Euclidean similarity the
 * error of the score is twice that of the product.
 *
 * <p>A score is never NaN. It may be infinite where norms are near {@link VectorCodec#NORM_MAX}.
 */
public final class BitCodec {
    /** Rounds of the rotation. */
    private static final int ROUNDS = 3;

    private static final MemorySegment MEMORY = OffHeap.everything();
    private static final ValueLayout.OfByte S8 = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(LITTLE_ENDIAN);

    private final int dimension;
    private final int components;
    private final Kernels kernels;
    private final MemorySegment signs;

    private BitCodec(int dimension, Kernels kernels, MemorySegment signs) {
        this.dimension = dimension;
        this.components = BitCodeLayout.components(dimension);
        this.kernels = kernels;
        this.signs = signs;
    }

    /**
     * The codec that goes with the code records of a store.
     *
     * @param codec of the code records
     * @param seed of the rotation: codes and queries go together if their seeds are the same
     * @param kernels what computes; every tier writes the same bytes and gives the same scores, bit for bit
     * @param memory where the signs of the rotation go, 12 bytes for each rotated component; must outlive the codec
     * @return the codec
     */
    public static BitCodec of(VectorCodec codec, long seed, Kernels kernels, SegmentAllocator memory) {
        int count = ROUNDS * BitCodeLayout.components(codec.dimension());
        MemorySegment signs = memory.allocate(ValueLayout.JAVA_INT, count);
        for (int i = 0; i < count; i++) {
            long word = mix(seed + (i / Long.SIZE + 1) * 0x9E3779B97F4A7C15L);
            signs.setAtIndex(ValueLayout.JAVA_INT, i, (word >>> i & 1) == 0 ? 1 : -1);
        }
        return new BitCodec(codec.dimension(), kernels, signs);
    }

    /** SplitMix64 (Steele, Lea, Flood 2014): word n of the stream is this of {@code seed + n · 0x9E3779B97F4A7C15}. */
    private static long mix(long value) {
        long z = (value ^ value >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    /**
     * Size of a code, see {@link BitCodeLayout}.
     *
     * @return bytes: an eighth of the dimension, rounded up to 8, and 8
     */
    public int codeBytes() {
        return BitCodeLayout.bytes(dimension);
    }

    /**
     * Distance between codes.
     *
     * @return {@link #codeBytes} rounded up to 64
     */
    public int codePitch() {
        return BitCodeLayout.pitch(dimension);
    }

    /**
     * Size of a query block, see {@link BitQueryLayout}.
     *
     * @param dimension components of a vector
     * @return bytes
     */
    public static int queryBytes(int dimension) {
        return BitQueryLayout.bytes(BitCodeLayout.components(dimension));
    }

    /**
     * Size of the work memory that encoding needs.
     *
     * @param dimension components of a vector
     * @return bytes
     */
    public static int scratchBytes(int dimension) {
        int components = BitCodeLayout.components(dimension);
        return components + 2 * components * Integer.BYTES;
    }

    /**
     * Components of a vector.
     *
     * @return 1..4096
     */
    public int dimension() {
        return dimension;
    }

    /**
     * Writes the 1-bit code of a code record.
     *
     * @param code address of a valid code record
     * @param scratch address of {@link #scratchBytes} bytes of work memory
     * @param bitCode address of {@link #codeBytes} bytes, out
     */
    public void encode(long code, long scratch, long bitCode) {
        kernels.int8Unbias(code, dimension, scratch);
        int squaredCodeNorm = kernels.int8Dot(code, scratch, dimension);
        long rotated = scratch + components;
        kernels.bitRotate(scratch, dimension, signs.address(), rotated);
        long magnitude = kernels.bitEncode(rotated, components, bitCode);
        long from = code + CodeLayout.factorsOffset(dimension);
        long to = bitCode + BitCodeLayout.factorsOffset(dimension);
        double factor0 = MEMORY.get(F32, from + CodeLayout.FACTOR0_OFFSET);
        float estimating = magnitude == 0 ? 0f : (float) (factor0 * squaredCodeNorm / magnitude);
        MEMORY.set(F32, to + BitCodeLayout.FACTOR0_OFFSET, estimating);
        MEMORY.set(F32, to + BitCodeLayout.FACTOR1_OFFSET, MEMORY.get(F32, from + CodeLayout.FACTOR1_OFFSET));
    }

    /**
     * Prepares a query, for {@link Kernels#bitScoreGather}.
     *
     * @param query address of a query block of {@link VectorCodec#encodeQuery} or {@link VectorCodec#queryFromCode}
     * @param scratch address of {@link #scratchBytes} bytes of work memory
     * @param bitQuery address of {@link #queryBytes} bytes, out: the query block
     */
    public void encodeQuery(long query, long scratch, long bitQuery) {
        kernels.bitRotate(query + Int8QueryLayout.HEADER_BYTES, dimension, signs.address(), scratch);
        int largest = kernels.bitEncodeQuery(scratch, components, bitQuery + BitQueryLayout.HEADER_BYTES);
        for (int offset = 0; offset < BitQueryLayout.HEADER_BYTES; offset++) {
            MEMORY.set(S8, bitQuery + offset, (byte) 0);
        }
        float step = (float) largest / BitQueryLayout.LEVEL_MAX;
        float scale = MEMORY.get(F32, query + Int8QueryLayout.SCORE_SCALE_OFFSET);
        MEMORY.set(I32, bitQuery + BitQueryLayout.COMPONENTS_OFFSET, components);
        MEMORY.set(I32, bitQuery + BitQueryLayout.FACTORS_OFFSET_OFFSET, BitCodeLayout.factorsOffset(dimension));
        MEMORY.set(I32, bitQuery + BitQueryLayout.LEVEL_SUM_OFFSET, levelSum(bitQuery));
        MEMORY.set(F32, bitQuery + BitQueryLayout.SCORE_SCALE_OFFSET, scale * step);
        copy(query + Int8QueryLayout.NORM_WEIGHT_OFFSET, bitQuery + BitQueryLayout.NORM_WEIGHT_OFFSET);
        copy(query + Int8QueryLayout.SCORE_OFFSET_OFFSET, bitQuery + BitQueryLayout.SCORE_OFFSET_OFFSET);
    }

    private int levelSum(long bitQuery) {
        int sum = 0;
        long word = bitQuery + BitQueryLayout.HEADER_BYTES;
        for (int plane = 0; plane < BitQueryLayout.PLANES; plane++) {
            int weight = plane == BitQueryLayout.PLANES - 1 ? -(1 << plane) : 1 << plane;
            for (int i = 0; i < components; i += Long.SIZE) {
                sum += weight * Long.bitCount(MEMORY.get(I64, word));
                word += Long.BYTES;
            }
        }
        return sum;
    }

    private static void copy(long from, long to) {
        MEMORY.set(F32, to, MEMORY.get(F32, from));
    }
}
