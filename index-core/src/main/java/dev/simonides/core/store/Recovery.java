// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.store;

import dev.simonides.MemoryIndexOptions;
import dev.simonides.ProgressListener;
import dev.simonides.RecoveryReport;
import dev.simonides.Residency;
import dev.simonides.core.write.Applier;
import dev.simonides.wal.LogOptions;
import dev.simonides.wal.LogVisitor;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.WriteAheadLog;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Makes of what is on the medium what a store keeps in memory: a function of a directory that starts no thread. The caller
 * holds the store's lock. Confined to one thread.
 */
final class Recovery {
    private final StorageDirectory directory;
    private final MemoryIndexOptions options;
    private final LogOptions logOptions;

    /**
     * Names what is to be recovered; nothing is read yet.
     *
     * @param directory the store's
     * @param options those in force
     * @param logOptions with the store's identity
     */
    Recovery(StorageDirectory directory, MemoryIndexOptions options, LogOptions logOptions) {
        this.directory = directory;
        this.options = options;
        this.logOptions = logOptions;
    }

    /**
     * What was recovered. The store closes memory and log.
     *
     * @param memory as it was after the last write found
     * @param log ready to be written on
     * @param report what happened
     */
    record Recovered(StoreMemory memory, WriteAheadLog log, RecoveryReport report) {}

    /** Begins a store that holds nothing. */
    Recovered begin() {
        StoreMemory memory = new StoreMemory(options);
        try {
            return new Recovered(memory, WriteAheadLog.create(directory, logOptions), report(0, 0, 0, 0, true));
        } catch (Throwable e) {
            memory.close();
            throw e;
        }
    }

    /** Recovers a store, to be written on. */
    Recovered run() {
        long startNanos = System.nanoTime();
        StoreMemory memory = new StoreMemory(options);
        try {
            WriteAheadLog log = replay(memory);
            return new Recovered(
                    memory,
                    log,
                    report(
                            System.nanoTime() - startNanos,
                            log.lastLsn(),
                            log.report().records(),
                            log.report().tornBytes(),
                            log.report().closed()));
        } catch (Throwable e) {
            memory.close();
            throw e;
        }
    }

    private static RecoveryReport report(long nanos, long lsn, long records, long tornBytes, boolean closed) {
        return new RecoveryReport(
                0,
                lsn,
                records,
                tornBytes,
                closed,
                Optional.empty(),
                List.of(),
                0,
                Residency.RESIDENT,
                Duration.ofNanos(nanos));
    }

    private WriteAheadLog replay(StoreMemory memory) {
        Applier applier = memory.applier();
        WriteAheadLog opened = WriteAheadLog.open(directory, logOptions, new LogVisitor() {
            @Override
            public void record(long lsn, int type, int flags, ByteBuffer payload) {
                applier.replay(lsn, type, payload);
            }

            @Override
            public void progress(long bytesDone, long bytesTotal) {
                options.progress().progressed(ProgressListener.Phase.REPLAY, bytesDone, bytesTotal);
            }
        });
        applier.replayed();
        memory.published().set(opened.lastLsn());
        return opened;
    }
}
