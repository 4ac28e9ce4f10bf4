// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash.engine;

import java.util.HashMap;
import java.util.Map;

/** What a thread's keys hold after its first operations: the operation that wrote each. Confined to one thread. */
final class EngineModel {
    private final long seed;
    private final int thread;
    private final Map<String, Long> state = new HashMap<>();
    private long operations;

    EngineModel(long seed, int thread) {
        this.seed = seed;
        this.thread = thread;
    }

    /** The state after a number of operations, not less than asked for before. */
    Map<String, Long> after(long count) {
        for (; operations < count; operations++) {
            Operation operation = Operation.of(seed, thread, operations);
            switch (operation.kind()) {
                case PUT, PUT_ALL -> {
                    for (String key : operation.keys()) {
                        state.put(key, operations);
                    }
                }
                case DELETE -> state.remove(operation.keys().getFirst());
                case GET, SEARCH, FLUSH, CHECKPOINT, COMPACT, REOPEN -> {}
            }
        }
        return state;
    }
}
