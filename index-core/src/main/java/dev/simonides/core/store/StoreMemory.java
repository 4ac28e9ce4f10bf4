// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.store;

import dev.simonides.MemoryIndexOptions;
import dev.simonides.core.checkpoint.VectorMappings;
import dev.simonides.core.epoch.Epochs;
import dev.simonides.core.key.HeapKeyDirectory;
import dev.simonides.core.key.KeyDirectory;
import dev.simonides.core.memory.MemoryBudget;
import dev.simonides.core.memory.Slabs;
import dev.simonides.core.tenant.TenantShape;
import dev.simonides.core.tenant.Tenants;
import dev.simonides.core.write.Applier;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import java.lang.foreign.SegmentAllocator;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a store keeps in memory, without a thread and without a file: recovery fills it, the writer goes on with it. What a
 * recovery that failed half-way left in it is thrown away with all of it. Closed by whoever made it, once nobody reads it.
 */
final class StoreMemory implements AutoCloseable {
    private final Kernels kernels = Kernels.best();
    private final VectorCodec codec;
    private final MemoryBudget budget;
    private final Slabs slabs = new Slabs();
    private final Slabs records = new Slabs();
    private final Slabs scratch = new Slabs();
    private final AtomicLong published = new AtomicLong();
    private final Tenants tenants;
    private final KeyDirectory keys;
    private final Applier applier;
    private final int searchesMax = Math.max(64, 4 * Runtime.getRuntime().availableProcessors());
    private final Epochs epochs;
    private final VectorMappings mappings;

    /** Takes no off-heap memory yet. */
    StoreMemory(MemoryIndexOptions options) {
        this.codec = VectorCodec.of(options.dimension(), options.similarity(), options.originals(), kernels);
        this.budget = new MemoryBudget(options.memoryBudgetBytes());
        this.tenants = new Tenants(
                new TenantShape(codec, options.m(), options.exactScanMax(), options.seed(), slabs, records));
        this.keys = new HeapKeyDirectory(new SecureRandom().nextInt());
        this.epochs = new Epochs(searchesMax + options.indexerThreads());
        this.mappings = new VectorMappings(options.residency(), tenants, budget, epochs);
        this.applier = new Applier(tenants, keys, budget, records, codec);
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

    /** Memory of keys and payloads; the writer thread's alone. */
    Slabs records() {
        return records;
    }

    /** Memory of searches and linkers. */
    SegmentAllocator scratch() {
        return scratch.segments();
    }

    /** The watermark: LSN of the last visible write. */
    AtomicLong published() {
        return published;
    }

    Tenants tenants() {
        return tenants;
    }

    KeyDirectory keys() {
        return keys;
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
        slabs.close();
        records.close();
    }
}
