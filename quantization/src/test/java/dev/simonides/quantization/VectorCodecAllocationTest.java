// SPDX-License-Identifier: Apache-2.0
package dev.simonides.quantization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.simonides.simd.Kernels;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a search and an insert call for every vector leaves nothing to collect. */
class VectorCodecAllocationTest {
    private static final int DIMENSION = 384;
    private static final int WARM_UP_CALLS = 20_000;
    private static final int CALLS = 1_000;
    private static final int ROUNDS = 20;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @ParameterizedTest
    @EnumSource(Similarity.class)
    void allocatesNothingOnceWarm(Similarity similarity) {
        float[] vector = VectorShape.GAUSSIAN.vector(DIMENSION, 7);
        VectorCodec codec = VectorCodec.of(DIMENSION, similarity, OriginalFormat.F16, Kernels.best());
        try (CodecWorkspace workspace = new CodecWorkspace(codec)) {
            float sum = work(workspace, vector, WARM_UP_CALLS);
            // The least of several rounds: a compilation that finishes meanwhile may add a few bytes to one of them.
            long least = Long.MAX_VALUE;
            for (int round = 0; round < ROUNDS; round++) {
                long before = THREADS.getCurrentThreadAllocatedBytes();
                sum += work(workspace, vector, CALLS);
                least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
            }

            assertEquals(0, least, "bytes in " + CALLS + " calls");
            assertTrue(Float.isFinite(sum));
        }
    }

    private static float work(CodecWorkspace workspace, float[] vector, int calls) {
        VectorCodec codec = workspace.codec;
        float sum = 0f;
        for (int i = 0; i < calls; i++) {
            workspace.encode(vector);
            workspace.encodeQuery(vector);
            codec.queryFromCode(workspace.code.address(), workspace.otherQuery.address());
            sum += codec.scoreCode(workspace.code.address(), workspace.otherQuery.address());
            sum += workspace.rescore();
        }
        return sum;
    }
}
