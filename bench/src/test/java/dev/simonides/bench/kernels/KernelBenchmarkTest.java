// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.simonides.simd.KernelTier;
import dev.simonides.simd.Kernels;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The benchmark measures the same work on every tier. */
final class KernelBenchmarkTest {
    @ParameterizedTest
    @ValueSource(ints = {32, 512})
    void everyFormGivesTheResultsOfTheScalarTier(int records) {
        KernelBenchmark scalar = opened(KernelTier.SCALAR, records);
        KernelBenchmark best = opened(Kernels.best().tier(), records);
        try {
            assertEquals(scalar.int8DotSingle(), best.int8DotSingle());
            assertEquals(scalar.int8DotBulk(), best.int8DotBulk());
            assertEquals(scalar.int8DotGather(), best.int8DotGather());
            assertEquals(scalar.int8ScoreBulk(), best.int8ScoreBulk());
            assertEquals(scalar.int8ScoreGatherBy16(), best.int8ScoreGatherBy16());
            assertEquals(scalar.bitScoreGatherBy16(), best.bitScoreGatherBy16());
            assertEquals(scalar.bitEncode(), best.bitEncode());
            assertEquals(Float.intBitsToFloat(scalar.f16DotGather()), Float.intBitsToFloat(best.f16DotGather()), 1e-4f);
        } finally {
            scalar.close();
            best.close();
        }
    }

    private static KernelBenchmark opened(KernelTier tier, int records) {
        KernelBenchmark benchmark = new KernelBenchmark();
        benchmark.tier = tier;
        benchmark.dimension = 384;
        benchmark.records = records;
        benchmark.open();
        return benchmark;
    }
}
