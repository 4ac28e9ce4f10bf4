// SPDX-License-Identifier: Apache-2.0
package dev.simonides.disk;

import dev.simonides.MemoryIndex;
import dev.simonides.SmallSegments;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StoreFullException;
import dev.simonides.wal.StoreReadOnlyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file system that may only be read: opening for writing is refused before anything is touched, for reading it is whole. */
@Tag("root")
class ReadOnlyDiskTest {
    @TempDir
    private Path directory;

    @Test
    void aDiskThatMayOnlyBeReadIsNotWritten() throws IOException, InterruptedException {
        World.run(ReadOnlyDisks.class, directory);
    }

    static final class ReadOnlyDisks {
        private static final int SEGMENT_BYTES = 32 << 10;

        private ReadOnlyDisks() {}

        public static void main(String[] args) {
            World.enter(args, ReadOnlyDisks::play);
        }

        private static MemoryIndex open(Path store) {
            return SmallSegments.open(store, Script.OPTIONS, SEGMENT_BYTES);
        }

        private static void play(World world) throws IOException {
            Ext4 disk = world.ext4("disk", 16 << 20, Ext4.Journal.WITH);
            Path store = disk.path().resolve("store");
            Writing writing = new Writing(1);
            disk.mount("rw");
            Files.createDirectory(disk.path().resolve("empty"));
            try (MemoryIndex index = open(store)) {
                writing.all(index, 100);
            }
            disk.unmount();

            disk.mount("ro");
            requireRefused(store, "closed");
            requireRead(store, writing, "closed");
            requireRefused(disk.path().resolve("empty"), "an empty directory");
            requireRefused(disk.path().resolve("missing"), "a missing directory");
            disk.unmount();

            disk.mount("rw");
            MemoryIndex index = open(store);
            writing.checkOpened(index, "after a read-only mount");
            writing.all(index, 50);
            Kernel.cutPower(disk.path());
            History.closeOnNoDisk(index);
            disk.unmount();
            // The file system mends itself, which a device that may only be read does not allow.
            disk.mount("rw");
            disk.remount("ro");
            requireRefused(store, "cut");
            requireRead(store, writing, "cut");
            disk.unmount();

            turnsReadOnlyWhileOpen(disk, store, writing);
            System.out.printf(
                    "read-only disks: 4 openings refused, 2 for reading, %d operations acknowledged, %d refused%n",
                    writing.acknowledged(), writing.refused());
        }

        private static void requireRefused(Path store, String what) throws IOException {
            Map<String, List<Object>> before = snapshot(store);
            try {
                open(store).close();
                throw new AssertionError(what + ": opened for writing on a disk that may only be read");
            } catch (StoreReadOnlyException e) {
                if (!e.getMessage().contains(store.toString())) {
                    throw new AssertionError("does not say where", e);
                }
            }
            if (!snapshot(store).equals(before)) {
                throw new AssertionError(what + ": something was touched");
            }
        }

        /** Opened for reading it is whole, also as a power cut left it, and nothing of it changes. */
        private static void requireRead(Path store, Writing writing, String what) throws IOException {
            Map<String, List<Object>> before = snapshot(store);
            try (MemoryIndex index = MemoryIndex.openReadOnly(store)) {
                writing.checkOpened(index, what + ", for reading");
            }
            if (!snapshot(store).equals(before)) {
                throw new AssertionError(what + ": something was touched by reading");
            }
        }

        private static Map<String, List<Object>> snapshot(Path store) throws IOException {
            Map<String, List<Object>> files = new TreeMap<>();
            if (Files.exists(store)) {
                try (Stream<Path> all = Files.list(store)) {
                    for (Path file : all.toList()) {
                        files.put(
                                file.toString(),
                                List.of(
                                        Arrays.hashCode(Files.readAllBytes(file)),
                                        Files.getLastModifiedTime(file),
                                        Files.getPosixFilePermissions(file)));
                    }
                }
            }
            return files;
        }

        /** The kernel's answer to an error it cannot live with. */
        private static void turnsReadOnlyWhileOpen(Ext4 disk, Path store, Writing writing) throws IOException {
            disk.mount("rw");
            MemoryIndex index = open(store);
            writing.checkOpened(index, "after a cut");
            writing.all(index, 50);
            disk.remount("abort");
            for (int i = 0; i < 20; i++) {
                Optional<StorageException> refusal = writing.next(index);
                if (refusal.isPresent() && refusal.get() instanceof StoreFullException) {
                    throw new AssertionError("not full", refusal.get());
                }
            }
            if (writing.refused() == 0) {
                throw new AssertionError("nothing was refused");
            }
            writing.checkServed(index, "read-only while open");
            History.closeOnNoDisk(index);
            disk.unmount();
            disk.mount("rw");
            try (MemoryIndex again = open(store)) {
                writing.checkOpened(again, "after it turned read-only");
                writing.all(again, 10);
            }
            disk.unmount();
        }
    }
}
