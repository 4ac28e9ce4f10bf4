// SPDX-License-Identifier: Apache-2.0
package dev.simonides.disk;

import dev.simonides.Hit;
import dev.simonides.Limits;
import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.Query;
import dev.simonides.Vectors;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * What one thread writes, all of it into one tenant: operation {@code i} follows from seed, thread and {@code i} alone, so
 * what a store must hold can be said without asking those who wrote it. Immutable.
 */
record Script(long seed, int thread) {
    static final int DIMENSION = 8;
    private static final int KEYS = 40;
    private static final int BATCH = 3;
    private static final int FILLER_MAX = 1_500;

    /** Vectors come back exactly as they were put. */
    static final MemoryIndexOptions OPTIONS = MemoryIndexOptions.ofDimension(DIMENSION)
            .similarity(Similarity.DOT)
            .originals(OriginalFormat.F32)
            .exactScanMax(10)
            .indexerThreads(1);

    private enum Kind {
        PUT,
        PUT_ALL,
        DELETE
    }

    private Random random(int operation) {
        return new Random((seed * 31 + thread) * 1_000_003 + operation);
    }

    private static Kind kind(Random random) {
        int chance = random.nextInt(100);
        return chance < 65 ? Kind.PUT : chance < 80 ? Kind.PUT_ALL : Kind.DELETE;
    }

    private static String key(Random random) {
        return "key-" + random.nextInt(KEYS);
    }

    private String text(int operation, Random random) {
        int filler = random.nextInt(FILLER_MAX);
        return thread + "/" + operation + "/" + "abcdefgh".repeat(filler / 8);
    }

    String tenant() {
        return "thread-" + thread;
    }

    /** What is put by an operation; nothing if it deletes. */
    private List<Map.Entry<String, String>> puts(int operation) {
        Random random = random(operation);
        Kind kind = kind(random);
        int first = random.nextInt(KEYS);
        return switch (kind) {
            case DELETE -> List.of();
            case PUT -> List.of(Map.entry("key-" + first, text(operation, random)));
            case PUT_ALL -> {
                List<Map.Entry<String, String>> batch = new ArrayList<>();
                for (int i = 0; i < BATCH; i++) {
                    batch.add(Map.entry("key-" + (first + i) % KEYS, text(operation, random)));
                }
                yield batch;
            }
        };
    }

    private static Memory memory(String key, String text) {
        return Memory.of(key, vector(text)).text(text);
    }

    private static float[] vector(String text) {
        return Vectors.gaussian(text.hashCode(), DIMENSION);
    }

    private List<Memory> memories(int operation) {
        List<Memory> memories = new ArrayList<>();
        for (Map.Entry<String, String> put : puts(operation)) {
            memories.add(memory(put.getKey(), put.getValue()).tenant(tenant()));
        }
        return memories;
    }

    private String deletedKey(int operation) {
        Random random = random(operation);
        kind(random);
        return key(random);
    }

    /** Does an operation and waits for its acknowledgement. */
    void perform(MemoryIndex index, int operation) {
        List<Memory> memories = memories(operation);
        if (memories.isEmpty()) {
            boolean _ = index.delete(tenant(), deletedKey(operation));
        } else {
            index.putAll(memories);
        }
    }

    /** Begins an operation, if it can go on without being waited for. */
    Optional<CompletableFuture<Long>> submit(MemoryIndex index, int operation) {
        List<Memory> memories = memories(operation);
        return memories.isEmpty() ? Optional.empty() : Optional.of(index.submitAll(memories));
    }

    /** Does an operation to what is expected. */
    void apply(int operation, Map<String, String> state) {
        List<Map.Entry<String, String>> puts = puts(operation);
        if (puts.isEmpty()) {
            state.remove(deletedKey(operation));
        }
        for (Map.Entry<String, String> put : puts) {
            state.put(put.getKey(), put.getValue());
        }
    }

    /** What the store holds of this thread, read in every way there is. */
    Map<String, String> contents(MemoryIndex index) {
        Map<String, String> contents = new TreeMap<>();
        Query everything = Query.of(vector("anything")).tenant(tenant());
        for (Hit hit : index.search(everything.top(Limits.TOP_MAX))) {
            if (contents.put(hit.key(), hit.text()) != null) {
                throw new AssertionError("found twice: " + hit.key());
            }
        }
        Set<String> exact = new HashSet<>();
        for (Hit hit : index.exact().search(everything.top(Limits.TOP_MAX))) {
            exact.add(hit.key());
        }
        if (!exact.equals(contents.keySet())) {
            throw new AssertionError("search found " + contents.keySet() + ", exact search " + exact);
        }
        for (int i = 0; i < KEYS; i++) {
            String key = "key-" + i;
            Optional<Memory> memory = index.get(tenant(), key);
            String text = memory.map(Memory::text).orElse(null);
            if (!java.util.Objects.equals(text, contents.get(key))) {
                throw new AssertionError("search and get differ about " + key);
            }
            if (memory.isPresent() && !Arrays.equals(memory.get().vector(), vector(text))) {
                throw new AssertionError("the vector of " + key + " changed");
            }
        }
        return contents;
    }

    /**
     * Finds how many operations were done.
     *
     * @param contents what a store holds of this thread
     * @param least how many at least
     * @param most how many at most
     * @throws AssertionError if what it holds is the state after none of those numbers
     */
    int operationsIn(Map<String, String> contents, int least, int most, Object when) {
        Map<String, String> state = new TreeMap<>();
        for (int done = 0; done <= most; done++) {
            if (done > 0) {
                apply(done - 1, state);
            }
            if (done >= least && state.equals(contents)) {
                return done;
            }
        }
        throw new AssertionError(when + ", thread=" + thread + ": no prefix of " + least + " to " + most
                + " operations gives " + describe(contents) + "; all of them give " + describe(state));
    }

    static String describe(Map<String, String> state) {
        Map<String, String> operations = new TreeMap<>();
        state.forEach((key, text) -> operations.put(key, text.substring(0, text.lastIndexOf('/'))));
        return operations.toString();
    }
}
