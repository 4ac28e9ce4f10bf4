// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.bench.data.ImportFiles;
import dev.simonides.bench.data.LineFile;
import dev.simonides.bench.data.VectorFile;
import dev.simonides.bench.data.VectorRow;
import dev.simonides.bench.data.VectorShape;
import dev.simonides.bench.data.VectorSource;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code simonides import}: a file of vectors becomes memories.
 *
 * <p>The file is read twice: once to check every row, and only if nothing is wrong with any of them once more to store
 * them. Reading is cheap beside linking, and a file that lies in its last row leaves no trace in the store.
 */
@Command(name = "import", description = "Store the vectors of a file, and wait until all are linked.")
final class ImportCommand implements Callable<Integer> {
    @Mixin
    private final StoreArgument store = new StoreArgument();

    @Mixin
    private final Output output = new Output();

    @Parameters(
            index = "1",
            paramLabel = "FILE",
            description = "Vectors: .fvecs, .bvecs, .npy, .hdf5 (ann-benchmarks) or .jsonl, plain or .gz.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
    private Path file;

    @Option(names = "--texts", paramLabel = "FILE", description = "One text a line, plain or .gz, in row order.")
    private Optional<Path> texts = Optional.empty();

    @ArgGroup(exclusive = true)
    private @Nullable Tenants tenants;

    @Option(names = "--threads", paramLabel = "N", description = "Threads that link (default: one a core).")
    private Optional<Integer> threads = Optional.empty();

    @Override
    public Integer call() {
        ImportFiles files = files();
        try (ProgressBars bars = output.bars();
                MemoryIndex index = store.open(bars, this::withThreads)) {
            long count = validated(index, files);
            ImportTimes times;
            try (VectorSource rows = files.open()) {
                times = new Importer(index, bars).store(memories(rows), count);
            }
            bars.finish();
            report(times);
        }
        return ExitCode.DONE;
    }

    private MemoryIndexOptions withThreads(MemoryIndexOptions stored) {
        return threads.isPresent() ? stored.indexerThreads(threads.get()) : stored;
    }

    private ImportFiles files() {
        ImportFiles files = ImportFiles.of(VectorFile.of(file));
        if (texts.isPresent()) {
            files = files.texts(LineFile.texts(texts.get()));
        }
        if (tenants != null && tenants.file != null) {
            files = files.tenants(LineFile.tenants(tenants.file));
        }
        return files;
    }

    /** Reads everything and throws at the first row that the store would not take. */
    private long validated(MemoryIndex index, ImportFiles files) {
        MemoryIndexOptions options = index.options();
        MemoryCheck check = MemoryCheck.of(options);
        VectorShape shape = files.validate(row -> check.check(memory(row)));
        requireRoom(
                options.estimateBytes(shape.count()),
                options.memoryBudgetBytes() - index.stats().offHeapBytes());
        return shape.count();
    }

    /** Beforehand, for an import that fills the memory half way would have stored half of the file. */
    void requireRoom(long neededBytes, long leftBytes) {
        if (neededBytes > leftBytes) {
            throw Refusal.usage(file + ": bytes of memory: expected=at most " + leftBytes
                    + ", what is left of the half of this machine that a store may use, actual=" + neededBytes);
        }
    }

    private Iterator<Memory> memories(VectorSource rows) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return rows.hasNext();
            }

            @Override
            public Memory next() {
                return memory(rows.next());
            }
        };
    }

    private Memory memory(VectorRow row) {
        Memory memory = Memory.of(row.key(), row.vector());
        if (row.text().isPresent()) {
            memory = memory.text(row.text().get());
        } else if (row.bytes().isPresent()) {
            memory = memory.payload(row.bytes().get());
        }
        if (tenants != null && tenants.name != null) {
            return memory.tenant(tenants.name);
        }
        return row.tenant().isPresent() ? memory.tenant(row.tenant().get()) : memory;
    }

    private void report(ImportTimes times) {
        output.say(
                "%,d memories stored at %,.0f/s, stored and linked at %,.0f/s (%.2f s)",
                times.count(), times.storedPerSecond(), times.linkedPerSecond(), times.seconds());
        output.row(JsonRow.create()
                .with("imported", times.count())
                .with("stored_per_s", Math.round(times.storedPerSecond()))
                .with("linked_per_s", Math.round(times.linkedPerSecond()))
                .with("seconds", times.seconds()));
    }

    /** Whose memories the rows become: one tenant for all, or a file with one a row. */
    private static final class Tenants {
        @Option(names = "--tenant", paramLabel = "T", required = true, description = "The tenant of all rows.")
        private @Nullable String name;

        @Option(
                names = "--tenants",
                paramLabel = "FILE",
                required = true,
                description = "One tenant a line, plain or .gz, in row order.")
        private @Nullable Path file;
    }
}
