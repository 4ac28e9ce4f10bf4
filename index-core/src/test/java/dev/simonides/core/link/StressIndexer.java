// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.link;

import dev.simonides.core.epoch.Epochs;
import dev.simonides.core.graph.Graph;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.stress.StressStore;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/** What an indexer does with a tenant, on the calling thread. */
final class StressIndexer {
    private static final Epochs EPOCHS = new Epochs(1);

    private final Indexers indexers;

    StressIndexer(AtomicLong published) {
        this.indexers = new Indexers(published, EPOCHS, 0, failure -> {});
    }

    /** Settles the next pending ordinals. */
    void link(Tenant tenant) {
        Graph graph = Objects.requireNonNull(tenant.graph());
        indexers.linkShare(tenant, graph, StressStore.linker());
    }
}
