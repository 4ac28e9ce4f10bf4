// SPDX-License-Identifier: Apache-2.0
package dev.simonides.quantization;

import dev.simonides.simd.Kernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Memory for the code record and 1-bit code of one vector and the blocks of one query. Confined to the thread that made it. */
final class BitWorkspace implements AutoCloseable {
    final VectorCodec codec;
    final BitCodec bits;
    private final Kernels kernels;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment exact;
    final MemorySegment code;
    final MemorySegment query;
    private final MemorySegment scratch;
    final MemorySegment bitCode;
    final MemorySegment bitQuery;
    private final MemorySegment address = arena.allocate(ValueLayout.JAVA_LONG);
    private final MemorySegment score = arena.allocate(ValueLayout.JAVA_FLOAT);

    BitWorkspace(int dimension, Similarity similarity, long seed, Kernels kernels) {
        this.kernels = kernels;
        codec = VectorCodec.of(dimension, similarity, OriginalFormat.NONE, kernels);
        bits = BitCodec.of(codec, seed, kernels, arena);
        exact = arena.allocate(codec.exactQueryBytes());
        code = arena.allocate(codec.codeBytes());
        query = arena.allocate(codec.queryBytes());
        scratch = arena.allocate(BitCodec.scratchBytes(dimension));
        bitCode = arena.allocate(bits.codeBytes());
        bitQuery = arena.allocate(BitCodec.queryBytes(dimension));
    }

    void encode(float[] vector) {
        codec.encode(vector, exact.address(), code.address(), 0);
        bits.encode(code.address(), scratch.address(), bitCode.address());
    }

    void encodeQuery(float[] vector) {
        codec.encodeQuery(vector, exact.address(), query.address());
        encodeStoredQuery();
    }

    /** Of what stands in the query block. */
    void encodeStoredQuery() {
        bits.encodeQuery(query.address(), scratch.address(), bitQuery.address());
    }

    /** What the 1-bit codes say. */
    float estimate() {
        address.set(ValueLayout.JAVA_LONG, 0, bitCode.address());
        kernels.bitScoreGather(address.address(), 1, bitQuery.address(), score.address(), 0, 0);
        return score.get(ValueLayout.JAVA_FLOAT, 0);
    }

    /** What the INT8 codes say, which is what is estimated. */
    float score() {
        return codec.scoreCode(code.address(), query.address());
    }

    float factor0() {
        return bitCode.get(ValueLayout.JAVA_FLOAT_UNALIGNED, BitCodeLayout.factorsOffset(codec.dimension()));
    }

    float factor1() {
        return bitCode.get(ValueLayout.JAVA_FLOAT_UNALIGNED, BitCodeLayout.factorsOffset(codec.dimension()) + 4L);
    }

    /**
     * The deviation that {@link BitCodec} states, of a product of the code with a query of length 1 at right angles:
     * {@code ‖x‖·√((1/a² − 1)/(C − 1))}, with {@code a} from factor0 {@code = ‖x‖ / (√C·a·block^1.5)}.
     */
    double deviation() {
        int components = BitCodeLayout.components(codec.dimension());
        double norm = Math.sqrt(factor1());
        double a = norm / (factor0() * Math.sqrt(components) * Math.pow(Integer.lowestOneBit(components), 1.5));
        return norm * Math.sqrt((1 / (a * a) - 1) / (components - 1));
    }

    @Override
    public void close() {
        arena.close();
    }
}
