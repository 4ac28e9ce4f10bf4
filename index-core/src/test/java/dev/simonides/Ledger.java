// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * The states a store goes through under a sequence of writes: what a crash leaves must be one of them, and none before the
 * last acknowledged.
 */
final class Ledger {
    static final int DIMENSION = 4;

    /** Key to text after each write; the first is the empty store. */
    private final List<Map<String, String>> states = new ArrayList<>(List.of(Map.of()));

    /** What the store holds after the given number of writes. */
    Map<String, String> after(int writes) {
        return states.get(writes);
    }

    int writes() {
        return states.size() - 1;
    }

    /** Notes what a write will do, before it is done. */
    void expect(UnaryOperator<Map<String, String>> write) {
        states.add(Map.copyOf(write.apply(new TreeMap<>(states.getLast()))));
    }

    /** Takes the last write back: it was refused. */
    void retract() {
        states.removeLast();
    }

    /** Forgets everything but a present state. */
    void restart(Map<String, String> present) {
        states.clear();
        states.add(Map.copyOf(present));
    }

    static UnaryOperator<Map<String, String>> putting(String key, String text) {
        return state -> {
            state.put(key, text);
            return state;
        };
    }

    static UnaryOperator<Map<String, String>> deleting(String key) {
        return state -> {
            state.remove(key);
            return state;
        };
    }

    static Memory memory(String key, String text) {
        return Memory.of(key, Vectors.gaussian(text.hashCode(), DIMENSION)).text(text);
    }

    /** Everything the store holds; search, get and verify must agree about it. */
    static Map<String, String> contents(MemoryIndex index) {
        Map<String, String> contents = new TreeMap<>();
        float[] query = Vectors.gaussian(1, index.options().dimension());
        for (Hit hit : index.search(Query.of(query).top(Limits.TOP_MAX))) {
            contents.put(hit.key(), hit.text());
            assertEquals(hit.text(), index.get(hit.key()).orElseThrow().text());
        }
        assertEquals(contents.size(), index.stats().liveCount());
        VerifyReport report = index.verify(ProgressListener.SILENT);
        assertTrue(report.clean(), () -> report.findings().toString());
        return contents;
    }

    /** Checks that a state is that after {@code least} writes or more; returns after how many. */
    int check(Map<String, String> contents, int least, Object when) {
        for (int writes = least; writes < states.size(); writes++) {
            if (states.get(writes).equals(contents)) {
                return writes;
            }
        }
        throw new AssertionError(when + ": found " + contents + ", which is no state after " + least
                + " acknowledged writes or more: " + states.subList(least, states.size()));
    }
}
