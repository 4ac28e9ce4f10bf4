// SPDX-License-Identifier: Apache-2.0
package dev.simonides.damage;

import dev.simonides.Hit;
import dev.simonides.Limits;
import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.ProgressListener;
import dev.simonides.Query;
import dev.simonides.SalvageReport;
import dev.simonides.SmallSegments;
import dev.simonides.Vectors;
import dev.simonides.core.store.RecoveredStore;
import dev.simonides.core.store.Salvage;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A small store with a file of every kind: two generations, at least three segments of the log behind the newer one, and a
 * last write that nothing later says was durable. Immutable.
 */
final class SmallStore {
    private static final List<String> TENANTS = List.of("", "other", "many");
    private static final int MANY = 59;
    private static final int DIMENSION = 4;
    private static final int ID_HIGH = 24;
    private static final int SEGMENT_BYTES = 16 << 10;

    /** A budget, so that a file that claims to be large is refused and not believed. */
    private static final MemoryIndexOptions OPTIONS = MemoryIndexOptions.ofDimension(DIMENSION)
            .similarity(Similarity.DOT)
            .originals(OriginalFormat.F32)
            .m(4)
            .efConstruction(16)
            .exactScanMax(0)
            .indexerThreads(1)
            .memoryBudgetBytes(32 << 20)
            .checkpointOnClose(false);

    private static final Map<String, float[]> VECTORS = new ConcurrentHashMap<>();

    private final SimulatedDirectory disk;
    private final Map<String, String> whole;
    private final Map<String, String> withoutTheLast;
    private final Set<String> history;

    private SmallStore(
            SimulatedDirectory disk,
            Map<String, String> whole,
            Map<String, String> withoutTheLast,
            Set<String> history) {
        this.disk = disk;
        this.history = Set.copyOf(history);
        this.whole = Map.copyOf(whole);
        this.withoutTheLast = Map.copyOf(withoutTheLast);
    }

    /** The store as a killed process left it. */
    SimulatedDirectory disk() {
        return disk;
    }

    /** The identity that is in every file. */
    UUID id() {
        ByteBuffer file = ByteBuffer.wrap(disk.content("STORE")).order(ByteOrder.LITTLE_ENDIAN);
        return new UUID(file.getLong(ID_HIGH), file.getLong(ID_HIGH + Long.BYTES));
    }

    /** All that was written, tenant and key to text. */
    Map<String, String> whole() {
        return whole;
    }

    /** Whether a text was ever written under a name. */
    boolean wrote(String name, String text) {
        return history.contains(name + "=" + text);
    }

    /** The same, but for the last write. */
    Map<String, String> withoutTheLast() {
        return withoutTheLast;
    }

    /** Opens a store up to where its first thread would start. */
    static RecoveredStore recover(SimulatedDirectory disk) {
        return RecoveredStore.open(
                disk, OPTIONS, log -> log.segmentBytes(SEGMENT_BYTES).salts(new Random(1)));
    }

    static SalvageReport salvage(SimulatedDirectory from, SimulatedDirectory to) {
        return Salvage.run(() -> from, () -> to, log -> log.segmentBytes(SEGMENT_BYTES));
    }

    static MemoryIndex open(SimulatedDirectory disk) {
        return open(disk, new Random(1));
    }

    private static MemoryIndex open(SimulatedDirectory disk, Random salts) {
        return SmallSegments.open(disk, OPTIONS, SEGMENT_BYTES, salts);
    }

    /** Writes a store; another seed, another store with files of the same names. */
    static SmallStore write(int seed) {
        SimulatedDirectory disk = SimulatedDirectory.empty();
        Random salts = new Random(seed);
        State state = new State();
        try (MemoryIndex index = open(disk, salts)) {
            for (int i = 0; i < 14; i++) {
                put(index, state, "", "key-" + i, seed + "/first/" + i);
            }
            for (int i = 0; i < 6; i++) {
                put(index, state, "other", "key-" + i, seed + "/other/" + i);
            }
            putMany(index, state, seed);
            put(index, state, "", "key-3", seed + "/updated");
            delete(index, state, "", "key-5");
            index.awaitLinked(ProgressListener.SILENT);
            index.compact(ProgressListener.SILENT);
            put(index, state, "", "key-20", seed + "/second " + "long ".repeat(300));
        }
        try (MemoryIndex index = open(disk, salts)) {
            put(index, state, "", "key-21", seed + "/third");
            put(index, state, "other", "key-1", seed + "/third");
            delete(index, state, "", "key-7");
            index.awaitLinked(ProgressListener.SILENT);
            index.checkpoint();
            for (int i = 0; i < 3; i++) {
                put(index, state, TENANTS.get(i % 2), "key-" + (8 + i), seed + "/last/" + i);
            }
            delete(index, state, "other", "key-2");
            Map<String, String> before = new TreeMap<>(state.present);
            put(index, state, "", "key-30", seed + "/the last");
            return new SmallStore(disk.afterKill(), state.present, before, state.history);
        }
    }

