// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.store;

import dev.simonides.MemoryIndexOptions;
import dev.simonides.ProgressListener;
import dev.simonides.RecoveryReport;
import dev.simonides.StoreState;
import dev.simonides.VerifyReport;
import dev.simonides.core.checkpoint.VectorMappings;
import dev.simonides.core.graph.GraphLinker;
import dev.simonides.core.graph.GraphUnlinker;
import dev.simonides.core.link.Indexers;
import dev.simonides.core.manifest.Lineage;
import dev.simonides.core.manifest.Manifest;
import dev.simonides.core.manifest.Manifests;
import dev.simonides.core.memory.MemoryBudget;
import dev.simonides.core.memory.ScratchMemory;
import dev.simonides.core.search.ScratchPool;
import dev.simonides.core.search.SearchScratch;
import dev.simonides.core.search.TenantSearch;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.core.tenant.Tenants;
import dev.simonides.core.write.Writer;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import dev.simonides.wal.LogOptions;
import dev.simonides.wal.ReplayReport;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StorageLock;
import dev.simonides.wal.StoreReadOnlyException;
import dev.simonides.wal.WriteAheadLog;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An open store: its parts, and the order in which they begin and end.
 *
 * <p>Opening: lock, STORE, recovery, then the writer and the indexers start. Closing: the writer finishes and syncs, the
 * indexers stop, the searches leave, and only then memory is unmapped, the log closed and the lock released. Both happen on
 * the keeper's thread, like all that touches files beside the writer's log.
 */
