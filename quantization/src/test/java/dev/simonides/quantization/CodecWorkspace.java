// SPDX-License-Identifier: Apache-2.0
package dev.simonides.quantization;

import dev.simonides.simd.KernelTier;
import dev.simonides.simd.Kernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * A codec with memory for two encoded vectors and a query; every piece ends in guard bytes that nobody may touch.
 * Confined to the thread that made it.
 */
final class CodecWorkspace implements AutoCloseable {
    private static final int GUARD_BYTES = 64;
    private static final byte GUARD = 0x5A;

    final VectorCodec codec;
    private final Arena arena = Arena.ofConfined();
    private final List<MemorySegment> guards = new ArrayList<>();
    final MemorySegment scratch;
    final MemorySegment code;
    final MemorySegment original;
    final MemorySegment otherCode;
    final MemorySegment exactQuery;
    final MemorySegment query;
    final MemorySegment otherQuery;
    final MemorySegment addresses;
    final MemorySegment scores;

    CodecWorkspace(VectorCodec codec) {
        this.codec = codec;
        scratch = guarded(codec.exactQueryBytes());
        code = guarded(codec.codeBytes());
        original = guarded(codec.originalBytes());
        otherCode = guarded(codec.codeBytes());
        exactQuery = guarded(codec.exactQueryBytes());
        query = guarded(codec.queryBytes());
        otherQuery = guarded(codec.queryBytes());
        addresses = arena.allocate(ValueLayout.JAVA_LONG, 4);
        scores = arena.allocate(ValueLayout.JAVA_FLOAT, 4);
    }

    /** The tiers this machine has; the scalar one is always there. */
    static List<Kernels> tiers() {
        List<Kernels> tiers = new ArrayList<>();
        for (KernelTier tier : KernelTier.values()) {
            try {
                tiers.add(Kernels.of(tier));
            } catch (UnsupportedOperationException absent) {
                assert tier != KernelTier.SCALAR : absent;
            }
        }
        return tiers;
    }

    void encode(float[] vector) {
        codec.encode(vector, scratch.address(), code.address(), original.address());
    }

    void encodeOther(float[] vector) {
        codec.encode(vector, scratch.address(), otherCode.address(), original.address());
    }

    void encodeQuery(float[] vector) {
        codec.encodeQuery(vector, exactQuery.address(), query.address());
    }

    float score() {
        return codec.scoreCode(code.address(), query.address());
    }

    float rescore() {
        addresses.set(ValueLayout.JAVA_LONG, 0, original.address());
        codec.rescore(addresses.address(), 1, exactQuery.address(), scores.address());
        return scores.get(ValueLayout.JAVA_FLOAT, 0);
    }

    float[] decoded() {
        float[] point = new float[codec.dimension()];
        codec.decode(code.address(), point);
        return point;
    }

    static byte[] bytes(MemorySegment piece) {
        return piece.toArray(ValueLayout.JAVA_BYTE);
    }

    float factor0() {
        return code.get(ValueLayout.JAVA_FLOAT_UNALIGNED, CodeLayout.factorsOffset(codec.dimension()));
    }

    float factor1() {
        return code.get(ValueLayout.JAVA_FLOAT_UNALIGNED, CodeLayout.factorsOffset(codec.dimension()) + 4L);
    }

    /** The signed codes of the record. */
    int[] codes() {
        int[] codes = new int[codec.dimension()];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = (code.get(ValueLayout.JAVA_BYTE, i) & 0xFF) - CodeLayout.BIAS;
        }
        return codes;
    }

    boolean guardsIntact() {
        for (MemorySegment guard : guards) {
            for (byte b : bytes(guard)) {
                if (b != GUARD) {
                    return false;
                }
            }
        }
        return true;
    }

    @Override
    public void close() {
        arena.close();
    }

    private MemorySegment guarded(long bytes) {
        // Starts off any alignment, because records in the log do too.
        MemorySegment whole = arena.allocate(1 + GUARD_BYTES + bytes + GUARD_BYTES);
        whole.fill(GUARD);
        guards.add(whole.asSlice(0, 1 + GUARD_BYTES));
        guards.add(whole.asSlice(1 + GUARD_BYTES + bytes));
        return whole.asSlice(1 + GUARD_BYTES, bytes);
    }
}
