// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import dev.simonides.MemoryIndex;
import dev.simonides.ProgressListener.Phase;
import dev.simonides.bench.data.JsonLinesWriter;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code simonides export}: memories become a file that {@code import} reads. */
@Command(
        name = "export",
        description = "Write the memories of a store, vectors and payloads included, as JSON, one object a line.",
        footer = "%nThe vectors are those that are stored: of unit length under cosine, and in the precision of the"
                + " originals.")
final class ExportCommand implements Callable<Integer> {
    @Mixin
    private final StoreView store = new StoreView();

    @Parameters(index = "1", paramLabel = "FILE", description = "The file to make, .jsonl or .jsonl.gz.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
    private Path file;

    @Mixin
    private final KeyRange range = new KeyRange();

    @Mixin
    private final Output output = new Output();

    @Override
    public Integer call() {
        requireName();
        try (ProgressBars bars = output.bars();
                MemoryIndex index = store.open(bars);
                JsonLinesWriter writer = JsonLinesWriter.create(file)) {
            store.explain(index, output);
            long countMax = range.countMax(index);
            range.forEach(index, memory -> {
                writer.write(memory);
                bars.progressed(Phase.EXPORT, writer.count(), countMax);
            });
            writer.finish();
            bars.finish();
            output.say("%,d memories written to %s", writer.count(), file);
            output.row(store.row(
                    index,
                    JsonRow.create()
                            .with("store", store.directory().toString())
                            .with("file", file.toString())
                            .with("exported", writer.count())));
        }
        return ExitCode.DONE;
    }

    /** A name that import would not know leads nowhere, and nothing that is there is replaced. */
    private void requireName() {
        if (!file.toString().matches("(?i).*[^/]\\.jsonl(\\.gz)?")) {
            throw Refusal.usage(file + ": expected a name that ends in .jsonl or .jsonl.gz");
        }
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw Refusal.usage(file + ": there is a file of this name already");
        }
    }
}
