// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.store;

import dev.simonides.MemoryIndexOptions;
import dev.simonides.ProgressListener;
import dev.simonides.RecoveryReport;
import dev.simonides.VerifyReport;
import dev.simonides.core.checkpoint.CheckpointTrigger;
import dev.simonides.core.checkpoint.Checkpointer;
import dev.simonides.core.checkpoint.Snapshot;
import dev.simonides.core.checkpoint.TenantSnapshot;
import dev.simonides.core.checkpoint.VectorMappings;
import dev.simonides.core.graph.GraphLinker;
import dev.simonides.core.key.KeyDirectory;
import dev.simonides.core.link.Indexers;
import dev.simonides.core.memory.MemoryBudget;
import dev.simonides.core.search.ScratchPool;
import dev.simonides.core.search.SearchScratch;
import dev.simonides.core.search.TenantSearch;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.core.tenant.Tenants;
import dev.simonides.core.write.WriteRequest;
import dev.simonides.core.write.Writer;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import dev.simonides.wal.LogOptions;
import dev.simonides.wal.LogStart;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StorageLock;
import dev.simonides.wal.StoreFailedException;
import dev.simonides.wal.WriteAheadLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * An open store: its parts, and the order in which they begin and end.
 *
 * <p>Opening: lock, STORE, recovery, then the writer and the indexers start. Closing: the writer finishes and syncs, the
 * indexers stop, the searches leave, and only then memory is unmapped, the log closed and the lock released. Both happen on
 * the keeper's thread, like all that touches files beside the writer's log.
 */
