// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.store;

import dev.simonides.MemoryIndexOptions;
import dev.simonides.ProgressListener;
import dev.simonides.core.checkpoint.CheckpointTrigger;
import dev.simonides.core.checkpoint.Checkpointer;
import dev.simonides.core.checkpoint.Snapshot;
import dev.simonides.core.checkpoint.TenantSnapshot;
import dev.simonides.core.checkpoint.TruthFiles;
import dev.simonides.core.compact.PageUpkeep;
import dev.simonides.core.compact.Renumbering;
import dev.simonides.core.manifest.Lineage;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.core.write.WriteRequest;
import dev.simonides.core.write.Writer;
import dev.simonides.wal.LogStart;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StorageIoException;
import dev.simonides.wal.StorageLock;
import dev.simonides.wal.StoreFailedException;
import dev.simonides.wal.StoreFullException;
import dev.simonides.wal.WriteAheadLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What a store has only where it is written: the lock, the log, the writer, and the checkpoints. On the keeper's thread, but
 * for what it hands out.
 */
final class WritingSide {
    private static final System.Logger LOG = System.getLogger(WritingSide.class.getName());

    /** What an opening replays in less time than it takes to start a program. */
    private static final long REPLAY_AT_OPEN_BYTES_MAX = 1 << 20;

    /** Changes that a compaction makes up for while every write waits: about a millisecond. */
    private static final long CHANGES_AT_ONCE_MAX = 500;

    /** Rounds in which a compaction runs after the writer; each is shorter than the one before, or the writer is as fast. */
    private static final int CATCH_UPS_MAX = 10;

    private static final long UNLINKING_NANOS_MAX = TimeUnit.MINUTES.toNanos(1);
    private static final long WAIT_MILLIS = 100;

    private final StorageDirectory directory;
    private final StoreMemory memory;
    private final MemoryIndexOptions options;
    private final StorageLock lock;
    private final WriteAheadLog log;
    private final Writer writer;
    private final Consumer<Tenant> onPublished;
    private final Lineage lineage;
    private final TruthFiles truth;
    private final PageUpkeep pageUpkeep;
    private final Checkpointer checkpointer;
    private final CheckpointTrigger trigger;
    // What the writer said when the snapshot was taken.
    private final AtomicLong frozenTimestampMillis = new AtomicLong();
    private final AtomicLong frozenBytes = new AtomicLong();

    /**
     * Puts the writing side together; {@link Writer#start} starts it.
     *
     * @param directory the store's
     * @param lock the store's
     * @param options those in force
     * @param file STORE
     * @param recovered to be written on
     * @param onPublished told of every tenant that a frame changed
     * @param awaited says whether somebody waits for the keeper
     */
    WritingSide(
            StorageDirectory directory,
            StorageLock lock,
            MemoryIndexOptions options,
            StoreFile file,
            Recovery.Recovered recovered,
            Consumer<Tenant> onPublished,
            BooleanSupplier awaited) {
        this.directory = directory;
        this.memory = recovered.memory();
        this.options = options;
        this.onPublished = onPublished;
        this.lock = lock;
        this.log = Objects.requireNonNull(recovered.log());
        log.guardBy(lock);
        this.writer = new Writer(
                new Writer.Parts(log, memory.applier(), memory.tenants(), memory.budget(), memory.published()),
                new Writer.Terms(options.durability(), options.logBytesMax()),
                onPublished);
        Recovery.Loaded loaded = recovered.loaded();
        this.lineage = loaded.lineage();
        this.truth = loaded.truth();
        this.pageUpkeep = new PageUpkeep(memory.budget(), memory.epochs(), truth::mapped, awaited);
        this.checkpointer = new Checkpointer(
                new Checkpointer.Parts(
                        directory,
                        lock,
                        log,
                        file.storeId(),
                        file.bytes(),
                        frozenTimestampMillis::get,
                        List.of(loaded.truth()::write, loaded.graphs()::write)),
                lineage);
        this.trigger = new CheckpointTrigger(options.checkpointLogBytes(), lineage.lsn(), System.nanoTime());
    }

    StorageLock lock() {
        return lock;
    }

    WriteAheadLog log() {
        return log;
    }

    Writer writer() {
        return writer;
    }

    /** Makes a checkpoint beside the writer; returns the last LSN in it. */
    long checkpoint() {
        writer.ensureOpen();
        arrangePages(1);
        return checkpoint(this::freezeBesideWriter, false);
    }

    /** Before files get them. */
    private void arrangePages(double cpuMax) {
        if (options.pageClusteringCpuMax() == 0) {
            return;
        }
        memory.epochs().reclaim();
        List<TenantSnapshot> tenants = tenants();
        Function<Tenant, TruthFiles.HeldPages> held = truth.heldPages(tenants, numbering());
        for (TenantSnapshot snapshot : tenants) {
            TruthFiles.HeldPages pages = held.apply(snapshot.tenant());
            pageUpkeep.arrange(snapshot.tenant(), pages.all(), pages.left(), cpuMax);
        }
        memory.epochs().reclaim();
    }

    /**
     * Gives the living new ordinals in memory and files of their own, beside the writer and readers; returns the last LSN in
     * the checkpoint. The dead, and the log and the files that only they needed, are gone then.
     */
    long compact(ProgressListener listener) {
        writer.ensureOpen();
        awaitUnlinking();
        Renumbering renumbering = new Renumbering(
                memory.tenants(),
                memory.budget(),
                memory.linker(),
                memory.published().get());
        Runnable giveBack = renumbered(renumbering, listener);
        memory.tenants().all().forEach(onPublished);
        memory.epochs().retire(giveBack);
        memory.epochs().reclaim();
        var _ = checkpoint();
        // The generation before holds what was compacted: behind another one it is not kept.
        return checkpoint(() -> checkpointer.again(this::freezeBesideWriter));
    }

