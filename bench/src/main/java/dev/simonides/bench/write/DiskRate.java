// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.write;

import dev.simonides.wal.FileSystemDirectory;
import dev.simonides.wal.StorageFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** How often a second a disk makes 4 KiB durable that are written behind each other into a file of zeros. */
final class DiskRate {
    private static final String NAME = "disk-rate.tmp";
    private static final int BLOCK_BYTES = 4 << 10;
    private static final int FILE_BYTES = 16 << 20;
    private static final int CHUNK_BYTES = 1 << 20;

    private DiskRate() {}

    /**
     * Measures the bare rate: one write of a block and one sync of its data, again and again.
     *
     * @param directory on the disk
     * @param seconds how long
     * @return syncs a second
     */
    static double measure(Path directory, double seconds) {
        try (FileSystemDirectory disk = FileSystemDirectory.openOrCreate(directory)) {
            if (disk.exists(NAME)) {
                disk.delete(NAME);
            }
            try (StorageFile file = disk.create(NAME)) {
                fill(file);
                return syncs(file, (long) (seconds * TimeUnit.SECONDS.toNanos(1)));
            } finally {
                disk.delete(NAME);
            }
        }
    }

    private static void fill(StorageFile file) {
        ByteBuffer zeros = ByteBuffer.allocateDirect(CHUNK_BYTES);
        for (int at = 0; at < FILE_BYTES; at += CHUNK_BYTES) {
            file.writeFully(zeros.clear(), at);
        }
        file.sync(true);
    }

    private static double syncs(StorageFile file, long nanos) {
        ByteBuffer block = ByteBuffer.allocateDirect(BLOCK_BYTES);
        long start = System.nanoTime();
        long now = start;
        int count = 0;
        while (now - start < nanos) {
            block.putInt(0, ++count);
            file.writeFully(block.clear(), (long) count * BLOCK_BYTES % FILE_BYTES);
            file.sync(false);
            now = System.nanoTime();
        }
        return count * 1e9 / (now - start);
    }
}
