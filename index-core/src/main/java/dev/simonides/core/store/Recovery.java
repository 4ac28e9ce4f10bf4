// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.store;

import dev.simonides.MemoryIndexOptions;
import dev.simonides.ProgressListener;
import dev.simonides.RecoveryReport;
import dev.simonides.core.checkpoint.GraphFiles;
import dev.simonides.core.checkpoint.TruthFiles;
import dev.simonides.core.checkpoint.TruthLoadOptions;
import dev.simonides.core.checkpoint.TruthMemory;
import dev.simonides.core.graph.GraphShape;
import dev.simonides.core.manifest.FileEntry;
import dev.simonides.core.manifest.Lineage;
import dev.simonides.core.manifest.Manifest;
import dev.simonides.core.manifest.Manifests;
import dev.simonides.core.vector.PageFormat;
import dev.simonides.wal.CorruptStoreException;
import dev.simonides.wal.CorruptWalException;
import dev.simonides.wal.LogOptions;
import dev.simonides.wal.LogStart;
import dev.simonides.wal.LogVisitor;
import dev.simonides.wal.ReplayReport;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StorageIoException;
import dev.simonides.wal.WriteAheadLog;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Makes of what is on the medium what a store keeps in memory: the steps RC3 to RC10 of docs/RECOVERY.md, a function of a
 * directory that starts no thread unless it may have helpers. The caller holds the store's lock. Confined to one thread.
 *
 * <p>The newest generation whose files of truth are whole is loaded, then the log behind it is replayed by the same steps
 * that apply new writes. A generation that is passed over loses nothing: the log behind the one before it is longer. Only
 * files are passed over, never records of the log.
 */
final class Recovery {
    private final StorageDirectory directory;
    private final MemoryIndexOptions options;
    private final LogOptions logOptions;
    private final PageFormat pages;
    private final int helpers;
    private final Manifests manifests;
    private final List<String> rebuilt = new ArrayList<>();
    private @Nullable StorageException passedOver;

    /** Names what is to be recovered by the calling thread alone. */
    Recovery(StorageDirectory directory, MemoryIndexOptions options, LogOptions logOptions, PageFormat pages) {
        this(directory, options, logOptions, pages, 0);
    }

    /**
     * Names what is to be recovered; nothing is read yet.
     *
     * @param directory the store's
     * @param options those in force
     * @param logOptions with the store's identity
     * @param pages of the store, as its file STORE says
     * @param helpers threads that may help where there is much to load, 0 or more
     */
    Recovery(
            StorageDirectory directory,
            MemoryIndexOptions options,
            LogOptions logOptions,
            PageFormat pages,
            int helpers) {
        this.directory = directory;
        this.options = options;
        this.logOptions = logOptions;
        this.pages = pages;
        this.helpers = helpers;
        this.manifests = new Manifests(directory, logOptions.storeId());
    }

    /**
     * The files of a generation, as they were loaded.
     *
     * @param lineage the generation and its predecessor
     * @param truth its files of truth
     * @param graphs its graph files
     */
    record Loaded(Lineage lineage, TruthFiles truth, GraphFiles graphs) {}

    /**
     * What was recovered. The store closes memory and log.
     *
     * @param memory as it was after the last write found
     * @param log ready to be written on; null if it was only read
     * @param loaded what the next checkpoint builds on
     * @param replay what was found in the log
     * @param report what happened
     */
    record Recovered(
            StoreMemory memory,
            @Nullable WriteAheadLog log,
            Loaded loaded,
            ReplayReport replay,
            RecoveryReport report) {}

    /** Begins a store that holds nothing. */
    Recovered begin() {
        StoreMemory memory = new StoreMemory(options, pages);
        try {
            Loaded nothing = nothing(memory);
            WriteAheadLog log = WriteAheadLog.create(directory, logOptions);
            return new Recovered(memory, log, nothing, log.report(), report(nothing, log.report(), 0, 0));
        } catch (Throwable e) {
            memory.close();
            throw e;
        }
    }

    /** Recovers a store, to be written on. */
    Recovered run() {
        long startNanos = System.nanoTime();
        return recovered((memory, loaded) -> replayed(memory, loaded, startNanos));
    }

    /**
     * Recovers a store without writing anything.
     *
     * @param withLog whether the log is read too; beside a writer it is not, because its end moves
     * @throws CorruptStoreException if files are damaged, or were removed meanwhile by a writer
     */
    Recovered read(boolean withLog) {
        long startNanos = System.nanoTime();
        return recovered((memory, loaded) -> readOnly(memory, loaded, withLog, startNanos));
    }

    /** The newest generation whose files of truth are whole, and else the log alone. */
    private Recovered recovered(BiFunction<StoreMemory, Loaded, Recovered> behind) {
        for (long generation : manifests.generations()) {
            StoreMemory memory = new StoreMemory(options, pages);
            Loaded loaded = load(generation, memory);
            if (loaded != null) {
                return behind.apply(memory, loaded);
            }
        }
        StoreMemory memory = new StoreMemory(options, pages);
        return behind.apply(memory, nothing(memory));
    }

    private Loaded nothing(StoreMemory memory) {
        return new Loaded(
                Lineage.of(directory, manifests, Optional.empty()),
                TruthFiles.none(memory.geometry(), memory.mappings()),
                GraphFiles.none(shape()));
    }

    private GraphShape shape() {
        return new GraphShape(options.m(), options.seed());
    }

