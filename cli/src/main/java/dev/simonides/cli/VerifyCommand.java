// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import dev.simonides.MemoryIndex;
import dev.simonides.VerifyReport;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code simonides verify}: reads everything, and checks it against everything else. */
@Command(name = "verify", description = "Check a store; exit code 1 if it is damaged.")
final class VerifyCommand implements Callable<Integer> {
    @Mixin
    private final StoreView store = new StoreView();

    @Mixin
    private final Output output = new Output();

    @Override
    public Integer call() {
        try (ProgressBars bars = output.bars();
                MemoryIndex index = store.open(bars)) {
            // At rest every living vector must be reached.
            index.awaitLinked(bars);
            VerifyReport report = index.verify(bars);
            bars.finish();
            store.explain(index, output);
            report.findings().forEach(finding -> output.say("%s", finding));
            report.unchecked().forEach(what -> output.say("not checked: %s", what));
            output.say(
                    "%s: %s; checked %,d vectors, %,d links, %,d frames of the log, %,d files; %,d vectors unreachable",
                    store.directory(),
                    verdict(report),
                    report.vectorsChecked(),
                    report.linksChecked(),
                    report.framesChecked(),
                    report.filesChecked(),
                    report.unreachable());
            JsonRow row = JsonRow.create()
                    .with("clean", report.clean())
                    .with("findings", report.findings())
                    .with("unchecked", report.unchecked())
                    .with("vectors_checked", report.vectorsChecked())
                    .with("links_checked", report.linksChecked())
                    .with("frames_checked", report.framesChecked())
                    .with("files_checked", report.filesChecked())
                    .with("unreachable", report.unreachable());
            output.row(store.row(index, row));
            return exitCode(report);
        } catch (Refusal e) {
            if (e.damaged()) {
                // Found while opening, before anything could be counted: a finding all the same.
                output.row(JsonRow.create()
                        .with("clean", false)
                        .with("findings", List.of(String.valueOf(e.getMessage()))));
            }
            throw e;
        }
    }

    private static String verdict(VerifyReport report) {
        if (!report.clean()) {
            return report.findings().size() + " findings";
        }
        return report.unchecked().isEmpty() ? "clean" : "clean as far as it was checked";
    }

    static int exitCode(VerifyReport report) {
        return report.clean() ? ExitCode.DONE : ExitCode.FAILED;
    }
}
