// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash.engine;

import dev.simonides.Memory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Operation {@code index} of thread {@code thread}: always the same for the same seed.
 *
 * @param seed of the history
 * @param thread whose operation it is; only this thread writes its keys
 * @param index which operation, from 0
 * @param kind what is done
 * @param key the first key that it is about
 */
record Operation(long seed, int thread, long index, Kind kind, int key) {
    static final int KEYS = 30;
    static final List<String> TENANTS = List.of("", "second");
    private static final int BATCH = 3;
    private static final int PAYLOAD_CHARS_MAX = 300;
    private static final int PAYLOAD_CHARS_GIANT = 20_000;

    enum Kind {
        PUT,
        PUT_ALL,
        DELETE,
        GET,
        SEARCH,
        FLUSH,
        CHECKPOINT,
        COMPACT,
        REOPEN
    }

    static Operation of(long seed, int thread, long index) {
        Random random = random(seed, thread, index);
        int dice = random.nextInt(1_000);
        Kind kind = dice < 740
                ? Kind.PUT
                : dice < 800
                        ? Kind.PUT_ALL
                        : dice < 920
                                ? Kind.DELETE
                                : dice < 940
                                        ? Kind.GET
                                        : dice < 965 ? Kind.SEARCH : dice < 970 ? Kind.FLUSH : kept(dice);
        return new Operation(seed, thread, index, kind, random.nextInt(KEYS));
    }

    private static Kind kept(int dice) {
        return dice < 986 ? Kind.CHECKPOINT : dice < 992 ? Kind.COMPACT : Kind.REOPEN;
    }

    private static Random random(long seed, int thread, long index) {
        return new Random((seed * 31 + thread) * 0x9e3779b97f4a7c15L + index * 0xbf58476d1ce4e5b9L);
    }

    /** The keys that it writes or deletes. */
    List<String> keys() {
        List<String> keys = new ArrayList<>();
        int count = kind == Kind.PUT_ALL ? BATCH : 1;
        for (int i = 0; i < count; i++) {
            keys.add(name(thread, (key + i) % KEYS));
        }
        return keys;
    }

    static String name(int thread, int key) {
        return "t" + thread + "-" + key;
    }

    /** The thread whose key it is. */
    static int thread(String key) {
        return Integer.parseInt(key.substring(1, key.indexOf('-')));
    }

    /** Each key is of one tenant. */
    static String tenant(String key) {
        return TENANTS.get((key.charAt(key.length() - 1) - '0') % TENANTS.size());
    }

    /** What it puts under one of its keys. */
    Memory memory(String name) {
        return Memory.of(name, vector(name)).text(text(name)).tenant(tenant(name));
    }

    /** Exact in F16, so that what is stored is what was put, unless it is normalised or quantised. */
    float[] vector(String name) {
        Random random = random(seed ^ name.hashCode(), thread, index);
        float[] vector = new float[EnginePlan.DIMENSION];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (random.nextInt(129) - 64) / 16f;
        }
        vector[0] += vector[0] == 0 ? 1 : 0;
        return vector;
    }

    /** The operation's number, then letters; some are longer than a segment. */
    String text(String name) {
        Random random = random(seed ^ name.hashCode(), thread, index);
        int chars = random.nextInt(100) == 0 ? PAYLOAD_CHARS_GIANT : random.nextInt(PAYLOAD_CHARS_MAX);
        StringBuilder text = new StringBuilder(chars + 20).append(index).append(' ');
        for (int i = 0; i < chars; i++) {
            text.append((char) ('a' + random.nextInt(26)));
        }
        return text.toString();
    }

    /** Which operation made a text. */
    static long index(String text) {
        return Long.parseLong(text.substring(0, text.indexOf(' ')));
    }
}
