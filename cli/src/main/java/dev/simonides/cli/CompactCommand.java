// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexStats;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code simonides compact}: gives back what the deleted and the replaced take. */
@Command(
        name = "compact",
        description = "Give back the memory and the room on the medium that deleted and replaced memories take.")
final class CompactCommand implements Callable<Integer> {
    @Mixin
    private final StoreArgument store = new StoreArgument();

    @Mixin
    private final Output output = new Output();

    @Override
    public Integer call() {
        try (ProgressBars bars = output.bars();
                MemoryIndex index = store.open(bars)) {
            index.awaitLinked(bars);
            MemoryIndexStats before = index.stats();
            long lsn = index.compact(bars);
            bars.finish();
            long removed = before.ordinalCount() - index.stats().ordinalCount();
            output.say(
                    "%s: %,d dead are gone, %,d memories are alive; the checkpoint holds everything up to LSN %d",
                    store.directory(), removed, index.stats().liveCount(), lsn);
            output.row(JsonRow.create()
                    .with("lsn", lsn)
                    .with("removed", removed)
                    .with("live", index.stats().liveCount()));
        }
        return ExitCode.DONE;
    }
}
