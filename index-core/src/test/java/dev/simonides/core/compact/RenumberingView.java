// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.compact;

import dev.simonides.core.graph.GraphLinker;
import dev.simonides.core.memory.MemoryBudget;
import dev.simonides.core.store.Store;
import dev.simonides.core.tenant.Numbering;

/** What tests of other packages do with a compaction. */
public final class RenumberingView {
    private RenumberingView() {}

    /** Begins one that is not the store's own. */
    public static Renumbering of(Store store, GraphLinker linker) {
        return new Renumbering(
                store.tenants(),
                new MemoryBudget(1L << 30),
                linker,
                store.published().get());
    }

    /** What it builds. */
    public static Numbering next(Renumbering renumbering) {
        return renumbering.next();
    }
}
