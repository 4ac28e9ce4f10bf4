// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash.mutant;

import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.ProgressListener;
import dev.simonides.Query;
import dev.simonides.RecoveryReport;
import dev.simonides.crash.CrashApplication;
import dev.simonides.crash.CrashChild;
import dev.simonides.crash.CrashFailure;
import dev.simonides.crash.CrashRun;
import dev.simonides.crash.Sequence;
import dev.simonides.quantization.Similarity;
import dev.simonides.wal.Durability;
import dev.simonides.wal.StorageDirectory;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;

/** A small store for cheap crash tests: puts, updates, deletes and checkpoints, or compactions, over segments of a few frames. */
public final class TrialStore implements CrashApplication {
    private static final int DIMENSION = 4;
    private static final int KEYS = 7;
    private static final int SEGMENT_BYTES = 16 << 10;
    private static final MemoryIndexOptions OPTIONS = MemoryIndexOptions.ofDimension(DIMENSION)
            .similarity(Similarity.EUCLIDEAN)
            .durability(new Durability.Group())
            .exactScanMax(0)
            .indexerThreads(1)
            .m(4)
            .efConstruction(8);

    private final MemoryIndexOptions options;

    /** Whether it is compacted where it is otherwise checkpointed. */
    private final boolean compacted;

    TrialStore() {
        this(new Durability.Group(), false);
    }

    private TrialStore(Durability durability, boolean compacted) {
        this.options = OPTIONS.durability(durability);
        this.compacted = compacted;
    }

    /** Durable at checkpoints only: what is in between is not acknowledged. */
    static TrialStore lazy() {
        return new TrialStore(new Durability.None(), false);
    }

    /** With a compaction for each checkpoint. */
    static TrialStore compacted() {
        return new TrialStore(new Durability.Group(), true);
    }

    /** For the children of kill rounds. */
    public static void main(String[] arguments) throws Exception {
        CrashChild.run(new TrialStore(), arguments);
    }

    MemoryIndex open(StorageDirectory directory) {
        return MemoryIndex.open(
                directory, options, log -> log.segmentBytes(SEGMENT_BYTES).salts(new Random(1)));
    }

    static Memory memory(long operation) {
        float[] vector = {operation, operation % 3, -operation, 1};
        // Some are longer than a block of the log.
        String text = "operation " + operation + " ".repeat((int) (operation * 997 % 5_000));
        return Memory.of("key-" + operation % KEYS, vector).text(text);
    }

    static boolean deletes(long operation) {
        return operation % 5 == 4;
    }

    static boolean checkpoints(long operation) {
        return operation % 6 == 3;
    }

    @Override
    public void work(CrashRun run) {
        Sequence sequence = run.sequence(0);
        try (MemoryIndex index = open(run.directory())) {
            while (run.goesOn()) {
                long operation = sequence.issue();
                if (compacted && checkpoints(operation)) {
                    long _ = index.compact(ProgressListener.SILENT);
                } else {
                    perform(index, operation);
                }
                if (!(options.durability() instanceof Durability.None) || checkpoints(operation)) {
                    while (sequence.acknowledged() < sequence.issued()) {
                        sequence.acknowledge();
                    }
                }
            }
        }
    }

    static void perform(MemoryIndex index, long operation) {
        if (checkpoints(operation)) {
            long _ = index.checkpoint();
        } else if (deletes(operation)) {
            boolean _ = index.delete("", "key-" + (operation - 3) % KEYS);
        } else {
            long _ = index.put(memory(operation));
        }
    }

    /** What is there after the first operations. */
    static Map<String, String> after(long operations) {
        Map<String, String> state = new TreeMap<>();
        for (long operation = 0; operation < operations; operation++) {
            if (!checkpoints(operation)) {
                if (deletes(operation)) {
                    state.remove("key-" + (operation - 3) % KEYS);
                } else {
                    Memory memory = memory(operation);
                    state.put(memory.key(), memory.text());
                }
            }
        }
        return state;
    }

    @Override
    public void check(CrashRun run) {
        try (MemoryIndex index = open(run.directory())) {
            // The disk is honest, so whatever a crash leaves is whole: nothing is passed over, nothing built again.
            RecoveryReport recovery = index.recovery();
            require(
                    recovery.fallback().isEmpty() && recovery.rebuilt().isEmpty(),
                    "opened with " + recovery.describe());
            long generations = LongStream.range(0, run.sequence(0).acknowledged())
                    .filter(TrialStore::checkpoints)
                    .count();
            require(recovery.generation() >= generations, "of " + generations + " checkpoints: " + recovery.describe());
            Map<String, String> found = contents(index);
            var report = index.verify(ProgressListener.SILENT);
            require(report.clean(), "verify: " + report.findings());
            long _ = run.sequence(0).findPrefix(operations -> after(operations).equals(found));
        }
    }

    /** Everything there is; get and search must agree about it, and every vector must be the one put. */
    static Map<String, String> contents(MemoryIndex index) {
        Map<String, String> contents = new TreeMap<>();
        for (int key = 0; key < KEYS; key++) {
            index.get("key-" + key).ifPresent(memory -> {
                contents.put(memory.key(), memory.text());
                long operation = Long.parseLong(
                        memory.text().substring("operation ".length()).strip());
                for (int i = 0; i < DIMENSION; i++) {
                    require(memory.vector()[i] == memory(operation).vector()[i], "vector of " + memory);
                }
            });
        }
        Query all = Query.of(new float[] {1, 2, 3, 4}).top(KEYS + 1);
        require(index.search(all).size() == contents.size(), "search finds " + index.search(all) + " of " + contents);
        require(index.exact().search(all).size() == contents.size(), "exact search of " + contents);
        require(index.stats().liveCount() == contents.size(), "alive: " + index.stats());
        return contents;
    }

    private static void require(boolean condition, String what) {
        if (!condition) {
            throw new CrashFailure(what);
        }
    }
}
