// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.latency;

import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.ProgressListener;
import dev.simonides.bench.data.VectorRow;
import java.util.ArrayList;
import java.util.List;

/** Puts rows of the base into a store, each under the key of its number. Any thread. */
final class BaseRows {
    private static final int BATCH = 256;

    private final MemoryIndex index;
    private final float[][] base;

    BaseRows(MemoryIndex index, float[][] base) {
        this.index = index;
        this.base = base;
    }

    /** How many rows there are. */
    int count() {
        return base.length;
    }

    /** Puts rows as fast as the store takes them, and waits until they are linked. */
    void put(int from, int end) {
        List<Memory> batch = new ArrayList<>(BATCH);
        for (int row = from; row < end; row++) {
            batch.add(memory(row));
            if (batch.size() == BATCH || row == end - 1) {
                var _ = index.putAll(batch);
                batch.clear();
            }
        }
        index.awaitLinked(ProgressListener.SILENT);
    }

    /** Puts one row and waits until it is acknowledged. */
    void put(int row) {
        var _ = index.put(memory(row));
    }

    private Memory memory(int row) {
        return Memory.of(VectorRow.keyOf(row), base[row]);
    }
}
