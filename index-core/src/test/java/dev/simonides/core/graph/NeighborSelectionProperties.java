// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.simonides.Vectors;
import dev.simonides.core.tenant.TenantFixture;
import dev.simonides.core.vector.VectorPages;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** The bulk selection is the paper's Algorithm 4, written down plainly. */
class NeighborSelectionProperties {
    @Property(tries = 60)
    void choosesWhatAlgorithm4Chooses(
            @ForAll Similarity similarity,
            @ForAll @IntRange(min = 1, max = 400) int candidates,
            @ForAll @IntRange(min = 1, max = 40) int wanted,
            @ForAll long seed) {
        VectorCodec codec = VectorCodec.of(8, similarity, OriginalFormat.NONE, Kernels.best());
        try (TenantFixture fixture = new TenantFixture(codec, 1_000);
                Arena arena = Arena.ofConfined()) {
            // A few vectors are equal: every tenth is the one before, and some are the base.
            float[][] vectors = Vectors.clustered(seed, candidates + 1, 8, 4, 0.5);
            for (int i = 0; i <= candidates; i++) {
                int same = i % 50 == 25 ? 0 : i - 1;
                fixture.add(vectors[i % 10 == 9 || i % 50 == 25 ? same : i]);
            }
            VectorPages pages = fixture.tenant().vectors();
            long query = arena.allocate(codec.queryBytes(), 64).address();
            codec.queryFromCode(pages.codeAddress(0), query);
            long[] keys = new long[candidates];
            for (int i = 0; i < candidates; i++) {
                keys[i] = CandidatePool.key(i + 1, codec.scoreCode(pages.codeAddress(i + 1), query));
            }
            Arrays.sort(keys);
            List<Integer> expected = algorithm4(codec, pages, keys, wanted, query);

            int[] chosen = new int[wanted];
            int count =
                    new NeighborSelection(Kernels.best(), codec, arena).select(keys, candidates, pages, chosen, wanted);

            assertEquals(expected, Arrays.stream(chosen, 0, count).boxed().toList());
        }
    }

    /** Lines 7 to 14: a candidate is kept if it is closer to the base than to any that is kept. */
    private static List<Integer> algorithm4(VectorCodec codec, VectorPages pages, long[] keys, int wanted, long query) {
        List<Integer> kept = new ArrayList<>();
        for (long key : keys) {
            int candidate = CandidatePool.ordinal(key);
            float toBase = CandidatePool.score(key);
            boolean closest = true;
            for (int neighbor : kept) {
                codec.queryFromCode(pages.codeAddress(neighbor), query);
                closest &= codec.scoreCode(pages.codeAddress(candidate), query) < toBase;
            }
            if (closest && kept.size() < wanted) {
                kept.add(candidate);
            }
        }
        return kept;
    }
}
