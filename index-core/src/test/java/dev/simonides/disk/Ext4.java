// SPDX-License-Identifier: Apache-2.0
package dev.simonides.disk;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/** An ext4 file system in a file, mounted through a loop device that is detached by unmounting. Confined to one world. */
final class Ext4 {
    static final long LEAST_BYTES = 8 << 20;
    private static final int BUSY_TRIES = 200;

    enum Journal {
        WITH,
        WITHOUT
    }

    private final Path image;
    private final Path mounted;
    private final long bytes;
    private final Journal journal;

    Ext4(Path image, long bytes, Journal journal) {
        this.image = image;
        this.mounted = image.resolveSibling(image.getFileName() + ".mounted");
        this.bytes = bytes;
        this.journal = journal;
    }

    /** Makes the file system anew, empty. */
    void format() throws IOException {
        Files.deleteIfExists(image);
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(bytes);
        }
        World.shell(
                "mkfs.ext4",
                "-q",
                "-F",
                "-m",
                "0",
                "-b",
                "4096",
                "-O",
                journal == Journal.WITH ? "has_journal" : "^has_journal",
                "-E",
                "lazy_itable_init=0,nodiscard",
                image.toString());
        Files.createDirectories(mounted);
    }

    /** Where the files are while it is mounted. */
    Path path() {
        return mounted;
    }

    /** The file that the loop device reads and writes. */
    Path image() {
        return image;
    }

    void mount(String options) throws IOException {
        World.shell("mount", "-t", "ext4", "-o", "loop," + options, image.toString(), mounted.toString());
    }

    void remount(String options) throws IOException {
        World.shell("mount", "-o", "remount," + options, mounted.toString());
    }

    /** Unmounts, and so forgets every cached byte; a process that was just killed may hold files a moment longer. */
    void unmount() throws IOException {
        for (int tries = 0; ; tries++) {
            try {
                World.shell("umount", mounted.toString());
                return;
            } catch (IOException e) {
                if (tries == BUSY_TRIES || !e.getMessage().contains("busy")) {
                    throw e;
                }
                LockSupport.parkNanos(10_000_000);
            }
        }
    }

    /** Fails with a reason where loop devices, ext4 or the cutting of its power are missing. */
    void probe() throws IOException {
        format();
        mount("rw");
        try {
            Kernel.cutPower(mounted);
        } finally {
            unmount();
        }
        Files.delete(image);
    }
}
