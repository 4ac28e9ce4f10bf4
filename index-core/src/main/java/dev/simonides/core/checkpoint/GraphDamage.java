// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

/** A graph file says what no graph can be: the graph is rebuilt, nobody outside this package hears of it as an exception. */
final class GraphDamage extends Exception {
    private static final long serialVersionUID = 1L;

    GraphDamage(String what) {
        super(what, null, false, false);
    }

    static void unless(boolean valid, String what) throws GraphDamage {
        if (!valid) {
            throw new GraphDamage(what);
        }
    }
}
