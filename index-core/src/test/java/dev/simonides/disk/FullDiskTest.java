// SPDX-License-Identifier: Apache-2.0
package dev.simonides.disk;

import dev.simonides.MemoryIndex;
import dev.simonides.SmallSegments;
import dev.simonides.wal.Soak;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StoreFullException;
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

/** A full disk refuses writes and nothing else; with room again the store goes on by itself. */
@Tag("root")
class FullDiskTest {
    @TempDir
    private Path directory;

    @Test
    void aFullDiskRefusesWritesAndLosesNothing() throws IOException, InterruptedException {
        World.run(FullDisks.class, directory);
    }

    /** A file that takes the room away and gives it back. */
    private static final class Ballast {
        private static final int CHUNK = 64 << 10;
        private final Path file;

        Ballast(Path file) {
            this.file = file;
        }

        /** Leaves so many bytes free. */
        void leave(long bytes) throws IOException {
            release();
            long room = Files.getFileStore(file.getParent()).getUsableSpace() - bytes;
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
                for (long at = 0; at < room; ) {
                    chunk.clear().limit((int) Math.min(CHUNK, room - at));
                    at += channel.write(chunk, at);
                }
                channel.force(true);
            } catch (IOException e) {
                // Fuller than full it cannot be.
                if (!String.valueOf(e.getMessage()).contains("No space")) {
                    throw e;
                }
            }
        }

        void release() throws IOException {
            Files.deleteIfExists(file);
        }
    }

    static final class FullDisks {
        private static final int CYCLES = 3;
        private static final int REFUSALS = 20;
        private static final int SEGMENT_BYTES = 128 << 10;

        private FullDisks() {}

        public static void main(String[] args) {
            World.enter(args, world -> {
                for (int i = 0; i < Soak.amount(1, 10); i++) {
                    Path tmpfs = world.tmpfs("tmpfs-" + i, "8m");
                    fill("tmpfs", tmpfs, 10 + i, () -> {});
                    World.shell("umount", tmpfs.toString());
                    Ext4 ext4 = world.ext4("ext4", 16 << 20, Ext4.Journal.WITH);
                    ext4.mount("data=ordered");
                    fill("ext4", ext4.path(), 20 + i, () -> Kernel.cutPower(ext4.path()));
                    ext4.unmount();
                    ext4.mount("data=ordered");
                    fillAfterCut(ext4.path());
                    ext4.unmount();
                }
            });
        }

        private interface Cut {
            void power() throws IOException;
        }

        private static MemoryIndex open(Path disk) {
            return SmallSegments.open(disk.resolve("store"), Script.OPTIONS, SEGMENT_BYTES);
        }

        private static Writing writing = new Writing(0);

        private static void fill(String name, Path disk, long seed, Cut cut) throws IOException {
            writing = new Writing(seed);
            Ballast ballast = new Ballast(disk.resolve("ballast"));
            MemoryIndex index = open(disk);
            for (int cycle = 0; cycle < CYCLES; cycle++) {
                ballast.leave(512 << 10);
                int before = writing.acknowledged();
                int refusals = 0;
                while (refusals < REFUSALS) {
                    Optional<StorageException> refusal = writing.next(index);
                    if (refusal.isPresent()) {
                        refusals++;
                        requireFull(refusal.get());
                    }
                }
                if (writing.acknowledged() == before) {
                    throw new AssertionError(name + ": there was room again, and nothing was accepted");
                }
                writing.checkServed(index, name + ", full");
                if (cycle == 1) {
                    index.close();
                    index = open(disk);
                    writing.checkOpened(index, name + ", opened on a full disk");
                }
            }
            index.close();
            openWithoutAFreeBlock(disk, ballast, name);
            index = open(disk);
            ballast.release();
            writing.checkOpened(index, name);
            writing.all(index, 100);
            ballast.leave(0);
            cut.power();
            History.closeOnNoDisk(index);
            System.out.printf(
                    "full disk, %s: %d operations acknowledged, %d refused, full %d times%n",
                    name, writing.acknowledged(), writing.refused(), CYCLES);
        }

        private static void openWithoutAFreeBlock(Path disk, Ballast ballast, String name) throws IOException {
            ballast.leave(0);
            try (MemoryIndex index = open(disk)) {
                writing.checkOpened(index, name + ", opened without a free block");
            }
        }

        private static void fillAfterCut(Path disk) throws IOException {
            Ballast ballast = new Ballast(disk.resolve("ballast"));
            try {
                openWithoutAFreeBlock(disk, ballast, "ext4 after a power cut");
            } catch (StoreFullException e) {
                // What the cut left in doubt must be written anew, and there is no room for it.
            }
            ballast.release();
            try (MemoryIndex index = open(disk)) {
                writing.checkOpened(index, "after a power cut on a full disk");
                writing.all(index, 10);
            }
        }

        private static void requireFull(StorageException refusal) {
            if (!(refusal instanceof StoreFullException)) {
                throw new AssertionError("a full disk must be called full", refusal);
            }
        }
    }
}
