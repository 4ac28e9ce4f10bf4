// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.ProgressListener;
import dev.simonides.wal.CorruptStoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.function.Supplier;
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
        return opened(() -> MemoryIndex.open(directory, stored -> change.apply(stored.progress(progress))));
    }

    /** Opens the store with the options it has, and changes nothing in it. */
    MemoryIndex openReadOnly(ProgressListener progress) {
        return opened(() -> MemoryIndex.openReadOnly(directory, stored -> stored.progress(progress)));
    }

    private MemoryIndex opened(Supplier<MemoryIndex> opening) {
        requireDirectory();
        try {
            return opening.get();
        } catch (CorruptStoreException e) {
            throw Refusal.damaged(
                    directory + ": damaged: " + e.getMessage()
                            + "; keep a copy of the directory and restore the store from a backup",
                    e);
        }
    }

    /** Refuses what cannot be a store: to a store that is a failure of the medium, on the command line it is wrong usage. */
    void requireDirectory() {
        NewStore.requireName(directory);
        if (!Files.exists(directory)) {
            throw Refusal.usage(directory + ": no such directory; bin/simonides create " + NewStore.quoted(directory)
                    + " --dim D makes a store there");
        }
        if (!Files.isDirectory(directory)) {
            throw Refusal.usage(directory + ": not a directory, and a store is one");
        }
        requireNotWritableByOthers();
    }

    /** The store refuses as well; to it that is a failure of the medium, on the command line it is wrong usage. */
    private void requireNotWritableByOthers() {
        try {
            if (Files.getFileAttributeView(directory, PosixFileAttributeView.class) == null) {
                return;
            }
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory);
            if (permissions.contains(PosixFilePermission.GROUP_WRITE)
                    || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
                throw Refusal.usage(directory + ": others may write to this directory (mode "
                        + PosixFilePermissions.toString(permissions) + "); chmod go-w " + NewStore.quoted(directory)
                        + " takes that from them");
            }
        } catch (IOException e) {
            throw Refusal.failed(directory + ": its permissions cannot be read: " + e.getMessage());
        }
    }
}
