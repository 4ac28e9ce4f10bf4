// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.wal.FileSystemDirectory;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.StorageIoException;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * What is done to the golden stores, and so what they hold: every kind of file in two generations, a log behind them,
 * several tenants, updates and deletes before and behind each checkpoint. From version 3 on the store is compacted twice: once
 * before the generations, and once behind them, so that only the log says so.
 */
final class GoldenStore {
    static final int DIMENSION = 5;
    static final int MANY = 200;
    static final long MILLIS = 1_700_000_000_000L;

    private static final int SEGMENT_BYTES = 16 << 10;

    private final Map<String, Stored> memories = new TreeMap<>();
    private long lsn;

    private GoldenStore() {}

    /** A memory as it was put last. */
    record Stored(String tenant, String key, String text, long lsn) {
        /** The vector is that of the text. */
        float[] vector() {
            return GoldenStore.vector(text);
        }

        byte[] payload() {
            return text.getBytes(StandardCharsets.UTF_8);
        }
    }

    /** Small numbers that floats and their products hold exactly. */
    static float[] vector(String text) {
        float[] vector = new float[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
            vector[i] = ((text.hashCode() >> (5 * i)) & 31) - 15.5f;
        }
        return vector;
    }

    static MemoryIndexOptions options() {
        return MemoryIndexOptions.ofDimension(DIMENSION)
                .similarity(Similarity.DOT)
                .originals(OriginalFormat.F32)
                .m(4)
                .efConstruction(16)
                .exactScanMax(0)
                .seed(77)
                .clock(Clock.fixed(Instant.ofEpochMilli(MILLIS), ZoneOffset.UTC))
                .indexerThreads(1)
                .checkpointOnClose(false);
    }

    /** What one of a version holds, {@code tenant/key} to memory. */
    static Map<String, Stored> contents(int version) {
        SimulatedDirectory disk = SimulatedDirectory.empty();
        return new GoldenStore().make(version, () -> disk);
    }

    /** Writes one of the present version where nothing is yet; returns what it holds. */
    static Map<String, Stored> write(Path directory) {
        return new GoldenStore().make(3, () -> FileSystemDirectory.openOrCreate(directory));
    }

    private Map<String, Stored> make(int version, Supplier<StorageDirectory> directory) {
        Checkpoints medium = new Checkpoints();
        try (MemoryIndex index = open(directory, medium)) {
            first(index);
            if (version >= 3) {
                compact(index);
            }
        }
        try (MemoryIndex index = open(directory, medium)) {
            second(index);
            if (version >= 3) {
                medium.failing = true;
                compact(index);
                put(index, "", "key-0", "behind the second compaction");
                delete(index, "", "key-1");
            }
        }
        return memories;
    }

    /** A medium that refuses the files of a checkpoint from some moment on. */
    private static final class Checkpoints implements StepDirectory.Steps {
        private boolean failing;

        @Override
        public void before(String step) {
            if (failing && step.equals("create vec")) {
                throw new StorageIoException("vec", -1, "input/output error");
            }
        }
    }

    private static MemoryIndex open(Supplier<StorageDirectory> directory, Checkpoints medium) {
        return MemoryIndex.open(
                new StepDirectory(directory.get(), medium), options(), log -> log.segmentBytes(SEGMENT_BYTES));
    }

    /** Logged, and done in memory, whatever becomes of the checkpoint. */
    private void compact(MemoryIndex index) {
        lsn++;
        // What is linked when a checkpoint begins is a matter of time, and shows in the sizes of files.
        index.awaitLinked(ProgressListener.SILENT);
        try {
            long _ = index.compact(ProgressListener.SILENT);
        } catch (StorageIoException e) {
            // As it was to be.
        }
    }

    private void first(MemoryIndex index) {
        for (int i = 0; i < 6; i++) {
            put(index, "", "key-" + i, "first " + i);
        }
        put(index, "kraków", "ключ", "żółw " + "long ".repeat(200));
        put(index, "kraków", "empty", "");
        putMany(index);
        put(index, "", "key-1", "first, updated");
        delete(index, "", "key-2");
        index.awaitLinked(ProgressListener.SILENT);
        index.checkpoint();
        put(index, "", "key-3", "between");
        delete(index, "", "key-4");
        put(index, "late", "a", "a tenant that came later");
    }

    private void second(MemoryIndex index) {
        put(index, "", "key-0", "second");
        index.awaitLinked(ProgressListener.SILENT);
        index.checkpoint();
        put(index, "", "key-5", "behind");
        put(index, "last", "b", "a tenant of the log alone");
        delete(index, "kraków", "empty");
        put(index, "many", "key-7", "an update behind");
    }

    private void putMany(MemoryIndex index) {
        List<Memory> batch = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            Stored stored = remember("many", "key-" + i, "many " + i);
            batch.add(
                    Memory.of(stored.key(), stored.vector()).text(stored.text()).tenant("many"));
        }
        index.putAll(batch);
    }

    private void put(MemoryIndex index, String tenant, String key, String text) {
        Stored stored = remember(tenant, key, text);
        index.put(Memory.of(key, stored.vector()).payload(stored.payload()).tenant(tenant));
    }

    private Stored remember(String tenant, String key, String text) {
        lsn++;
        Stored stored = new Stored(tenant, key, text, lsn);
        memories.put(tenant + "/" + key, stored);
        return stored;
    }

    private void delete(MemoryIndex index, String tenant, String key) {
        lsn++;
        memories.remove(tenant + "/" + key);
        if (!index.delete(tenant, key)) {
            throw new AssertionError("not there: " + key);
        }
    }
}
