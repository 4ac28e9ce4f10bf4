// SPDX-License-Identifier: Apache-2.0
package dev.simonides.disk;

import dev.simonides.MemoryIndex;
import dev.simonides.ProgressListener;
import dev.simonides.SmallSegments;
import dev.simonides.VerifyReport;
import dev.simonides.wal.NotAStoreException;
import dev.simonides.wal.StorageException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A disk that cannot read one file any more: an error that names the file, or every memory exactly as it was. Never is
 * something that cannot be read taken for something that is not there.
 */
@Tag("root")
class ReadErrorTest {
    @TempDir
    private Path directory;

    @Test
    void whatCannotBeReadIsNotAbsent() throws IOException, InterruptedException {
        World.run(UnreadableFiles.class, directory);
    }

    static final class UnreadableFiles {
        private static final int SEGMENT_BYTES = 128 << 10;

        private UnreadableFiles() {}

        public static void main(String[] args) {
            World.enter(args, UnreadableFiles::play);
        }

        private static MemoryIndex open(Ext4 disk) {
            return SmallSegments.open(disk.path().resolve("store"), Script.OPTIONS, SEGMENT_BYTES);
        }

        private static void play(World world) throws IOException {
            Ext4 disk = world.ext4("disk", 8 << 20, Ext4.Journal.WITHOUT);
            Writing writing = new Writing(3);
            disk.mount("rw");
            try (MemoryIndex index = open(disk)) {
                writing.all(index, 150);
            }
            List<String> names = names(disk);
            disk.unmount();
            Path whole = world.directory().resolve("whole");
            Files.copy(disk.image(), whole);

            Map<String, Integer> verdicts = new TreeMap<>();
            for (String name : names) {
                Files.copy(whole, disk.image(), StandardCopyOption.REPLACE_EXISTING);
                verdicts.merge(openWithout(disk, name, writing), 1, Integer::sum);
            }
            Files.copy(whole, disk.image(), StandardCopyOption.REPLACE_EXISTING);
            disk.mount("rw");
            try (MemoryIndex index = open(disk)) {
                writing.checkOpened(index, "readable again");
            }
            disk.unmount();
            verifyBesideReaders(disk, writing);
            System.out.printf("read errors: %d files, %s%n", names.size(), verdicts);
            if (verdicts.getOrDefault("error", 0) == 0) {
                throw new AssertionError("no file was missed: the test reads nothing from the disk");
            }
        }

        private static List<String> names(Ext4 disk) throws IOException {
            try (Stream<Path> files = Files.list(disk.path().resolve("store"))) {
                return files.map(file -> file.getFileName().toString()).sorted().toList();
            }
        }

        /** Opens while everything is in the page cache but one file, which the disk has lost. */
        private static String openWithout(Ext4 disk, String unreadable, Writing writing) throws IOException {
            disk.mount("rw");
            for (String name : names(disk)) {
                Path file = disk.path().resolve("store").resolve(name);
                if (name.equals(unreadable)) {
                    // What the file system needs to find it, and nothing of it.
                    Files.size(file);
                    FileChannel.open(file, StandardOpenOption.READ).close();
                } else {
                    Files.readAllBytes(file);
                }
            }
            try (RandomAccessFile image = new RandomAccessFile(disk.image().toFile(), "rw")) {
                image.setLength(0);
            }
            MemoryIndex index = null;
            try {
                index = open(disk);
                writing.checkServed(index, "without " + unreadable);
                return "exact";
            } catch (NotAStoreException e) {
                throw new AssertionError("taken for absent: " + unreadable, e);
            } catch (StorageException e) {
                if (!e.getMessage().contains(unreadable)) {
                    throw new AssertionError("does not name " + unreadable, e);
                }
                return "error";
            } finally {
                if (index != null) {
                    History.closeOnNoDisk(index);
                }
                disk.unmount();
            }
        }

        /** An open store finds the loss when it is asked to verify, and goes on serving. */
        private static void verifyBesideReaders(Ext4 disk, Writing writing) throws IOException {
            disk.mount("rw");
            MemoryIndex index = open(disk);
            writing.all(index, 20);
            // A store that was written a moment ago is in the page cache; only another mount forgets it.
            index.close();
            disk.unmount();
            disk.mount("rw");
            index = open(disk);
            try (Stream<Path> files = Files.list(disk.path().resolve("store"))) {
                for (Path file : files.toList()) {
                    Kernel.forget(file);
                }
            }
            try (RandomAccessFile image = new RandomAccessFile(disk.image().toFile(), "rw")) {
                image.setLength(0);
            }
            try {
                VerifyReport report = index.verify(ProgressListener.SILENT);
                if (report.clean()) {
                    throw new AssertionError("clean, on a disk that cannot be read");
                }
            } catch (StorageException e) {
                // Says so as well.
            }
            writing.checkServed(index, "unreadable while open");
            History.closeOnNoDisk(index);
            disk.unmount();
        }
    }
}
