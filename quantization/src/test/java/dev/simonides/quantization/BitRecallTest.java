// SPDX-License-Identifier: Apache-2.0
package dev.simonides.quantization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.simonides.simd.Kernels;
import dev.simonides.simd.OffHeap;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * 1-bit codes on embeddings of text: all vectors scored, the best few ranked by their INT8 codes. The data is not part of the
 * project; it is looked for in a folder {@code shared} beside it.
 */
class BitRecallTest {
    private static final int TOP = 10;
    private static final int QUERIES = 100;
    private static final int[] KEPT = {10, 20, 40, 80, 160, 320};
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;

    /** 50,000 glosses of WordNet at 384 dimensions. */
    @Test
    void theBest80ByOneBitHoldTheBest10At384() throws IOException {
        Path data = find("wordnet-384");

        double[] recall = recall(vectors(data.resolve("base.fvecs")), vectors(data.resolve("query.fvecs")));

        assertTrue(recall[2] > 0.97 && recall[3] > 0.99, Arrays.toString(recall));
    }

    /** 5,882 turns of conversations at 768 dimensions. */
    @Test
    void theBest80ByOneBitHoldTheBest10At768() throws IOException {
        Path data = find("locomo-768");

        double[] recall = recall(vectors(data.resolve("turns.fvecs")), vectors(data.resolve("questions.fvecs")));

        assertTrue(recall[2] > 0.97 && recall[3] > 0.99, Arrays.toString(recall));
    }

    /** For every number of {@link #KEPT}: the share of the best ten by INT8 codes among so many best by 1-bit codes. */
    private static double[] recall(float[][] base, float[][] queries) {
        double[] found = new double[KEPT.length];
        double worst = 0;
        Kernels kernels = Kernels.best();
        VectorCodec codec = VectorCodec.of(base[0].length, Similarity.COSINE, OriginalFormat.NONE, kernels);
        try (Arena arena = Arena.ofConfined()) {
            BitCodec bits = BitCodec.of(codec, 1, kernels, arena);
            long exact = OffHeap.map(codec.exactQueryBytes(), arena).address();
            long scratch =
                    OffHeap.map(BitCodec.scratchBytes(codec.dimension()), arena).address();
            long query = OffHeap.map(codec.queryBytes(), arena).address();
            long bitQuery =
                    OffHeap.map(BitCodec.queryBytes(codec.dimension()), arena).address();
            long codes =
                    OffHeap.map((long) base.length * codec.codePitch(), arena).address();
            long bitCodes =
                    OffHeap.map((long) base.length * bits.codePitch(), arena).address();
            MemorySegment addresses = OffHeap.map(8L * base.length, arena);
            for (int i = 0; i < base.length; i++) {
                long bitCode = bitCodes + (long) i * bits.codePitch();
                addresses.setAtIndex(ValueLayout.JAVA_LONG, i, bitCode);
            }
            MemorySegment scores = OffHeap.map(4L * base.length, arena);
            MemorySegment estimates = OffHeap.map(4L * base.length, arena);
            for (int i = 0; i < base.length; i++) {
                long code = codes + (long) i * codec.codePitch();
                codec.encode(base[i], exact, code, 0);
                bits.encode(code, scratch, addresses.getAtIndex(ValueLayout.JAVA_LONG, i));
            }
            for (int q = 0; q < QUERIES; q++) {
                codec.encodeQuery(queries[q * (queries.length / QUERIES)], exact, query);
                bits.encodeQuery(query, scratch, bitQuery);
                kernels.int8ScoreBulk(codes, codec.codePitch(), base.length, query, scores.address());
                kernels.bitScoreGather(addresses.address(), base.length, bitQuery, estimates.address(), 0, 0);
                int[] truth = best(scores, base.length, TOP);
                int[] ranked = best(estimates, base.length, KEPT[KEPT.length - 1]);
                for (int n = 0; n < KEPT.length; n++) {
                    Set<Integer> kept = new HashSet<>();
                    Arrays.stream(ranked, 0, KEPT[n]).forEach(kept::add);
                    found[n] += Arrays.stream(truth).filter(kept::contains).count();
                }
                for (int i = 0; i < base.length; i++) {
                    worst = Math.max(worst, Math.abs(scores.getAtIndex(F32, i) - estimates.getAtIndex(F32, i)));
                }
            }
        }
        // Seven times the deviation that BitCodec states for vectors of length 1.
        assertTrue(worst < 7 * 0.77 / Math.sqrt(base[0].length), "error " + worst);
        return Arrays.stream(found).map(sum -> sum / (TOP * QUERIES)).toArray();
    }

    private static int[] best(MemorySegment scores, int count, int wanted) {
        long[] keys = new long[count];
        for (int i = 0; i < count; i++) {
            // Cosines lie within −2..2; the smallest key is the best.
            keys[i] = Math.round((2 - scores.getAtIndex(F32, i)) * 0x1p30) << 31 | i;
        }
        Arrays.sort(keys);
        return Arrays.stream(keys, 0, wanted)
                .mapToInt(key -> (int) (key & 0x7FFFFFFF))
                .toArray();
    }

    private static Path find(String name) {
        Path place = Path.of("shared", "data", name);
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.isDirectory(folder.resolve(place))) {
                return folder.resolve(place);
            }
        }
        assumeTrue(false, "no data: " + place + " is not beside the project");
        return place;
    }

    private static float[][] vectors(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int dimension = bytes.getInt(0);
        float[][] vectors = new float[bytes.capacity() / (Integer.BYTES + dimension * Float.BYTES)][dimension];
        for (float[] vector : vectors) {
            assertEquals(dimension, bytes.getInt());
            bytes.asFloatBuffer().get(vector);
            bytes.position(bytes.position() + dimension * Float.BYTES);
        }
        return vectors;
    }
}
