// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.ProgressListener;
import dev.simonides.ProgressListener.Phase;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Stores many memories, the next ones while the earlier ones are still on their way to the log.
 *
 * <p>Confined to one thread.
 */
public final class Importer {
    // Enough for the writer to fill its frames while one syncs; a multiple of the 512 records a frame of puts may hold.
    private static final int UNACKNOWLEDGED_MAX = 4096;

    private final MemoryIndex index;
    private final ProgressListener progress;
    private final ArrayDeque<CompletableFuture<Long>> unacknowledged = new ArrayDeque<>();
    private long acknowledged;

    /**
     * An importer.
     *
     * @param index where the memories go
     * @param progress told of storing, then of linking
     */
    public Importer(MemoryIndex index, ProgressListener progress) {
        this.index = index;
        this.progress = progress;
    }

    /**
     * Stores all memories, and waits until every one is acknowledged and linked.
     *
     * @param memories what to store
     * @param count how many there are
     * @return how long it took
     */
    public ImportTimes store(Iterator<Memory> memories, long count) {
        long begin = System.nanoTime();
        while (memories.hasNext()) {
            unacknowledged.add(index.submit(memories.next()));
            if (unacknowledged.size() > UNACKNOWLEDGED_MAX) {
                acknowledgeOldest(count);
            }
        }
        while (!unacknowledged.isEmpty()) {
            acknowledgeOldest(count);
        }
        long storedNanos = System.nanoTime() - begin;
        index.awaitLinked(progress);
        return new ImportTimes(acknowledged, storedNanos, System.nanoTime() - begin);
    }

    private void acknowledgeOldest(long count) {
        try {
            unacknowledged.remove().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
        acknowledged++;
        progress.progressed(Phase.IMPORT, acknowledged, count);
    }
}