public final class Store implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Store.class.getName());

    private final Keeper keeper;
    private final StorageDirectory directory;
    private final MemoryIndexOptions options;
    private final StoreMemory memory;
    private final RecoveryReport recovery;
    private final ScratchPool scratchPool;
    private final TenantSearch search;
    private final Indexers indexers;
    private final @Nullable WritingSide writing;
    private final Files files;
    private final StoreFile file;
    private final ReplayReport replay;
    private final CompletableFuture<Boolean> closed = new CompletableFuture<>();
    private final AtomicBoolean closing = new AtomicBoolean();

    /** What a verification looks at besides the open store. */
    record Files(StorageDirectory directory, LogOptions logOptions, Lineage lineage, StoreMemory memory) {}

    /**
     * Puts a recovered store together; {@link #start} starts its threads.
     *
     * @param lock the store's, null to read only
     */
    Store(
            Keeper keeper,
            StorageDirectory directory,
            @Nullable StorageLock lock,
            MemoryIndexOptions options,
            LogOptions logOptions,
            StoreFile file,
            Recovery.Recovered recovered) {
        this.keeper = keeper;
        this.directory = directory;
        this.options = options;
        this.file = file;
        this.replay = recovered.replay();
        this.memory = recovered.memory();
        this.recovery = recovered.report();
        this.files = new Files(directory, logOptions, recovered.loaded().lineage(), memory);
        this.scratchPool = new ScratchPool(
                memory.searchesMax(),
                memory.epochs(),
                slot -> new SearchScratch(slot, memory.kernels(), memory.codec(), memory.scratch()));
        this.search = new TenantSearch(memory.kernels(), memory.codec(), options.exactScanMax(), memory.published());
        this.indexers = new Indexers(memory.published(), memory.epochs(), memory.searchesMax(), this::indexerFailed);
        this.writing = lock == null
                ? null
                : new WritingSide(directory, lock, options, file, recovered, indexers::announce, keeper::awaited);
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

    /**
     * Opens an existing store for reading: nothing is written and no lock is taken.
     *
     * @param directory gives the directory, on the store's own thread; closed by the store, also if this fails
     * @param log gets the usual options of the log and returns those to use
     * @param chosen gets the options the store was created with and returns those to use
     * @return the open store
     * @throws dev.simonides.wal.NotAStoreException if there is none
     */
    public static Store openReadOnly(
            Supplier<? extends StorageDirectory> directory,
            UnaryOperator<LogOptions> log,
            UnaryOperator<MemoryIndexOptions> chosen) {
        return StoreOpening.run(directory, log, opening -> opening.openReadOnly(chosen));
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
                        memory.kernels(), memory.codec(), options.m(), options.efConstruction(), memory.scratch()),
                () -> new GraphUnlinker(memory.kernels(), memory.codec(), memory.scratch()));
        for (Tenant tenant : memory.tenants().all()) {
            indexers.announce(tenant);
        }
        WritingSide side = writing;
        if (side != null) {
            side.writer().start();
            keeper.onTick(side::checkpointIfDue);
        }
    }

    private WritingSide writing() {
        WritingSide side = writing;
        if (side == null) {
            throw new StoreReadOnlyException(
                    directory.path(), StorageException.NO_OFFSET, "the store was opened for reading");
        }
        return side;
    }

    /**
     * Makes a checkpoint and waits for it, interrupted or not.
     *
     * @return the last LSN in it
     * @throws dev.simonides.wal.StoreFailedException if the store has failed, or fails by it
     * @throws dev.simonides.wal.StorageException if the medium refuses; everything is as it was
     * @throws StoreReadOnlyException if the store was opened for reading
     * @throws IllegalStateException if the store is closed
     */
    public long checkpoint() {
        return keeper.call(() -> writing().checkpoint());
    }

    /**
     * Compacts the store and waits for it, interrupted or not.
     *
     * @param listener told of vectors copied
     * @return the last LSN in the checkpoint that it ends with
     * @throws dev.simonides.wal.BudgetExceededException if there is no memory for a copy of the living; everything is as it was
     * @throws dev.simonides.wal.StoreFullException if there is no room for the files of a copy; everything is as it was
     * @throws StorageException if the medium refuses; the store is compacted in memory or not, and nothing is lost
     * @throws StoreReadOnlyException if the store was opened for reading
     * @throws IllegalStateException if the store is closed
     */
    public long compact(ProgressListener listener) {
        return keeper.call(() -> writing().compact(listener));
    }

    /**
     * Makes a backup and waits for it, interrupted or not.
     *
     * @param target gives the directory, empty, on the store's own thread; closed by this
     * @return the last LSN in it
     * @throws StorageException if a medium refuses or what is to be copied is damaged; nothing but a lock file is left in
     *     the target
     * @throws dev.simonides.wal.StoreLockedException if a process has the target
     * @throws StoreReadOnlyException if the store was opened for reading
     * @throws IllegalStateException if the store is closed
     */
    public long backup(Supplier<? extends StorageDirectory> target) {
        return keeper.call(() -> {
            WriteAheadLog log = writing().log();
            Optional<Manifest> present = files.lineage().present().map(Manifests.Stored::manifest);
            try (StorageDirectory opened = target.get()) {
                return new StoreBackup(directory, file, present, log, files.logOptions()).writeTo(opened);
            }
        });
    }

    private void indexerFailed(Throwable cause) {
        LOG.log(System.Logger.Level.ERROR, "linking failed; the store accepts no more writes", cause);
        WritingSide side = writing;
        if (side != null) {
            side.writer().fail(cause);
        }
    }

    /**
     * Finishes writes, waits for searches, and gives everything back, whatever this throws. Any thread, interrupted or not.
     * Closing again waits for the end of the first close, and throws nothing.
     *
     * @throws dev.simonides.wal.StoreFailedException if acknowledged writes could not be made durable
     * @throws StorageException if the log could not be ended as it should be; everything is durable
     */
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
        WritingSide side = writing;
        if (side == null) {
            try (directory) {
                endReaders();
                memory.close();
            }
            return;
        }
        side.writer().close();
        indexers.close();
        side.checkpointAtClose();
        try (directory;
                var _ = side.lock();
                var _ = side.log()) {
            endReaders();
            memory.close();
        }
        side.requireDurable();
    }

    private void endReaders() {
        indexers.close();
        scratchPool.close();
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
     * Returns the pool every reader passes through.
     *
     * @return scratch
     */
    public ScratchPool scratchPool() {
        return scratchPool;
    }

    /** Memory of the pool's scratch. */
    ScratchMemory scratchMemory() {
        return memory.scratch();
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
     * @throws StoreReadOnlyException if the store was opened for reading
     */
    public Writer writer() {
        return writing().writer();
    }

    /**
     * Returns the log.
     *
     * @return for its counters; nothing if the store was opened for reading
     */
    public Optional<WriteAheadLog> log() {
        return Optional.ofNullable(writing).map(WritingSide::log);
    }

    /**
     * Returns what opening found in the log.
     *
     * @return the report
     */
    public ReplayReport replay() {
        return replay;
    }

    /**
     * Returns what the store does with a write. Any thread; never throws.
     *
     * @return the state at about this moment
     */
    public StoreState state() {
        WritingSide side = writing;
        if (side != null) {
            return side.writer().state();
        }
        return closing.get() ? StoreState.CLOSED : StoreState.READ_ONLY;
    }

    /**
     * Says whether the store fails every write from now on.
     *
     * @return whether a write or the engine failed
     */
    public boolean failed() {
        return state() == StoreState.FAILED;
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
                return new StoreVerifier(this, files).run(listener);
            } finally {
                scratchPool.release(scratch);
            }
        });
    }
}
