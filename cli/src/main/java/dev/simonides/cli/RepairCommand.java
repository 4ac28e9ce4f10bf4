// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import dev.simonides.SalvageLoss;
import dev.simonides.SalvageReport;
import dev.simonides.StoreSalvage;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code simonides repair}: a new store of what can be read of a damaged one. */
@Command(
        name = "repair",
        description = "Make a new store of everything that can be read of a damaged one, which is not changed.",
        footer = "%nExit code 0 if the new store holds everything, 1 if something was lost: then the output is the only"
                + " place that says what; keep it.")
final class RepairCommand implements Callable<Integer> {
    private static final int KEYS_SAID = 20;

    @Mixin
    private final StoreArgument store = new StoreArgument();

    @Parameters(index = "1", paramLabel = "TARGET", description = "The directory of the new store, missing or empty.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
    private Path target;

    @Option(
            names = "--salvage",
            required = true,
            description =
                    "Take what is whole and leave the rest; there is no other way, and this says that it is meant.")
    @SuppressWarnings("UnusedVariable") // to be said, not to be read
    private boolean salvage;

    @Mixin
    private final Output output = new Output();

    @Override
    public Integer call() {
        store.requireDirectory();
        NewStore.requireEmpty(target);
        SalvageReport report = StoreSalvage.run(store.directory(), target);
        report.damages().forEach(damage -> output.say("damaged: %s", damage));
        report.losses().forEach(this::print);
        output.say(
                "salvaged %,d memories of %s into %s, from generation %d and the log up to LSN %d; %s",
                report.memories(),
                store.directory(),
                target,
                report.generation(),
                report.lastLsn(),
                report.losses().isEmpty() ? "nothing was lost" : "the lines above say what was lost");
        output.row(JsonRow.create()
                .with("type", "summary")
                .with("memories", report.memories())
                .with("generation", report.generation())
                .with("last_lsn", report.lastLsn())
                .with("damages", report.damages())
                .with("losses", (long) report.losses().size()));
        return report.losses().isEmpty() ? ExitCode.DONE : ExitCode.FAILED;
    }

    private void print(SalvageLoss loss) {
        List<String> keys = loss.keys();
        String named = String.join(", ", keys.subList(0, Math.min(KEYS_SAID, keys.size())));
        output.say(
                "lost: %s%s%s",
                loss.what(),
                keys.isEmpty() ? "" : ": " + named,
                keys.size() > KEYS_SAID ? ", … (--json names more)" : "");
        output.row(JsonRow.create()
                .with("type", "loss")
                .with("text", loss.what())
                .with("file", loss.file())
                .with("offset", loss.offset())
                .with("bytes", loss.bytes())
                .with("memories", loss.memories())
                .with("keys", keys));
    }
}
