// SPDX-License-Identifier: Apache-2.0
package dev.simonides.disk;

/** How much of a random test is done: 1 in an ordinary build, the system property {@code soak.amount} in a long one. */
final class Amount {
    private Amount() {}

    static int of(int usual) {
        return Math.multiplyExact(usual, factor());
    }

    static int factor() {
        return Math.max(1, Integer.getInteger("soak.amount", 1));
    }
}
