// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A place for a store that is removed when it is closed, and also when the process is told to end before.
 *
 * <p>Confined to one thread, but for the removal by the process's end.
 */
final class TemporaryStore implements AutoCloseable {
    // What still runs while the process ends may make another file between the listing and the removal.
    private static final int REMOVALS_AT_THE_END = 10;

    private final Path folder;
    private final Thread atTheEnd = new Thread(this::end, "simonides-demo-removal");
    private boolean kept;

    private TemporaryStore(Path folder) {
        this.folder = folder;
    }

    static TemporaryStore create() {
        try {
            TemporaryStore store = new TemporaryStore(Files.createTempDirectory("simonides-demo-"));
            Runtime.getRuntime().addShutdownHook(store.atTheEnd);
            return store;
        } catch (IOException e) {
            throw new UncheckedIOException("a temporary directory cannot be made: " + e.getMessage(), e);
        }
    }

    /** Where the store is to be made. */
    Path directory() {
        return folder.resolve("memories");
    }

    /** Leaves the store where it is. */
    void keep() {
        kept = true;
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(atTheEnd);
        } catch (IllegalStateException e) {
            // The process ends already, and the hook removes what is there.
            return;
        }
        if (!kept) {
            try {
                remove();
            } catch (IOException e) {
                throw new UncheckedIOException(folder + ": cannot be removed: " + e.getMessage(), e);
            }
        }
    }

    private void end() {
        ProcessHandle.current().children().forEach(TemporaryStore::kill);
        for (int i = 0; i < REMOVALS_AT_THE_END && Files.exists(folder); i++) {
            try {
                remove();
            } catch (IOException e) {
                // Somebody wrote meanwhile: once more.
                Thread.onSpinWait();
            }
        }
    }

    /** The writer would otherwise make new files, and keep the old ones open. */
    private static void kill(ProcessHandle child) {
        child.destroyForcibly();
        child.onExit().join();
    }

    private void remove() throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(folder)) {
            files = walk.sorted(Comparator.reverseOrder()).toList();
        } catch (NoSuchFileException e) {
            return;
        }
        for (Path file : files) {
            Files.deleteIfExists(file);
        }
    }
}
