// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.wal.Durability;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code simonides create}: an empty store. */
@Command(name = "create", description = "Create an empty store.")
final class CreateCommand implements Callable<Integer> {
    @Mixin
    private final StoreArgument store = new StoreArgument();

    @Mixin
    private final Output output = new Output();

    @Option(names = "--dim", paramLabel = "D", required = true, description = "Components of every vector, 1..4096.")
    private int dimension;

    @Option(names = "--similarity", paramLabel = "S", description = "cosine (the default), dot or euclidean.")
    private Optional<Similarity> similarity = Optional.empty();

    @Option(names = "--m", paramLabel = "N", description = "Links of a vector in the graph (default 16).")
    private Optional<Integer> m = Optional.empty();

    @Option(
            names = "--ef-construction",
            paramLabel = "N",
            description = "Candidates looked at when a vector is linked (default 200).")
    private Optional<Integer> efConstruction = Optional.empty();

    @Option(
            names = "--originals",
            paramLabel = "F",
            description = "What is kept of a vector beside its code: none, f16 (the default) or f32.")
    private Optional<OriginalFormat> originals = Optional.empty();

    @Option(
            names = "--durability",
            paramLabel = "P",
            description = "When a write is acknowledged: " + Arguments.DURABILITIES + " (default group).")
    private Optional<Durability> durability = Optional.empty();

    @Override
    public Integer call() {
        NewStore.requirePossible(store.directory());
        try (MemoryIndex index = MemoryIndex.create(store.directory(), options())) {
            MemoryIndexOptions created = index.options();
            output.say("created %s: %s", store.directory(), StoreOptions.line(created));
            output.row(StoreOptions.row(created).with("store", store.directory().toString()));
        }
        return ExitCode.DONE;
    }

    private MemoryIndexOptions options() {
        MemoryIndexOptions options = MemoryIndexOptions.ofDimension(dimension);
        if (similarity.isPresent()) {
            options = options.similarity(similarity.get());
        }
        if (m.isPresent()) {
            options = options.m(m.get());
        }
        if (efConstruction.isPresent()) {
            options = options.efConstruction(efConstruction.get());
        }
        if (originals.isPresent()) {
            options = options.originals(originals.get());
        }
        if (durability.isPresent()) {
            options = options.durability(durability.get());
        }
        return options;
    }
}
