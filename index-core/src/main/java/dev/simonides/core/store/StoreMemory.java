// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.store;

import dev.simonides.MemoryIndexOptions;
import dev.simonides.ProgressListener;
import dev.simonides.core.checkpoint.VectorMappings;
import dev.simonides.core.compact.Renumbering;
import dev.simonides.core.epoch.Epochs;
import dev.simonides.core.graph.GraphLinker;
import dev.simonides.core.key.HeapKeyDirectory;
import dev.simonides.core.memory.MemoryBudget;
import dev.simonides.core.memory.ScratchMemory;
import dev.simonides.core.tenant.Numbering;
import dev.simonides.core.tenant.TenantShape;
import dev.simonides.core.tenant.Tenants;
import dev.simonides.core.vector.PageFormat;
import dev.simonides.core.vector.PageGeometry;
import dev.simonides.core.write.Applier;
import dev.simonides.quantization.BitCodec;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What a store keeps in memory, without a thread and without a file: recovery fills it, the writer goes on with it. What a
 * recovery that failed half-way left in it is thrown away with all of it. Closed by whoever made it, once nobody reads it.
 */
final class StoreMemory implements AutoCloseable {
    private final Kernels kernels = Kernels.best();
    private final VectorCodec codec;
    private final MemoryBudget budget;
    private final ScratchMemory scratch = new ScratchMemory();
    private final AtomicLong published = new AtomicLong();
    private final Tenants tenants;
    private final Applier applier;
    private final int efConstruction;
    private @Nullable GraphLinker linker;
    private final int searchesMax = Math.max(64, 4 * Runtime.getRuntime().availableProcessors());
    private final Epochs epochs;
    private final VectorMappings mappings;

    /** Takes no off-heap memory yet. */
    StoreMemory(MemoryIndexOptions options, PageFormat pages) {
        this.codec = VectorCodec.of(options.dimension(), options.similarity(), options.originals(), kernels);
        this.efConstruction = options.efConstruction();
        this.budget = new MemoryBudget(options.memoryBudgetBytes());
        Numbering numbering = Numbering.of(0, new HeapKeyDirectory(new SecureRandom().nextInt()));
        this.tenants = new Tenants(new TenantShape(
                PageGeometry.of(codec, pages),
                options.m(),
                options.exactScanMax(),
                options.seed(),
                numbering,
                bits(options)));
        this.epochs = new Epochs(searchesMax + options.indexerThreads());
        this.mappings = new VectorMappings(options.residency(), tenants, budget, epochs);
        this.applier = new Applier(tenants, budget, codec, this::compact);
    }

    /** Puts the next numbering in the place of the present one, while nobody reads. */
    private void compact(long lsn, long asOfLsn) {
        Renumbering renumbering = new Renumbering(tenants, budget, linker(), asOfLsn);
        boolean done = false;
        try {
            renumbering.copy(ProgressListener.SILENT);
            var _ = renumbering.catchUp();
            done = true;
        } finally {
            if (!done) {
                renumbering.abandon();
            }
        }
        renumbering.swap(lsn).run();
    }

    /** The linker of compactions: of the thread that opens, then of the keeper. */
    GraphLinker linker() {
        GraphLinker present = linker;
        if (present == null) {
            present = new GraphLinker(kernels, codec, tenants.shape().m(), efConstruction, scratch());
            linker = present;
        }
        return present;
    }

    private @Nullable BitCodec bits(MemoryIndexOptions options) {
        return options.navigatesByBits() ? BitCodec.of(codec, options.seed(), kernels, scratch()) : null;
    }

    Kernels kernels() {
        return kernels;
    }

    VectorCodec codec() {
        return codec;
    }

    MemoryBudget budget() {
        return budget;
    }

    PageGeometry geometry() {
        return tenants.shape().geometry();
    }

    /** Memory of searches and linkers. */
    ScratchMemory scratch() {
        return scratch;
    }

    /** The watermark: LSN of the last visible write. */
    AtomicLong published() {
        return published;
    }

    Tenants tenants() {
        return tenants;
    }

    Applier applier() {
        return applier;
    }

    /** Searches that may run at once; their epoch slots are the first ones, those of the indexers follow. */
    int searchesMax() {
        return searchesMax;
    }

    Epochs epochs() {
        return epochs;
    }

    /** Where the full pages of vectors are. */
    VectorMappings mappings() {
        return mappings;
    }

    @Override
    public void close() {
        epochs.close();
        mappings.close();
        scratch.close();
        tenants.shape().numbering().close();
    }
}