    /** RC3 to RC5, and the graphs; null if the generation cannot be used, its memory then neither. */
    private @Nullable Loaded load(long generation, StoreMemory memory) {
        boolean usable = false;
        try {
            Manifests.Stored stored = manifests.read(generation);
            Manifest manifest = stored.manifest();
            List<FileEntry> files = manifest.files();
            TruthFiles truth = loadTruth(manifest, memory);
            rebuilt.clear();
            GraphFiles graphs = GraphFiles.load(
                    directory, logOptions.storeId(), files, memory.tenants(), shape(), 1 + helpers, rebuilt::add);
            memory.applier().loaded(manifest.maxTimestampMillis());
            Loaded loaded = new Loaded(Lineage.of(directory, manifests, Optional.of(stored)), truth, graphs);
            usable = true;
            return loaded;
        } catch (CorruptStoreException | StorageIoException e) {
            if (passedOver == null) {
                passedOver = e;
            } else {
                passedOver.addSuppressed(e);
            }
            return null;
        } finally {
            if (!usable) {
                memory.close();
            }
        }
    }

    /** Loads vectors, records and keys into empty memory, and checks every byte of them. */
    TruthFiles loadTruth(Manifest manifest, StoreMemory memory) {
        memory.tenants().restoreNumbering(manifest.numbering(), manifest.lsn());
        return TruthFiles.load(
                directory,
                logOptions.storeId(),
                manifest.files(),
                new TruthMemory(memory.tenants(), memory.budget(), memory.geometry(), memory.mappings()),
                new TruthLoadOptions(manifest.lsn(), helpers, false));
    }

    /** RC6, RC7 and RC9; then what a crash left behind is removed. */
    private Recovered replayed(StoreMemory memory, Loaded loaded, long startNanos) {
        WriteAheadLog log = null;
        try {
            log = WriteAheadLog.open(directory, logOptions, start(loaded), visitor(memory));
            memory.applier().replayed();
            memory.published().set(log.lastLsn());
            int orphans = passedOver == null ? collect(log, loaded.lineage()) : 0;
            long nanos = System.nanoTime() - startNanos;
            return new Recovered(memory, log, loaded, log.report(), report(loaded, log.report(), orphans, nanos));
        } catch (Throwable e) {
            suppressing(e, log);
            memory.close();
            throw cause(e);
        }
    }

    private Recovered readOnly(StoreMemory memory, Loaded loaded, boolean withLog, long startNanos) {
        boolean done = false;
        try {
            StorageException damage = passedOver;
            if (damage != null && !withLog && loaded.lineage().present().isEmpty()) {
                // Without its log the log alone is nothing.
                throw damage;
            }
            ReplayReport replay = withLog
                    ? WriteAheadLog.replay(directory, logOptions, start(loaded), visitor(memory))
                    : new ReplayReport(
                            0, 0, 0, loaded.lineage().lsn(), loaded.lineage().lsn(), 0, 0, 0, false);
            memory.applier().replayed();
            memory.published().set(replay.lastLsn());
            long nanos = System.nanoTime() - startNanos;
            done = true;
            return new Recovered(memory, null, loaded, replay, report(loaded, replay, 0, nanos));
        } catch (CorruptWalException e) {
            throw cause(e);
        } finally {
            if (!done) {
                memory.close();
            }
        }
    }

    private static LogStart start(Loaded loaded) {
        return loaded.lineage()
                .present()
                .map(stored -> stored.manifest().start())
                .orElse(LogStart.BEGINNING);
    }

    /** A log too short for the generation fallen back on is the fault of the one that was passed over. */
    private RuntimeException cause(Throwable e) {
        StorageException first = passedOver;
        if (first != null && e instanceof CorruptWalException) {
            first.addSuppressed(e);
            return first;
        }
        if (e instanceof Error error) {
            throw error;
        }
        return (RuntimeException) e;
    }

    private static void suppressing(Throwable cause, @Nullable WriteAheadLog log) {
        if (log != null) {
            try {
                log.close();
            } catch (StorageException e) {
                cause.addSuppressed(e);
            }
        }
    }

    private LogVisitor visitor(StoreMemory memory) {
        return new LogVisitor() {
            @Override
            public void record(long lsn, int type, int flags, ByteBuffer payload) {
                memory.applier().replay(lsn, type, payload);
            }

            @Override
            public void progress(long bytesDone, long bytesTotal) {
                options.progress().progressed(ProgressListener.Phase.REPLAY, bytesDone, bytesTotal);
            }
        };
    }

    /** Nothing is removed behind a generation that was passed over: its files are all there is of what is damaged. */
    private static int collect(WriteAheadLog log, Lineage lineage) {
        try {
            log.retire(lineage.retainedStart());
        } catch (StorageException e) {
            // The next checkpoint tries again.
        }
        return lineage.removeOrphans();
    }

    private RecoveryReport report(Loaded loaded, ReplayReport replay, int orphans, long nanos) {
        return new RecoveryReport(
                loaded.lineage()
                        .present()
                        .map(stored -> stored.manifest().generation())
                        .orElse(0L),
                Math.max(replay.lastLsn(), loaded.lineage().lsn()),
                replay.records(),
                replay.tornBytes(),
                replay.closed(),
                Optional.ofNullable(passedOver).map(StorageException::getMessage),
                rebuilt,
                orphans,
                loaded.truth().residency(),
                Duration.ofNanos(nanos));
    }
}