public final class Store implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Store.class.getName());

    /** What an opening replays in less time than it takes to start a program. */
    private static final long REPLAY_AT_OPEN_BYTES_MAX = 1 << 20;

    private final Keeper keeper;
    private final StorageDirectory directory;
    private final StorageLock lock;
    private final MemoryIndexOptions options;
    private final StoreMemory memory;
    private final RecoveryReport recovery;
    private final ScratchPool scratchPool;
    private final TenantSearch search;
    private final WriteAheadLog log;
    private final Writer writer;
    private final Indexers indexers;
    private final Checkpointer checkpointer;
    private final CheckpointTrigger trigger;
    private final AtomicLong maxTimestampMillis;
    private final CompletableFuture<Boolean> closed = new CompletableFuture<>();
    private final AtomicBoolean closing = new AtomicBoolean();

    /** Puts a recovered store together; {@link #start} starts its threads. */
    Store(
            Keeper keeper,
            StorageDirectory directory,
            StorageLock lock,
            MemoryIndexOptions options,
            StoreFile file,
            Recovery.Recovered recovered) {
        this.keeper = keeper;
        this.directory = directory;
        this.lock = lock;
        this.options = options;
        this.maxTimestampMillis = new AtomicLong(recovered.maxTimestampMillis());
        this.memory = recovered.memory();
        this.recovery = recovered.report();
        this.log = recovered.log();
        this.scratchPool = new ScratchPool(
                memory.searchesMax(),
                memory.epochs(),
                slot -> new SearchScratch(slot, memory.kernels(), memory.codec(), memory.scratch()));
        this.search = new TenantSearch(memory.kernels(), memory.codec(), options.exactScanMax(), memory.published());
        this.indexers = new Indexers(memory.published(), memory.epochs(), memory.searchesMax(), this::indexerFailed);
        this.writer = new Writer(
                new Writer.Parts(
                        log, memory.applier(), memory.keys(), memory.budget(), memory.records(), memory.published()),
                new Writer.Terms(options.durability(), options.logBytesMax()),
                indexers::announce);
        Recovery.Loaded loaded = recovered.loaded();
        this.checkpointer = new Checkpointer(
                new Checkpointer.Parts(
                        directory,
                        lock,
                        log,
                        file.storeId(),
                        file.bytes(),
                        maxTimestampMillis::get,
                        List.of(loaded.truth()::write, loaded.graphs()::write)),
                loaded.lineage());
        this.trigger = new CheckpointTrigger(
                options.checkpointLogBytes(), loaded.lineage().lsn(), System.nanoTime());
    }

    /**
     * Creates a store in a directory that holds none, or opens the one it holds.
     *
     * @param directory gives the directory, on the store's own thread; closed by the store, also if this fails
     * @param options how
     * @param log gets the usual options of the log and returns those to use: small segments show what happens at their
     *     ends, and salts from a seed make a simulated crash repeat itself
     * @return the open store, its threads running
     * @throws dev.simonides.wal.NotAStoreException if the directory holds something else; nothing is written then
     * @throws IllegalArgumentException if the store's fixed options are others
     */
    public static Store openOrCreate(
            Supplier<? extends StorageDirectory> directory, MemoryIndexOptions options, UnaryOperator<LogOptions> log) {
        return StoreOpening.run(directory, log, opening -> opening.openOrCreate(options));
    }

    /**
     * Opens an existing store.
     *
     * @param directory gives the directory, on the store's own thread; closed by the store, also if this fails
     * @param chosen gets the options the store was created with and returns those to use
     * @return the open store, its threads running
     * @throws dev.simonides.wal.NotAStoreException if there is none; nothing is written then
     */
    public static Store open(Supplier<? extends StorageDirectory> directory, UnaryOperator<MemoryIndexOptions> chosen) {
        return StoreOpening.run(directory, UnaryOperator.identity(), opening -> opening.open(chosen));
    }

    /**
     * Creates a store.
     *
     * @param directory gives the directory, on the store's own thread, empty but for what a creation left that was cut
     *     off; closed by the store, also if this fails
     * @param options how
     * @return the open store, its threads running
     * @throws dev.simonides.wal.NotAStoreException if there is something else already; nothing is written then
     */
    public static Store create(Supplier<? extends StorageDirectory> directory, MemoryIndexOptions options) {
        return StoreOpening.run(directory, UnaryOperator.identity(), opening -> opening.create(options));
    }

    /** Starts the threads. On the keeper's thread. */
    void start() {
        LOG.log(
                System.Logger.Level.INFO,
                () -> String.format(
                        Locale.ROOT,
                        "opened %s: %s; tenants=%d, kernels=%s",
                        directory.path(),
                        recovery.describe(),
                        memory.tenants().all().size(),
                        Kernels.describe()));
        indexers.start(
                options.indexerThreads(),
                () -> new GraphLinker(
                        memory.kernels(), memory.codec(), options.m(), options.efConstruction(), memory.scratch()));
        for (Tenant tenant : memory.tenants().all()) {
            indexers.announce(tenant);
        }
        writer.start();
        keeper.onTick(this::checkpointIfDue);
    }

    /**
     * Makes a checkpoint and waits for it, interrupted or not.
     *
     * @return the last LSN in it
     * @throws StoreFailedException if the store has failed, or fails by it
     * @throws StorageException if the medium refuses; everything is as it was
     * @throws IllegalStateException if the store is closed
     */
    public long checkpoint() {
        return keeper.call(() -> {
            writer.ensureOpen();
            return checkpoint(this::freezeBesideWriter, false);
        });
    }

    /** Failures in the background are logged, and tried again later; the log goes on meanwhile. */
    private void checkpointIfDue() {
        memory.epochs().reclaim();
        if (writer.failure() != null || !trigger.due(log.lastLsn(), log.bytes(), System.nanoTime())) {
            return;
        }
        try {
            var _ = checkpoint(this::freezeBesideWriter, false);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "a checkpoint failed; the log goes on", e);
        }
    }

    private long checkpoint(Supplier<Snapshot> freeze, boolean cleanClose) {
        AtomicLong logBytes = new AtomicLong();
        boolean done = false;
        try {
            long lsn = checkpointer.run(
                    () -> {
                        Snapshot snapshot = freeze.get();
                        logBytes.set(log.bytes());
                        return snapshot;
                    },
                    cleanClose);
            trigger.succeeded(lsn, logBytes.get(), System.nanoTime());
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
        AtomicReference<Snapshot> snapshot = new AtomicReference<>();
        CompletableFuture<Void> done = new CompletableFuture<>();
        writer.submit(new WriteRequest.Exclusive(() -> snapshot.set(freeze()), done));
        var _ = Keeper.join(done);
        return Objects.requireNonNull(snapshot.get());
    }

    /** CP1: on the writer's thread, or when that has ended. */
    private Snapshot freeze() {
        LogStart start = log.rotate();
        List<TenantSnapshot> tenants = new ArrayList<>();
        for (Tenant tenant : memory.tenants().all()) {
            if (tenant.count() > 0) {
                tenants.add(new TenantSnapshot(
                        tenant, tenant.count(), tenant.pending().floor()));
            }
        }
        return new Snapshot(start, start.lsn(), tenants);
    }

    private void indexerFailed(Throwable cause) {
        LOG.log(System.Logger.Level.ERROR, "linking failed; the store accepts no more writes", cause);
        writer.fail(cause);
    }

    /** Finishes writes, waits for searches, and gives everything back. Idempotent; any thread, interrupted or not. */
    @Override
    public void close() {
        if (closing.compareAndSet(false, true)) {
            try {
                boolean done = keeper.call(() -> {
                    try {
                        shutDown();
                        return true;
                    } finally {
                        keeper.end();
                    }
                });
                closed.complete(done);
            } catch (Throwable e) {
                closed.complete(false);
                throw e;
            }
        } else {
            Keeper.join(closed);
        }
    }

    /** Ends the threads and gives everything back but the keeper. On the keeper's thread. */
    void shutDown() {
        writer.close();
        indexers.close();
        checkpointAtClose();
        scratchPool.close();
        try (directory;
                lock;
                log) {
            memory.close();
        }
    }

    private void checkpointAtClose() {
        boolean wanted = options.checkpointOnClose()
                && writer.failure() == null
                && trigger.replayBytes(log.bytes()) > REPLAY_AT_OPEN_BYTES_MAX;
        if (wanted) {
            try {
                var _ = checkpoint(this::freeze, true);
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "the checkpoint of a close failed; the log holds everything", e);
            }
        }
    }

    /**
     * Returns the time stamp of a memory that is put at this moment: never earlier than one given before, in this process
     * or another one.
     *
     * @param nowMillis of the store's clock
     * @return milliseconds since 1970
     */
    public long timestampMillis(long nowMillis) {
        return maxTimestampMillis.accumulateAndGet(nowMillis, Math::max);
    }

    /**
     * Returns the options in force.
     *
     * @return those given at open, or those the store was created with
     */
    public MemoryIndexOptions options() {
        return options;
    }

    /**
     * Returns the shape of a vector.
     *
     * @return the codec
     */
    public VectorCodec codec() {
        return memory.codec();
    }

    /**
     * Returns the tenants.
     *
     * @return by name
     */
    public Tenants tenants() {
        return memory.tenants();
    }

    /**
     * Returns the key directory.
     *
     * @return keys of all tenants
     */
    public KeyDirectory keys() {
        return memory.keys();
    }

    /**
     * Returns the pool every reader passes through.
     *
     * @return scratch
     */
    public ScratchPool scratchPool() {
        return scratchPool;
    }

    /**
     * Returns the searcher.
     *
     * @return for any tenant of this store
     */
    public TenantSearch search() {
        return search;
    }

    /**
     * Returns the writer.
     *
     * @return takes requests
     */
    public Writer writer() {
        return writer;
    }

    /**
     * Returns the log.
     *
     * @return for its counters
     */
    public WriteAheadLog log() {
        return log;
    }

    /**
     * Returns the memory budget.
     *
     * @return what the store's memory is charged to
     */
    public MemoryBudget budget() {
        return memory.budget();
    }

    /**
     * Returns where the vectors of the last checkpoint are.
     *
     * @return in memory, or in mapped files
     */
    public VectorMappings mappings() {
        return memory.mappings();
    }

    /**
     * Returns the watermark.
     *
     * @return LSN of the last visible write
     */
    public AtomicLong published() {
        return memory.published();
    }

    /**
     * Returns what opening found.
     *
     * @return the report
     */
    public RecoveryReport recovery() {
        return recovery;
    }

    /**
     * Verifies the store. Waits for it, interrupted or not.
     *
     * @param listener told of records compared, on the store's own thread
     * @return what was found
     * @throws IllegalStateException if the store is closed
     */
    public VerifyReport verify(ProgressListener listener) {
        return keeper.call(() -> {
            // Held meanwhile, as a search holds one: what is read stays mapped.
            SearchScratch scratch = scratchPool.claim();
            try {
                return new StoreVerifier(this).run(listener);
            } finally {
                scratchPool.release(scratch);
            }
        });
    }
}
