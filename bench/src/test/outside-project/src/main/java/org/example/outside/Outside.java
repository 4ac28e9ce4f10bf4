// SPDX-License-Identifier: Apache-2.0
package org.example.outside;

import dev.simonides.Hit;
import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.Query;
import java.nio.file.Path;
import java.util.List;

/** Stores four places of a table, closes the store, opens it again and asks who sat nearest to a place. */
public final class Outside {
    private static final List<String> GUESTS = List.of("Scopas", "Castor", "Pollux", "Simonides");
    private static final int DIMENSION = 8;

    private Outside() {}

    /**
     * Runs the program.
     *
     * @param arguments the folder of the store
     */
    public static void main(String[] arguments) {
        var store = Path.of(arguments[0]);
        try (MemoryIndex index = MemoryIndex.open(store, MemoryIndexOptions.ofDimension(DIMENSION))) {
            for (int seat = 0; seat < GUESTS.size(); seat++) {
                index.put(Memory.of("seat-" + seat, place(seat)).text(GUESTS.get(seat)));
            }
        }
        try (MemoryIndex index = MemoryIndex.open(store)) {
            for (Hit hit : index.search(Query.of(place(2)).top(1))) {
                System.out.println("found " + hit.key() + " " + hit.text());
            }
            System.out.println("kernels " + index.stats().kernels());
        }
        System.out.println("module " + MemoryIndex.class.getModule().getName());
    }

    private static float[] place(int seat) {
        var vector = new float[DIMENSION];
        vector[seat] = 1;
        vector[DIMENSION - 1] = 0.25f;
        return vector;
    }
}
