// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import dev.simonides.MemoryIndex;
import dev.simonides.ProgressListener;
import dev.simonides.StoreState;
import dev.simonides.wal.StoreLockedException;
import dev.simonides.wal.StoreReadOnlyException;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * A store that is looked at: opened as usual, and for reading only where that is asked for, where a process has it open, or
 * where it cannot be written.
 *
 * <p>Confined to one command.
 */
final class StoreView {
    @Mixin
    private final StoreArgument store = new StoreArgument();

    @Option(
            names = "--read-only",
            description =
                    "Change nothing: take no lock, remove no left-over file, leave the log as a crash left it. So it"
                        + " is anyway where a process has the store open, and its last checkpoint is what is seen, and"
                        + " where the store cannot be written.")
    private boolean readOnly;

    Path directory() {
        return store.directory();
    }

    MemoryIndex open(ProgressListener progress) {
        if (!readOnly) {
            try {
                return store.open(progress);
            } catch (StoreLockedException | StoreReadOnlyException e) {
                // Looking needs neither the lock nor a medium that can be written.
            }
        }
        return store.openReadOnly(progress);
    }

    /** Says what is seen where it is not the store as it is opened for writing. */
    void explain(MemoryIndex index, Output output) {
        if (checkpointOnly(index)) {
            output.say(
                    "%s: opened for reading only, beside a process that has it open: what follows is true of its last"
                            + " checkpoint",
                    directory());
        } else if (readOnly(index)) {
            output.say("%s: opened for reading only", directory());
        }
    }

    JsonRow row(MemoryIndex index, JsonRow row) {
        return row.with("read_only", readOnly(index)).with("checkpoint_only", checkpointOnly(index));
    }

    private static boolean readOnly(MemoryIndex index) {
        return index.state() == StoreState.READ_ONLY;
    }

    /** Whether the log was left out, whose end moves while somebody writes. */
    private static boolean checkpointOnly(MemoryIndex index) {
        return readOnly(index) && index.stats().replay().segments() == 0;
    }
}
