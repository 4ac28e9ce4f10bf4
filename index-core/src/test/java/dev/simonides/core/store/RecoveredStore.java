// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.store;

import dev.simonides.MemoryIndexOptions;
import dev.simonides.RecoveryReport;
import dev.simonides.core.search.SearchScratch;
import dev.simonides.core.search.TenantSearch;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.wal.LogOptions;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.StorageLock;
import dev.simonides.wal.WriteAheadLog;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * A store as an opening finds it, before the first thread starts: what it serves from then on is decided. Confined to one
 * thread, which closes it.
 */
public final class RecoveredStore implements AutoCloseable {
    private final StorageLock lock;
    private final Recovery.Recovered recovered;
    private final MemoryIndexOptions options;

    /** Receives what is stored. */
    @FunctionalInterface
    public interface Contents {
        void memory(String key, String text, float[] vector);
    }

    private RecoveredStore(StorageLock lock, Recovery.Recovered recovered, MemoryIndexOptions options) {
        this.lock = lock;
        this.recovered = recovered;
        this.options = options;
    }

    /** Does what opening a store for writing does, in its order. */
    public static RecoveredStore open(
            StorageDirectory directory, MemoryIndexOptions options, UnaryOperator<LogOptions> log) {
        StorageLock lock = directory.lock(StoreOpening.LOCK_NAME);
        boolean done = false;
        try {
            StoreFile file = StoreFile.read(directory);
            LogOptions logOptions = log.apply(LogOptions.of(file.storeId()));
            RecoveredStore opened =
                    new RecoveredStore(lock, new Recovery(directory, options, logOptions, file.pages()).run(), options);
            done = true;
            return opened;
        } finally {
            if (!done) {
                lock.close();
            }
        }
    }

    public RecoveryReport report() {
        return recovered.report();
    }

    /**
     * Reads all that a tenant holds: as records and pages say, which key directory, search and exact search must say too.
     *
     * @param query any vector
     */
    public void read(String tenantName, float[] query, Contents contents) {
        StoreMemory memory = recovered.memory();
        Tenant tenant = memory.tenants().find(tenantName);
        if (tenant == null) {
            return;
        }
        int live = 0;
        for (int ordinal = 0; ordinal < tenant.count(); ordinal++) {
            if (!tenant.dead(ordinal)) {
                live++;
                byte[] key = tenant.key(ordinal);
                int found = tenant.keys().get(tenant.keys().key(tenant.id(), key));
                if (found != ordinal) {
                    throw new AssertionError("key of ordinal " + ordinal + " leads to " + found);
                }
                float[] vector = new float[memory.codec().dimension()];
                memory.codec().decodeOriginal(tenant.vectors().originalAddress(ordinal), vector);
                contents.memory(
                        new String(key, StandardCharsets.UTF_8),
                        new String(tenant.payload(ordinal), StandardCharsets.UTF_8),
                        vector);
            }
        }
        requireFound(tenant, query, live);
    }

    private void requireFound(Tenant tenant, float[] query, int live) {
        StoreMemory memory = recovered.memory();
        TenantSearch search =
                new TenantSearch(memory.kernels(), memory.codec(), options.exactScanMax(), memory.published());
        SearchScratch scratch = new SearchScratch(0, memory.kernels(), memory.codec(), memory.scratch());
        search.search(tenant, query, tenant.count() + 1, 1, false, scratch);
        requireLive(tenant, scratch, live);
        search.exact(tenant, query, tenant.count() + 1, scratch);
        requireLive(tenant, scratch, live);
    }

    private static void requireLive(Tenant tenant, SearchScratch scratch, int live) {
        boolean[] found = new boolean[tenant.count()];
        for (int rank = 0; rank < scratch.size(); rank++) {
            int ordinal = scratch.ordinal(rank);
            if (found[ordinal] || tenant.dead(ordinal)) {
                throw new AssertionError("found twice or dead: " + ordinal);
            }
            found[ordinal] = true;
        }
        if (scratch.size() != live) {
            throw new AssertionError(scratch.strategy() + " found " + scratch.size() + " of " + live);
        }
    }

    @Override
    public void close() {
        WriteAheadLog log = Objects.requireNonNull(recovered.log());
        log.close();
        recovered.memory().close();
        lock.close();
    }
}
