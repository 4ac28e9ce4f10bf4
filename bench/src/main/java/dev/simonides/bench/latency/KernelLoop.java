// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.latency;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import dev.simonides.simd.OffHeap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;

/**
 * The bare bulk kernel on the vectors of a store: in each call it scores as many of them as a hop of a search does, at
 * random, and nothing else. Confined to the thread that runs it; it writes nothing that another loop could share a cache
 * line with but the scores, which have lines of their own.
 */
final class KernelLoop implements Runnable {
    private static final MemorySegment MEMORY = OffHeap.everything();
    private static final long ALIGNMENT = 64;
    // The codes of a vector are within a percent or two of it.
    private static final double CODE_ERROR_MAX = 0.05;

    /** Calls of a round: enough to meet nearly all of 50,000 vectors, 14 at a time. */
    static final int CALLS = 8_192;

    private final Kernels kernels;
    private final long addresses;
    private final long query;
    private final long scores;
    private final int gathered;

    private KernelLoop(Kernels kernels, int gathered, long addresses, long query, long scores) {
        this.kernels = kernels;
        this.gathered = gathered;
        this.addresses = addresses;
        this.query = query;
        this.scores = scores;
    }

    /** The codes of vectors, one behind the other, as pages hold them. Immutable. */
    static final class Codes {
        private final float[][] vectors;
        private final VectorCodec codec;
        private final Arena arena;
        private final long first;

        /**
         * Encodes vectors.
         *
         * @param vectors float32[count][dim]
         * @param arena of the memory
         */
        Codes(float[][] vectors, Arena arena) {
            this.vectors = vectors;
            this.codec = VectorCodec.of(vectors[0].length, Similarity.COSINE, OriginalFormat.NONE, Kernels.best());
            this.arena = arena;
            this.first = OffHeap.map((long) vectors.length * codec.codePitch(), arena)
                    .address();
            long scratch = arena.allocate(codec.exactQueryBytes(), ALIGNMENT).address();
            for (int i = 0; i < vectors.length; i++) {
                codec.encode(vectors[i], scratch, first + (long) i * codec.codePitch(), 0);
            }
        }

        /**
         * Makes a loop over them.
         *
         * @param vector what all are scored against
         * @param gathered vectors a call, at least 1
         * @param seed of the order in which they come
         */
        KernelLoop loop(float[] vector, int gathered, long seed) {
            long addresses =
                    OffHeap.map((long) CALLS * gathered * Long.BYTES, arena).address();
            Random random = new Random(seed);
            for (long i = 0; i < (long) CALLS * gathered; i++) {
                long code = first + (long) random.nextInt(vectors.length) * codec.codePitch();
                MEMORY.set(JAVA_LONG, addresses + i * Long.BYTES, code);
            }
            long query = arena.allocate(codec.queryBytes(), ALIGNMENT).address();
            codec.encodeQuery(
                    vector, arena.allocate(codec.exactQueryBytes(), ALIGNMENT).address(), query);
            long scores =
                    arena.allocate((long) gathered * Float.BYTES, ALIGNMENT).address();
            KernelLoop loop = new KernelLoop(Kernels.best(), gathered, addresses, query, scores);
            check(loop, vector);
            return loop;
        }

        /** A benchmark of wrong results is worth nothing. */
        private void check(KernelLoop loop, float[] vector) {
            loop.run();
            long last = loop.addresses + (CALLS - 1L) * loop.gathered * Long.BYTES;
            for (long i = 0; i < loop.gathered; i++) {
                long code = MEMORY.get(JAVA_LONG, last + i * Long.BYTES);
                double expected = cosine(vectors[(int) ((code - first) / codec.codePitch())], vector);
                float actual = MEMORY.get(JAVA_FLOAT, loop.scores + i * Float.BYTES);
                if (!(Math.abs(actual - expected) < CODE_ERROR_MAX)) {
                    throw new IllegalStateException("score: expected=" + expected + ", actual=" + actual);
                }
            }
        }

        private static double cosine(float[] a, float[] b) {
            double dot = 0;
            double squaresA = 0;
            double squaresB = 0;
            for (int d = 0; d < a.length; d++) {
                dot += (double) a[d] * b[d];
                squaresA += (double) a[d] * a[d];
                squaresB += (double) b[d] * b[d];
            }
            return dot / Math.sqrt(squaresA * squaresB);
        }
    }

    /** One round. */
    @Override
    public void run() {
        for (long call = 0; call < CALLS; call++) {
            kernels.int8ScoreGather(addresses + call * gathered * Long.BYTES, gathered, query, scores, 0, 0);
        }
    }
}