    private Runnable renumbered(Renumbering renumbering, ProgressListener listener) {
        AtomicReference<Runnable> giveBack = new AtomicReference<>();
        try {
            renumbering.copy(listener);
            requireRoomFor(renumbering.bytes());
            renumbering.arrange();
            for (int round = 0; round < CATCH_UPS_MAX && renumbering.catchUp() > CHANGES_AT_ONCE_MAX; round++) {
                writer.ensureOpen();
            }
            alone(() -> {
                renumbering.catchUp();
                long lsn = writer.logCompaction(
                        renumbering.number(),
                        renumbering.liveCount(),
                        renumbering.asOfLsn(),
                        options.clock().millis());
                giveBack.set(renumbering.swap(lsn));
            });
            return Objects.requireNonNull(giveBack.get());
        } finally {
            if (giveBack.get() == null) {
                renumbering.abandon();
            }
        }
    }

    /** Before anything is logged: the files of the generation before stay until those of the next one are durable. */
    private void requireRoomFor(long bytes) {
        long usable = directory.usableBytes();
        if (usable < bytes) {
            throw new StoreFullException(
                    directory.path(),
                    StorageException.NO_OFFSET,
                    "compacting takes about " + bytes
                            + " bytes of files beside the present ones, and there is room for " + usable);
        }
    }

    /** What is still linked to the dead would be lost with them. */
    private void awaitUnlinking() {
        long deadline = System.nanoTime() + UNLINKING_NANOS_MAX;
        for (Tenant tenant : memory.tenants().all()) {
            try {
                while (tenant.graphWanted()
                        && System.nanoTime() < deadline
                        && !tenant.upkeep().await(WAIT_MILLIS)) {
                    writer.ensureOpen();
                }
            } catch (InterruptedException e) {
                // An engine's thread hears no interrupt.
            }
        }
    }

    /** Failures in the background are logged, and tried again later; the log goes on meanwhile. */
    void checkpointIfDue() {
        memory.epochs().reclaim();
        if (writer.failure() != null || !trigger.due(log.lastLsn(), writer.appendedBytes(), System.nanoTime())) {
            return;
        }
        try {
            arrangePages(options.pageClusteringCpuMax());
            var _ = checkpoint(this::freezeBesideWriter, false);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "a checkpoint failed; the log goes on", e);
        }
    }

    /** Makes a checkpoint where much would be replayed, after the writer has ended. */
    void checkpointAtClose() {
        boolean wanted = options.checkpointOnClose()
                && writer.failure() == null
                && trigger.replayBytes(writer.appendedBytes()) > REPLAY_AT_OPEN_BYTES_MAX;
        if (wanted) {
            try {
                arrangePages(1);
                var _ = checkpoint(this::freeze, true);
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "the checkpoint of a close failed; the log holds everything", e);
            }
        }
    }

    /** After everything was given back: who closes the store learns what he would otherwise never hear of. */
    void requireDurable() {
        long acknowledged = memory.published().get();
        long durable = log.syncedLsn();
        if (durable < acknowledged) {
            Throwable cause = Objects.requireNonNull(writer.failure());
            throw new StoreFailedException(
                    directory.path(),
                    StorageException.NO_OFFSET,
                    "closed, but the acknowledged writes from LSN " + (durable + 1) + " to " + acknowledged
                            + " may not survive a power cut: " + cause.getMessage(),
                    cause);
        }
    }

    private long checkpoint(Supplier<Snapshot> freeze, boolean cleanClose) {
        return checkpoint(() -> checkpointer.run(freeze, cleanClose));
    }

    private long checkpoint(LongSupplier made) {
        boolean done = false;
        try {
            long lsn = made.getAsLong();
            trigger.succeeded(lsn, frozenBytes.get(), System.nanoTime());
            writer.checkpointed(frozenBytes.get());
            done = true;
            return lsn;
        } catch (StoreFailedException e) {
            writer.fail(e);
            throw e;
        } finally {
            if (!done) {
                trigger.failed(System.nanoTime());
            }
        }
    }

    private Snapshot freezeBesideWriter() {
        prepareSegment();
        AtomicReference<Snapshot> snapshot = new AtomicReference<>();
        alone(() -> snapshot.set(freeze()));
        return Objects.requireNonNull(snapshot.get());
    }

    /** Has something done on the writer's thread while no write is under way, and waits for it. */
    private void alone(Runnable action) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        writer.submit(new WriteRequest.Exclusive(action, done));
        var _ = Keeper.join(done);
    }

    /** Makes the segment that the log goes on in, so that the writer has only to give it its name. */
    private void prepareSegment() {
        if (log.lastLsn() > lineage.lsn()) {
            try {
                log.prepare();
            } catch (StoreFullException | StorageIoException e) {
                // The writer makes it, or says that it cannot be made.
            }
        }
    }

    /** CP1: on the writer's thread, or when that has ended. */
    private Snapshot freeze() {
        LogStart start = log.rotate();
        frozenTimestampMillis.set(writer.lastTimestampMillis());
        frozenBytes.set(writer.appendedBytes());
        return new Snapshot(start, start.lsn(), numbering(), tenants());
    }

    private int numbering() {
        return memory.tenants().shape().numbering().number();
    }

    /** All tenants that have an ordinal, as they are now. */
    private List<TenantSnapshot> tenants() {
        List<TenantSnapshot> tenants = new ArrayList<>();
        for (Tenant tenant : memory.tenants().all()) {
            if (tenant.count() > 0) {
                tenants.add(new TenantSnapshot(
                        tenant, tenant.count(), tenant.pending().floor()));
            }
        }
        return tenants;
    }
}
