// SPDX-License-Identifier: Apache-2.0
package dev.simonides.disk;

import dev.simonides.MemoryIndex;
import dev.simonides.ProgressListener;
import dev.simonides.SmallSegments;
import dev.simonides.VerifyReport;
import dev.simonides.wal.Durability;
import dev.simonides.wal.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** One store on one file system, cut again and again. */
final class History {
    private static final List<String> DATA = List.of("ordered", "writeback", "journal");
    private static final List<String> COMMIT = List.of("1", "5", "30");
    private static final List<String> MORE = List.of("", ",noauto_da_alloc", ",nodelalloc");
    private static final List<String> POLICIES = List.of("group", "group", "sync-each", "async:20ms:1MiB", "none");
    private static final List<Integer> SEGMENTS = List.of(12 << 10, 32 << 10, 256 << 10);

    final long seed;
    final Random random;
    final Ext4 disk;
    final Path store;
    final Path control;
    final Progress progress;
    String policy = "group";
    Durability durability = Durability.parse(policy);
    int segmentBytes = SEGMENTS.getFirst();
    String mounted = "";

    History(World world, long seed) throws IOException {
        this.seed = seed;
        this.random = new Random(seed);
        this.disk = world.ext4("disk", 24 << 20, Ext4.Journal.WITH);
        this.store = disk.path().resolve("store");
        this.control = world.directory().resolve("progress-" + seed);
        this.progress = Progress.map(control);
    }

    private <T> T any(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    void mount() throws IOException {
        mounted = "data=" + any(DATA) + ",commit=" + any(COMMIT) + any(MORE);
        // data=journal allocates at once, and says no to being told how.
        disk.mount(mounted.startsWith("data=journal") ? mounted.replace(",nodelalloc", "") : mounted);
    }

    void choosePolicy() {
        policy = any(POLICIES);
        durability = Durability.parse(policy);
        segmentBytes = any(SEGMENTS);
    }

    long delayNanos() {
        return 1_000L * random.nextInt(any(List.of(3_000, 20_000, 60_000, 120_000)));
    }

    MemoryIndex open() {
        return SmallSegments.open(store, Script.OPTIONS.durability(durability), segmentBytes);
    }

    /** Makes the kernel write back this and that, at times of its own, until told to stop. */
    Thread startSideSyncs(AtomicBoolean stop) {
        Random choices = new Random(random.nextLong());
        boolean quiet = random.nextBoolean();
        return Thread.ofPlatform().daemon().start(() -> {
            while (!quiet && !stop.get()) {
                try {
                    syncSomething(choices);
                } catch (IOException e) {
                    // The power is gone, or the file.
                }
                LockSupport.parkNanos(1_000L * choices.nextInt(10_000));
            }
        });
    }

    private void syncSomething(Random choices) throws IOException {
        if (choices.nextInt(4) == 0 || !Files.exists(store)) {
            Kernel.syncFileSystem(disk.path());
            return;
        }
        try (Stream<Path> files = Files.list(store)) {
            List<Path> all = files.toList();
            if (all.isEmpty()) {
                return;
            }
            Path file = all.get(choices.nextInt(all.size()));
            Kernel.syncRange(file, 4096L * choices.nextInt(16), 4096L * (1 + choices.nextInt(8)));
        }
    }

    String when(int round) {
        return "seed=" + seed + ", round=" + round + ", mounted=" + mounted + ", durability=" + durability
                + ", segmentBytes=" + segmentBytes;
    }

    /** Closes a store whose disk is gone. */
    static void closeOnNoDisk(MemoryIndex index) {
        long begun = System.nanoTime();
        try {
            index.close();
        } catch (StorageException e) {
            // What it was to make durable was either so before it was acknowledged, or is not promised.
        }
        if (System.nanoTime() - begun > 5_000_000_000L) {
            throw new AssertionError("closing took more than 5 s");
        }
    }

    /** After all cuts: opened, checked in every byte, closed, and opened once more. */
    int end(int round) throws IOException {
        mount();
        int operations;
        try (MemoryIndex index = open()) {
            operations = Writers.check(index, seed, progress, durability, when(round));
            VerifyReport report = index.verify(ProgressListener.SILENT);
            if (!report.clean()) {
                throw new AssertionError(when(round) + ": " + report.findings());
            }
        }
        try (MemoryIndex index = open()) {
            Writers.check(index, seed, progress, new Durability.Group(), when(round) + ", after closing");
        }
        disk.unmount();
        return operations;
    }
}
