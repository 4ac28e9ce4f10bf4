// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.store;

import dev.simonides.MemoryIndexOptions;
import dev.simonides.ProgressListener;
import dev.simonides.RecoveryReport;
import dev.simonides.VerifyReport;
import dev.simonides.core.graph.GraphLinker;
import dev.simonides.core.key.KeyDirectory;
import dev.simonides.core.link.Indexers;
import dev.simonides.core.memory.MemoryBudget;
import dev.simonides.core.search.ScratchPool;
import dev.simonides.core.search.SearchScratch;
import dev.simonides.core.search.TenantSearch;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.core.tenant.Tenants;
import dev.simonides.core.write.Writer;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import dev.simonides.wal.LogOptions;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.StorageLock;
import dev.simonides.wal.WriteAheadLog;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
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

    private final Keeper keeper;
    private final StorageDirectory directory;
    private final StorageLock lock;
    private final MemoryIndexOptions options;
    private final LogOptions logOptions;
    private final StoreMemory memory;
    private final RecoveryReport recovery;
    private final ScratchPool scratchPool;
    private final TenantSearch search;
    private final WriteAheadLog log;
    private final Writer writer;
    private final Indexers indexers;
    private final CompletableFuture<Boolean> closed = new CompletableFuture<>();
    private final AtomicBoolean closing = new AtomicBoolean();

    /** Puts a recovered store together; {@link #start} starts its threads. */
    Store(
            Keeper keeper,
            StorageDirectory directory,
            StorageLock lock,
            MemoryIndexOptions options,
            LogOptions logOptions,
            Recovery.Recovered recovered) {
        this.keeper = keeper;
        this.directory = directory;
        this.lock = lock;
        this.options = options;
        this.logOptions = logOptions;
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
        scratchPool.close();
        try (directory;
                lock;
                log) {
            memory.close();
        }
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
                return new StoreVerifier(this, directory, logOptions).run(listener);
            } finally {
                scratchPool.release(scratch);
            }
        });
    }
}
