// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code simonides scan}: keys and texts in order. */
@Command(name = "scan", description = "List the memories of a store by tenant and key.")
final class ScanCommand implements Callable<Integer> {
    @Mixin
    private final StoreView store = new StoreView();

    @Mixin
    private final KeyRange range = new KeyRange();

    @Mixin
    private final Output output = new Output();

    @Override
    public Integer call() {
        try (ProgressBars bars = output.bars();
                MemoryIndex index = store.open(bars)) {
            bars.finish();
            store.explain(index, output);
            range.forEach(index, this::print);
        }
        return ExitCode.DONE;
    }

    private void print(Memory memory) {
        output.say("%s  %s  %s", memory.tenant(), memory.key(), memory.text());
        output.row(JsonRow.create()
                .with("tenant", memory.tenant())
                .with("key", memory.key())
                .with("text", memory.text()));
    }
}
