// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.ProgressListener;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Parameters;

/**
 * The argument STORE, and how an existing store is opened.
 *
 * <p>Confined to one command.
 */
final class StoreArgument {
    @Parameters(index = "0", paramLabel = "STORE", description = "The directory of the store.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
    private Path directory;

    Path directory() {
        return directory;
    }

    /** Opens the store with the options it has. */
    MemoryIndex open(ProgressListener progress) {
        return open(progress, UnaryOperator.identity());
    }

    /** Opens the store with options made from those it has. */
    MemoryIndex open(ProgressListener progress, UnaryOperator<MemoryIndexOptions> change) {
        if (!Files.exists(directory)) {
            throw Refusal.usage(
                    directory + ": no such directory; simonides create " + directory + " --dim D makes a store there");
        }
        if (!Files.isDirectory(directory)) {
            throw Refusal.usage(directory + ": not a directory, and a store is one");
        }
        return MemoryIndex.open(directory, stored -> change.apply(stored.progress(progress)));
    }
}
