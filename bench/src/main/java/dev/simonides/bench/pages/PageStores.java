// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.pages;

import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.ProgressListener;
import dev.simonides.bench.recall.MemoryIndexRows;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.wal.Durability;
import java.nio.file.Path;
import java.util.Random;

/** Makes stores of the same vectors, whose pages are as these arrived, shuffled, or as a checkpoint or a compaction arranged them. */
final class PageStores {
    static final String ARRIVED = "arrived";
    static final String CHECKPOINTED = "checkpointed";
    static final String COMPACTED = "compacted";

    private static final long SEED = 20261127;

    private final float[][] base;
    private final Path directory;
    private final OriginalFormat originals;

    /**
     * Makes none yet.
     *
     * @param base the vectors, float32[count][dim]
     * @param directory in which the stores are made
     * @param originals what is kept beside the codes
     */
    PageStores(float[][] base, Path directory, OriginalFormat originals) {
        this.base = base;
        this.directory = directory;
        this.originals = originals;
    }

    /** A new store, linked and in files; its checkpoints arrange new pages with a share of a processor, 0 for not at all. */
    MemoryIndex make(String name, double clusteringCpuMax) {
        MemoryIndexOptions options = MemoryIndexOptions.ofDimension(base[0].length)
                .originals(originals)
                .pageClusteringCpuMax(clusteringCpuMax)
                .durability(new Durability.None());
        MemoryIndex index = MemoryIndex.create(directory.resolve(name), options);
        double[] shuffled = new Random(SEED).doubles(base.length).toArray();
        MemoryIndexRows.put(index, base, MemoryIndexRows.inOrderOf(shuffled));
        index.awaitLinked(ProgressListener.SILENT);
        var _ = index.checkpoint();
        return index;
    }
}
