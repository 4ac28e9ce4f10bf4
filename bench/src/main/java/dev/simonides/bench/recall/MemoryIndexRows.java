// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.recall;

import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.bench.data.VectorRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Puts rows of a base into a store under the keys by which {@link MemoryIndexSearcher} finds them. */
public final class MemoryIndexRows {
    private static final int BATCH = 256;

    private MemoryIndexRows() {}

    /**
     * Puts rows in the order of their keys.
     *
     * @param keys one a row
     * @return every row once
     */
    public static int[] inOrderOf(double[] keys) {
        return IntStream.range(0, keys.length)
                .boxed()
                .sorted(Comparator.comparingDouble(row -> keys[row]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /**
     * Puts rows as fast as the store takes them.
     *
     * @param index of the caller
     * @param vectors float32[rows][dim]
     * @param order the rows to put
     */
    public static void put(MemoryIndex index, float[][] vectors, int[] order) {
        List<Memory> batch = new ArrayList<>(BATCH);
        for (int i = 0; i < order.length; i++) {
            batch.add(Memory.of(VectorRow.keyOf(order[i]), vectors[order[i]]));
            if (batch.size() == BATCH || i == order.length - 1) {
                var _ = index.putAll(batch);
                batch.clear();
            }
        }
    }
}
