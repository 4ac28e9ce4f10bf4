// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.kernels;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.simonides.quantization.BitCodec;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Int8QueryLayout;
import dev.simonides.simd.KernelTier;
import dev.simonides.simd.Kernels;
import dev.simonides.simd.OffHeap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The kernels of one tier over records in the first or second cache; nanoseconds a vector, one thread.
 *
 * <p>Confined to one thread, as JMH runs it. A record is what a page holds: the codes, two factors, and padding to 64
 * bytes. Each invocation goes over 512 records: 32 of them sixteen times, which lie in a first-level cache of 32 KiB at
 * 768 dimensions, or 512 once, which lie in a second-level cache.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(KernelBenchmark.VECTORS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class KernelBenchmark {
    /** Vectors that one invocation goes over. */
    static final int VECTORS = 512;

    private static final int RECORD_ALIGNMENT_BYTES = 64;
    private static final MemorySegment MEMORY = OffHeap.everything();
    private static final long SEED = 20261121;

    /** Which kernels. */
    @Param({"NATIVE_AVX512_VNNI", "NATIVE_AVX2", "NATIVE_C", "VECTOR_API", "SCALAR"})
    public KernelTier tier = KernelTier.SCALAR;

    /** Components of a vector. */
    @Param({"384", "768"})
    public int dimension;

    /** Records in the working set; divides 512. */
    @Param({"32", "512"})
    public int records;

    private @Nullable Arena arena;
    private Kernels kernels = Kernels.best();
    private @Nullable BitCodec bitCodec;
    private long pitch;
    private long codes;
    private long halves;
    private long addresses;
    private long halfAddresses;
    private long bitAddresses;
    private long bitQuery;
    private long bitScratch;
    private long queryBlock;
    private long query;
    private long exactQuery;
    private long results;

    /**
     * Fills the memory, and checks that the tier is the one asked for and computes what the scalar one does.
     *
     * @throws UnsupportedOperationException if this machine has not got the tier
     */
    @Setup(Level.Trial)
    public void open() {
        kernels = Kernels.of(tier);
        if (kernels.tier() != tier) {
            throw new IllegalStateException("tier: expected=" + tier + ", actual=" + kernels.tier());
        }
        Arena opened = Arena.ofShared();
        arena = opened;
        int factorsOffset = (dimension + 3) / 4 * 4;
        pitch = (factorsOffset + 2L * Float.BYTES + RECORD_ALIGNMENT_BYTES - 1) & -RECORD_ALIGNMENT_BYTES;
        codes = OffHeap.map(records * pitch, opened).address();
        halves = OffHeap.map((long) records * dimension * Short.BYTES, opened).address();
        addresses = OffHeap.map((long) records * Long.BYTES, opened).address();
        halfAddresses = OffHeap.map((long) records * Long.BYTES, opened).address();
        queryBlock = OffHeap.map(Int8QueryLayout.bytes(dimension), opened).address();
        query = queryBlock + Int8QueryLayout.HEADER_BYTES;
        exactQuery = OffHeap.map((long) dimension * Float.BYTES, opened).address();
        results = OffHeap.map((long) records * Float.BYTES, opened).address();
        fill(factorsOffset);
        fillBits(opened);
        check();
    }

    private void fill(int factorsOffset) {
        SplittableRandom random = new SplittableRandom(SEED);
        Kernels scalar = Kernels.of(KernelTier.SCALAR);
        for (int i = 0; i < records; i++) {
            randomVector(random);
            float scale = scalar.int8QuantizeDocument(exactQuery, dimension, codes + i * pitch);
            MEMORY.set(JAVA_FLOAT_UNALIGNED, codes + i * pitch + factorsOffset, scale);
            MEMORY.set(
                    JAVA_FLOAT_UNALIGNED,
                    codes + i * pitch + factorsOffset + Float.BYTES,
                    scalar.f32SquaredNorm(exactQuery, dimension));
            scalar.f32ToF16(exactQuery, dimension, half(i));
        }
        for (int i = 0; i < records; i++) {
            // 77 is odd, and so this goes through every record once, in an order that no stride predictor follows.
            int record = (i * 77 + 13) % records;
            MEMORY.set(JAVA_LONG_UNALIGNED, addresses + 8L * i, codes + record * pitch);
            MEMORY.set(JAVA_LONG_UNALIGNED, halfAddresses + 8L * i, half(record));
        }
        randomVector(random);
        MEMORY.set(
                JAVA_FLOAT_UNALIGNED,
                queryBlock + Int8QueryLayout.SCORE_SCALE_OFFSET,
                scalar.int8QuantizeQuery(exactQuery, dimension, query));
        int codeSum = 0;
        for (int d = 0; d < dimension; d++) {
            codeSum += MEMORY.get(JAVA_BYTE, query + d);
        }
        MEMORY.set(JAVA_INT_UNALIGNED, queryBlock + Int8QueryLayout.DIMENSION_OFFSET, dimension);
        MEMORY.set(JAVA_INT_UNALIGNED, queryBlock + Int8QueryLayout.FACTORS_OFFSET_OFFSET, factorsOffset);
        MEMORY.set(JAVA_INT_UNALIGNED, queryBlock + Int8QueryLayout.BIAS_CORRECTION_OFFSET, 128 * codeSum);
        MEMORY.set(JAVA_INT_UNALIGNED, queryBlock + Int8QueryLayout.CODE_SUM_OFFSET, codeSum);
        MEMORY.set(JAVA_FLOAT_UNALIGNED, queryBlock + Int8QueryLayout.NORM_WEIGHT_OFFSET, 1f);
    }

    /** The 1-bit codes of the same records, in the same order. */
    private void fillBits(Arena opened) {
        VectorCodec codec = VectorCodec.of(dimension, Similarity.DOT, OriginalFormat.NONE, kernels);
        BitCodec bits = BitCodec.of(codec, SEED, kernels, opened);
        bitCodec = bits;
        bitAddresses = OffHeap.map((long) records * Long.BYTES, opened).address();
        bitQuery = OffHeap.map(BitCodec.queryBytes(dimension), opened).address();
        bitScratch = OffHeap.map(BitCodec.scratchBytes(dimension), opened).address();
        long bitCodes = OffHeap.map((long) records * bits.codePitch(), opened).address();
        for (int i = 0; i < records; i++) {
            long code = MEMORY.get(JAVA_LONG_UNALIGNED, addresses + 8L * i);
            long bitCode = bitCodes + (code - codes) / pitch * bits.codePitch();
            bits.encode(code, bitScratch, bitCode);
            MEMORY.set(JAVA_LONG_UNALIGNED, bitAddresses + 8L * i, bitCode);
        }
        bits.encodeQuery(queryBlock, bitScratch, bitQuery);
    }

    private void randomVector(SplittableRandom random) {
        for (int d = 0; d < dimension; d++) {
            MEMORY.set(JAVA_FLOAT_UNALIGNED, exactQuery + 4L * d, (float) random.nextDouble(-1, 1));
        }
    }

    private long half(int record) {
        return halves + (long) record * dimension * Short.BYTES;
    }

    /** A benchmark of wrong results is worth nothing. */
    private void check() {
        Kernels scalar = Kernels.of(KernelTier.SCALAR);
        kernels.int8DotGather(addresses, records, query, dimension, results);
        for (int i = 0; i < records; i++) {
            long code = MEMORY.get(JAVA_LONG_UNALIGNED, addresses + 8L * i);
            int expected = scalar.int8Dot(code, query, dimension);
            int actual = MEMORY.get(JAVA_INT_UNALIGNED, results + 4L * i);
            if (actual != expected) {
                throw new IllegalStateException("dot " + i + ": expected=" + expected + ", actual=" + actual);
            }
        }
    }

    /** Gives the memory back. */
    @TearDown(Level.Trial)
    public void close() {
        Objects.requireNonNull(arena).close();
    }

    /**
     * INT8 dot products, a call each.
     *
     * @return their sum
     */
    @Benchmark
    public int int8DotSingle() {
        int sum = 0;
        for (int i = 0; i < VECTORS; i++) {
            sum += kernels.int8Dot(codes + i % records * pitch, query, dimension);
        }
        return sum;
    }

    /**
     * INT8 dot products of records in a row.
     *
     * @return one of the results
     */
    @Benchmark
    public int int8DotBulk() {
        for (int i = 0; i < VECTORS; i += records) {
            kernels.int8DotBulk(codes, pitch, records, query, dimension, results);
        }
        return MEMORY.get(JAVA_INT_UNALIGNED, results);
    }

    /**
     * INT8 dot products of listed records.
     *
     * @return one of the results
     */
    @Benchmark
    public int int8DotGather() {
        for (int i = 0; i < VECTORS; i += records) {
            kernels.int8DotGather(addresses, records, query, dimension, results);
        }
        return MEMORY.get(JAVA_INT_UNALIGNED, results);
    }

    /**
     * INT8 scores of records in a row.
     *
     * @return one of the results
     */
    @Benchmark
    public int int8ScoreBulk() {
        for (int i = 0; i < VECTORS; i += records) {
            kernels.int8ScoreBulk(codes, pitch, records, queryBlock, results);
        }
        return MEMORY.get(JAVA_INT_UNALIGNED, results);
    }

    /**
     * INT8 scores of listed records, 16 a call: what a hop of a search asks for.
     *
     * @return one of the results
     */
    @Benchmark
    public int int8ScoreGatherBy16() {
        for (int i = 0; i < VECTORS; i += 16) {
            kernels.int8ScoreGather(addresses + 8L * (i % records), 16, queryBlock, results, 0, 0);
        }
        return MEMORY.get(JAVA_INT_UNALIGNED, results);
    }

    /**
     * Scores of listed 1-bit codes, 16 a call.
     *
     * @return one of the results
     */
    @Benchmark
    public int bitScoreGatherBy16() {
        for (int i = 0; i < VECTORS; i += 16) {
            kernels.bitScoreGather(bitAddresses + 8L * (i % records), 16, bitQuery, results, 0, 0);
        }
        return MEMORY.get(JAVA_INT_UNALIGNED, results);
    }

    /**
     * 1-bit codes made of code records, a vector each.
     *
     * @return one of the results
     */
    @Benchmark
    public int bitEncode() {
        BitCodec bits = Objects.requireNonNull(bitCodec);
        long bitCode = MEMORY.get(JAVA_LONG_UNALIGNED, bitAddresses);
        for (int i = 0; i < VECTORS; i++) {
            bits.encode(MEMORY.get(JAVA_LONG_UNALIGNED, addresses), bitScratch, bitCode);
        }
        return MEMORY.get(JAVA_INT_UNALIGNED, bitCode);
    }

    /**
     * Dot products of listed float16 vectors with a float32 query: rescoring.
     *
     * @return one of the results
     */
    @Benchmark
    public int f16DotGather() {
        for (int i = 0; i < VECTORS; i += records) {
            kernels.f16DotGather(halfAddresses, records, exactQuery, dimension, results);
        }
        return MEMORY.get(JAVA_INT_UNALIGNED, results);
    }
}
