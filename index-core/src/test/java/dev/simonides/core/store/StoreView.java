// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.store;

/** What tests of other packages look at in a store. */
public final class StoreView {
    private StoreView() {}

    /** Where the scratch of searches comes from. */
    public static Object scratchMemory(Store store) {
        return store.scratchMemory();
    }
}
