// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

import dev.simonides.core.thread.EngineThread;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StoreFailedException;
import dev.simonides.wal.WriteAheadLog;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The thread that makes the log durable while the writer goes on writing it. The writer asks; what is durable stands in
 * {@link WriteAheadLog#syncedLsn}.
 *
 * <p>It touches the log's sync and the making of its next segment, and nothing else of the engine. After a failure it does
 * nothing any more: a failed sync must not be repeated.
 */
final class SyncThread {
    private final WriteAheadLog log;
    private final Runnable onProgress;
    private final Thread thread;
    private volatile long wantedLsn;
    private volatile boolean segmentWanted;
    private volatile boolean stopping;
    private volatile @Nullable Throwable failure;

    /**
     * Makes the thread; {@link #start} starts it.
     *
     * @param onProgress called after every sync, and after a failure
     */
    SyncThread(WriteAheadLog log, Runnable onProgress, ThreadFactory threads) {
        this.log = log;
        this.onProgress = onProgress;
        this.thread = threads.newThread(this::run);
        thread.setName("simonides-sync");
    }

    void start() {
        thread.start();
    }

    /** Asks for everything up to an appended LSN to be durable. */
    void sync(long lsn) {
        wantedLsn = lsn;
        LockSupport.unpark(thread);
    }

    /** Asks for the next segment to be made, once no sync is wanted. */
    void makeSegment() {
        segmentWanted = true;
        LockSupport.unpark(thread);
    }

    /** What ended the thread, or null. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    /** Ends the thread after what it is doing, and waits for that. Idempotent; also if it never started. */
    void stop() {
        stopping = true;
        LockSupport.unpark(thread);
        EngineThread.awaitEnd(thread);
    }

    private void run() {
        try {
            while (!stopping) {
                if (wantedLsn > log.syncedLsn()) {
                    log.sync();
                    onProgress.run();
                } else if (segmentWanted) {
                    segmentWanted = false;
                    prepare();
                } else {
                    LockSupport.park(this);
                }
            }
        } catch (Throwable e) { // whatever it is: nobody knows what is durable
            failure = e;
            onProgress.run();
        }
    }

    private void prepare() {
        try {
            log.prepare();
        } catch (StoreFailedException e) {
            throw e;
        } catch (StorageException e) {
            // No room, or no permission: the present segment serves as long as it lasts, and then the append says so.
        }
    }
}
