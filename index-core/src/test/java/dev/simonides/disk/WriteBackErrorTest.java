// SPDX-License-Identifier: Apache-2.0
package dev.simonides.disk;

import dev.simonides.MemoryIndex;
import dev.simonides.SmallSegments;
import dev.simonides.wal.Soak;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StoreFailedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A disk takes what is written and cannot keep it: a sync fails, the next one says that all is well, and the page cache
 * shows what the medium does not hold. The store fails for good at the first failure, and what a later opening finds is
 * there to stay.
 */
@Tag("root")
class WriteBackErrorTest {
    @TempDir
    private Path directory;

    @Test
    void aFailedSyncIsNeverForgotten() throws IOException, InterruptedException {
        World.requireTool("fallocate");
        World.run(FailingWriteBack.class, directory);
    }

    static final class FailingWriteBack {
        private static final int ROUNDS = 6;

        private FailingWriteBack() {}

        public static void main(String[] args) {
            World.enter(args, FailingWriteBack::play);
        }

        private static void play(World world) throws IOException {
            int acknowledged = 0;
            int refused = 0;
            int round = 0;
            for (Soak.Rounds rounds = Soak.rounds(ROUNDS, 30 * ROUNDS); rounds.next(); round++) {
                Path small = world.tmpfs("small", "24m");
                // Without a journal: else the journal fails first, and the whole file system with it.
                Ext4 disk = new Ext4(small.resolve("disk"), 20 << 20, Ext4.Journal.WITHOUT);
                disk.format();
                Writing writing = new Writing(round);
                round(disk, small.resolve("ballast"), writing, round);
                acknowledged += writing.acknowledged();
                refused += writing.refused();
                World.shell("umount", small.toString());
                Files.delete(small);
            }
            System.out.printf(
                    "write-back errors: %d stores failed, %d operations acknowledged and found, %d refused%n",
                    round, acknowledged, refused);
        }

        private static MemoryIndex open(Ext4 disk) {
            return SmallSegments.open(disk.path().resolve("store"), Script.OPTIONS, 1 << 20);
        }

        private static void round(Ext4 disk, Path ballast, Writing writing, int round) throws IOException {
            disk.mount("rw");
            MemoryIndex index = open(disk);
            writing.all(index, 20 + 7 * (round % ROUNDS));
            Kernel.syncFileSystem(disk.path());
            // The zeros of the log's segment give their room back, and somebody else takes it.
            World.shell("fallocate", "--dig-holes", disk.image().toString());
            fill(ballast);

            boolean failed = false;
            for (int i = 0; i < 60; i++) {
                Optional<StorageException> refusal = writing.next(index);
                failed |= refusal.isPresent();
                if (failed && refusal.isEmpty()) {
                    throw new AssertionError("a write was acknowledged after a failed sync");
                }
                if (i > 0 && refusal.isPresent() && i % 7 == 0 && !(refusal.get() instanceof StoreFailedException)) {
                    throw new AssertionError("a failed store must say so", refusal.get());
                }
            }
            if (!failed) {
                throw new AssertionError("no sync failed: the test needs a disk that cannot write back");
            }
            writing.checkServed(index, "failed");
            History.closeOnNoDisk(index);

            Files.delete(ballast);
            // The page cache still has everything, durable or not.
            try (MemoryIndex again = open(disk)) {
                writing.checkOpened(again, "opened again");
            }
            disk.unmount();
            disk.mount("rw");
            try (MemoryIndex again = open(disk)) {
                writing.checkOpened(again, "opened from the medium");
                writing.all(again, 10);
            }
            disk.unmount();
        }

        private static void fill(Path ballast) throws IOException {
            try (FileChannel channel = FileChannel.open(ballast, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                ByteBuffer chunk = ByteBuffer.allocate(4096);
                for (long at = 0; ; ) {
                    at += channel.write(chunk.clear(), at);
                }
            } catch (IOException e) {
                // Full.
            }
        }
    }
}
