// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import dev.simonides.MemoryIndexOptions;

/** The options a store was created with, as text and as JSON. */
final class StoreOptions {
    private StoreOptions() {}

    static String line(MemoryIndexOptions options) {
        return "dimension " + options.dimension()
                + ", " + Arguments.word(options.similarity())
                + ", m " + options.m()
                + ", ef-construction " + options.efConstruction()
                + ", originals " + Arguments.word(options.originals())
                + ", durability " + options.durability();
    }

    static JsonRow row(MemoryIndexOptions options) {
        return JsonRow.create()
                .with("dimension", options.dimension())
                .with("similarity", Arguments.word(options.similarity()))
                .with("m", options.m())
                .with("ef_construction", options.efConstruction())
                .with("originals", Arguments.word(options.originals()))
                .with("durability", options.durability().toString());
    }
}
