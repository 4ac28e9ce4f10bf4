// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.graph;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.simonides.Limits;
import dev.simonides.core.vector.VectorPages;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import dev.simonides.simd.OffHeap;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/**
 * Chooses neighbours: the paper's Algorithm 4, SELECT-NEIGHBORS-HEURISTIC, without extension and without keeping the pruned.
 *
 * <p>A candidate is kept if it is closer to the base than to every neighbour kept before it, so the list points in different
 * directions. Worked the other way round for the sake of the bulk kernel: each kept neighbour scores all candidates that are
 * left, and those at least as close to it as to the base are dropped. A candidate as close to both is dropped too: in a heap
 * of equal vectors every node then links to one twin and otherwise outwards. Confined to one linker.
 */
final class NeighborSelection {
    private static final MemorySegment MEMORY = OffHeap.everything();

    private final Kernels kernels;
    private final VectorCodec codec;
    private final long query;
    private final long addresses;
    private final long scores;
    private int[] ordinals = new int[Limits.GATHER_MAX];
    private float[] baseScores = new float[Limits.GATHER_MAX];

    NeighborSelection(Kernels kernels, VectorCodec codec, SegmentAllocator memory) {
        this.kernels = kernels;
        this.codec = codec;
        this.query = memory.allocate(codec.queryBytes(), 64).address();
        this.addresses = memory.allocate(8L * Limits.EF_CONSTRUCTION_MAX, 64).address();
        this.scores = memory.allocate(4L * Limits.GATHER_MAX, 64).address();
    }

    /**
     * Chooses from candidates in order.
     *
     * @param keys candidates as {@link CandidatePool#key}, best first
     * @param count how many
     * @param vectors where their codes are
     * @param chosen out, ordinals in order of closeness
     * @param wanted how many to choose at most
     * @return how many were chosen
     */
    int select(long[] keys, int count, VectorPages vectors, int[] chosen, int wanted) {
        if (count > ordinals.length) {
            ordinals = new int[count];
            baseScores = new float[count];
        }
        for (int i = 0; i < count; i++) {
            ordinals[i] = CandidatePool.ordinal(keys[i]);
            baseScores[i] = CandidatePool.score(keys[i]);
            MEMORY.set(JAVA_LONG, addresses + 8L * i, vectors.codeAddress(ordinals[i]));
        }
        int chosenCount = 0;
        int left = count;
        while (left > 0 && chosenCount < wanted) {
            chosen[chosenCount++] = ordinals[0];
            codec.queryFromCode(MEMORY.get(JAVA_LONG, addresses), query);
            left = dropCovered(left);
        }
        return chosenCount;
    }

    /** Keeps of the candidates behind the first those closer to the base than to it, at the front; returns how many. */
    private int dropCovered(int count) {
        int kept = 0;
        for (int block = 1; block < count; block += Limits.GATHER_MAX) {
            int blockCount = Math.min(Limits.GATHER_MAX, count - block);
            kernels.int8ScoreGather(addresses + 8L * block, blockCount, query, scores, 0, 0);
            for (int i = 0; i < blockCount; i++) {
                float toChosen = MEMORY.get(JAVA_FLOAT, scores + 4L * i);
                int candidate = block + i;
                if (toChosen < baseScores[candidate]) {
                    ordinals[kept] = ordinals[candidate];
                    baseScores[kept] = baseScores[candidate];
                    MEMORY.set(JAVA_LONG, addresses + 8L * kept, MEMORY.get(JAVA_LONG, addresses + 8L * candidate));
                    kept++;
                }
            }
        }
        return kept;
    }
}