    /** What was written so far. */
    private static final class State {
        final Map<String, String> present = new TreeMap<>();
        final Set<String> history = new HashSet<>();

        void put(String tenant, String key, String text) {
            present.put(tenant + "/" + key, text);
            history.add(tenant + "/" + key + "=" + text);
        }
    }

    /** A graph so large that what changes later is a small part of all graphs. */
    private static void putMany(MemoryIndex index, State state, int seed) {
        List<Memory> memories = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            String text = seed + "/many/" + i;
            memories.add(Memory.of("key-" + i, vector(text)).text(text).tenant("many"));
            state.put("many", "key-" + i, text);
        }
        index.putAll(memories);
    }

    private static void put(MemoryIndex index, State state, String tenant, String key, String text) {
        index.put(Memory.of(key, vector(text)).text(text).tenant(tenant));
        state.put(tenant, key, text);
    }

    private static void delete(MemoryIndex index, State state, String tenant, String key) {
        if (!index.delete(tenant, key)) {
            throw new AssertionError("not there: " + key);
        }
        state.present.remove(tenant + "/" + key);
    }

    private static float[] vector(String text) {
        return VECTORS.computeIfAbsent(text, t -> Vectors.gaussian(t.hashCode(), DIMENSION));
    }

    private static float[] everything() {
        return new float[] {1, 2, 3, 4};
    }

    /** What a store was found to hold, by what it read from files and log, by search and by key, which must agree. */
    static Map<String, String> contents(RecoveredStore store) {
        Map<String, String> contents = new TreeMap<>();
        for (String tenant : TENANTS) {
            store.read(tenant, everything(), (key, text, vector) -> {
                if (!Arrays.equals(vector, vector(text))) {
                    throw new AssertionError("another vector: " + tenant + "/" + key);
                }
                contents.put(tenant + "/" + key, text);
            });
        }
        return contents;
    }

    /** What a store serves, by search, exact search and key, which must agree, with the vectors it was given. */
    static Map<String, String> contents(MemoryIndex index) {
        Map<String, String> contents = new TreeMap<>();
        for (String tenant : TENANTS) {
            Query everything = Query.of(everything()).tenant(tenant).top(Limits.TOP_MAX);
            int hits = 0;
            for (Hit hit : index.search(everything)) {
                hits++;
                contents.put(tenant + "/" + hit.key(), hit.text());
                Memory memory = index.get(tenant, hit.key()).orElseThrow();
                if (!memory.text().equals(hit.text()) || !Arrays.equals(memory.vector(), vector(hit.text()))) {
                    throw new AssertionError("search and get differ about " + hit.key());
                }
            }
            int exact = 0;
            for (Hit hit : index.exact().search(everything)) {
                exact++;
                if (!hit.text().equals(contents.get(tenant + "/" + hit.key()))) {
                    throw new AssertionError("search and exact search differ about " + hit.key());
                }
            }
            if (exact != hits) {
                throw new AssertionError("search found " + hits + ", exact search " + exact);
            }
        }
        return contents;
    }

    /** Reads what there is, whatever it is. */
    static void readAnything(MemoryIndex index) {
        for (String tenant : TENANTS) {
            Query everything = Query.of(everything()).tenant(tenant);
            for (Hit hit : index.search(everything.top(Limits.TOP_MAX))) {
                Memory _ = index.get(tenant, hit.key()).orElse(null);
                String _ = hit.text();
            }
            index.search(everything.top(3));
            index.exact().search(everything.top(3));
        }
        index.awaitLinked(ProgressListener.SILENT);
        index.verify(ProgressListener.SILENT);
    }

    /**
     * Goes on with two generations, which leave nothing of the damage, and reads everything back after another opening. Before
     * that {@code verify} tells of the damage that an opening passed over.
     */
    static void use(SimulatedDirectory disk, Map<String, String> contents) {
        Map<String, String> expected = new TreeMap<>(contents);
        try (MemoryIndex index = open(disk, new Random(2))) {
            index.put(Memory.of("used", vector("used")).text("used"));
            index.checkpoint();
            index.put(Memory.of("used", vector("again")).text("again"));
            expected.put("/used", "again");
            index.checkpoint();
        }
        try (MemoryIndex index = open(disk, new Random(3))) {
            Map<String, String> found = contents(index);
            if (!found.equals(expected)) {
                throw new AssertionError("used afterwards: " + found);
            }
            List<String> findings = index.verify(ProgressListener.SILENT).findings();
            if (!findings.isEmpty()) {
                throw new AssertionError("used afterwards: " + findings);
            }
        }
    }
}
