// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import dev.simonides.MemoryIndex;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code simonides checkpoint}: writes what a store holds into files, so that its log need not be replayed. */
@Command(name = "checkpoint", description = "Make a checkpoint, so that the next opening replays no log.")
final class CheckpointCommand implements Callable<Integer> {
    @Mixin
    private final StoreArgument store = new StoreArgument();

    @Mixin
    private final Output output = new Output();

    @Override
    public Integer call() {
        try (ProgressBars bars = output.bars();
                MemoryIndex index = store.open(bars)) {
            index.awaitLinked(bars);
            long lsn = index.checkpoint();
            bars.finish();
            output.say("%s: the checkpoint holds everything up to LSN %d", store.directory(), lsn);
            output.row(JsonRow.create().with("lsn", lsn));
        }
        return ExitCode.DONE;
    }
}
