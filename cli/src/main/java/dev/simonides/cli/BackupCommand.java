// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import dev.simonides.MemoryIndex;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code simonides backup}: a second store that holds the same. */
@Command(
        name = "backup",
        description =
                "Make a second store that holds the same; files that never change are shared, where that is possible.",
        footer = "%nA program that has the store open makes backups itself, while it writes: MemoryIndex.backup.")
final class BackupCommand implements Callable<Integer> {
    @Mixin
    private final StoreArgument store = new StoreArgument();

    @Parameters(index = "1", paramLabel = "TARGET", description = "The directory of the backup, missing or empty.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
    private Path target;

    @Mixin
    private final Output output = new Output();

    @Override
    public Integer call() {
        NewStore.requireEmpty(target);
        try (ProgressBars bars = output.bars();
                MemoryIndex index = store.open(bars)) {
            long lsn = index.backup(target);
            bars.finish();
            output.say("backed up %s to %s, up to LSN %d", store.directory(), target, lsn);
            output.row(JsonRow.create()
                    .with("store", store.directory().toString())
                    .with("target", target.toString())
                    .with("lsn", lsn));
        }
        return ExitCode.DONE;
    }
}
