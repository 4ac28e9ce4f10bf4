// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

/** A sequence of writes, each the same whenever it is done: every fifth deletes, the others put one of some forty keys. */
final class Writes {
    private static final int KEYS = 41;

    private Writes() {}

    static void perform(MemoryIndex index, int write) {
        if (deletes(write)) {
            index.delete("", key(write));
        } else {
            index.put(Ledger.memory(key(write), "text " + write));
        }
    }

    /** What the store holds after each of the first writes, from none on. */
    static Ledger ledger(int writes) {
        Ledger ledger = new Ledger();
        for (int write = 0; write < writes; write++) {
            expect(ledger, write);
        }
        return ledger;
    }

    /** Notes what a write does. */
    static void expect(Ledger ledger, int write) {
        ledger.expect(deletes(write) ? Ledger.deleting(key(write)) : Ledger.putting(key(write), "text " + write));
    }

    private static boolean deletes(int write) {
        return write % 5 == 4;
    }

    /** A delete takes what was put three writes before. */
    private static String key(int write) {
        return "key-" + (deletes(write) ? write - 3 : write) % KEYS;
    }
}
