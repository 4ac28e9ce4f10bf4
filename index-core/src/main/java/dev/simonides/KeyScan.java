// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import dev.simonides.core.key.KeyDirectory;
import dev.simonides.core.key.KeyOrder;
import dev.simonides.core.search.SearchScratch;
import dev.simonides.core.store.Store;
import dev.simonides.core.tenant.Tenant;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The memories of a tenant in the order of their keys, as {@link MemoryIndex#scan} promises.
 *
 * <p>Holds nothing of the store between two memories but the numbers of those to come. A compaction gives them others; the rest
 * is found anew then, behind the last key.
 */
final class KeyScan implements Iterator<Memory> {
    private static final byte[] BEFORE_ALL = {};

    private final MemoryIndex index;
    private final Store store;
    private final String tenantName;
    private final byte[] prefix;

    private @Nullable Tenant numbered;
    private int[] ordinals = {};
    private int next;
    private byte[] last = BEFORE_ALL;
    private @Nullable Memory ahead;
    private boolean ended;

    KeyScan(MemoryIndex index, Store store, String tenantName, byte[] prefix) {
        this.index = index;
        this.store = store;
        this.tenantName = tenantName;
        this.prefix = prefix;
    }

    @Override
    public boolean hasNext() {
        if (ahead == null && !ended) {
            ahead = advance();
            ended = ahead == null;
        }
        return ahead != null;
    }

    @Override
    public Memory next() {
        Memory memory = hasNext() ? ahead : null;
        if (memory == null) {
            throw new NoSuchElementException("the scan has ended");
        }
        ahead = null;
        return memory;
    }

    private @Nullable Memory advance() {
        SearchScratch scratch = store.scratchPool().claim();
        try {
            Tenant tenant = store.tenants().find(tenantName);
            if (tenant == null) {
                return null;
            }
            if (tenant != numbered) {
                collect(tenant);
            }
            while (next < ordinals.length) {
                byte[] key = tenant.key(ordinals[next++]);
                int ordinal = index.visibleOrdinal(tenant, key);
                if (ordinal != KeyDirectory.NONE) {
                    last = key;
                    return index.memory(tenant, ordinal, new String(key, StandardCharsets.UTF_8));
                }
            }
            return null;
        } finally {
            store.scratchPool().release(scratch);
        }
    }

    /** The living with the prefix, behind the last one. */
    private void collect(Tenant tenant) {
        long watermark = store.published().get();
        KeyOrder order = new KeyOrder(tenant::keyAddress, tenant::keyBytes);
        ordinals = order.sorted(IntStream.range(0, tenant.count())
                .filter(ordinal -> tenant.visible(ordinal, watermark) && order.follows(ordinal, last, prefix))
                .toArray());
        numbered = tenant;
        next = 0;
    }
}
