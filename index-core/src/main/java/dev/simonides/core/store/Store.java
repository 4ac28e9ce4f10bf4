// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.store;

import dev.simonides.MemoryIndexOptions;
import dev.simonides.ProgressListener;
import dev.simonides.core.epoch.Epochs;
import dev.simonides.core.graph.GraphLinker;
import dev.simonides.core.key.HeapKeyDirectory;
import dev.simonides.core.key.KeyDirectory;
import dev.simonides.core.link.Indexers;
import dev.simonides.core.memory.MemoryBudget;
import dev.simonides.core.memory.Slabs;
import dev.simonides.core.search.ScratchPool;
import dev.simonides.core.search.SearchScratch;
import dev.simonides.core.search.TenantSearch;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.core.tenant.TenantShape;
import dev.simonides.core.tenant.Tenants;
import dev.simonides.core.write.Applier;
import dev.simonides.core.write.Writer;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import dev.simonides.wal.LogOptions;
import dev.simonides.wal.LogVisitor;
import dev.simonides.wal.NotAStoreException;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StorageLock;
import dev.simonides.wal.WriteAheadLog;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * An open store: its parts, and the order in which they begin and end.
 *
 * <p>Opening: lock, STORE, replay, then the writer and the indexers start. Closing: the writer finishes and syncs, the
 * indexers stop, the searches leave, and only then memory is unmapped, the log closed and the lock released.
 */
public final class Store implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Store.class.getName());
    private static final String LOCK_NAME = "LOCK";
    private static final String LOG_PREFIX = "wal-";

    private final StorageDirectory directory;
    private final StorageLock lock;
    private final MemoryIndexOptions options;
    private final Kernels kernels = Kernels.best();
    private final VectorCodec codec;
    private final MemoryBudget budget;
    private final Slabs slabs = new Slabs();
    private final Slabs records = new Slabs();
    private final Arena scratchArena = Arena.ofShared();
    private final AtomicLong published = new AtomicLong();
    private final Tenants tenants;
    private final KeyDirectory keys;
    private final Epochs epochs;
    private final ScratchPool scratchPool;
    private final TenantSearch search;
    private final WriteAheadLog log;
    private final Writer writer;
    private final Indexers indexers;
    private final LogOptions logOptions;
    private boolean closed;

    private Store(
            StorageDirectory directory,
            StorageLock lock,
            LogOptions logOptions,
            MemoryIndexOptions options,
            boolean fresh) {
        this.directory = directory;
        this.lock = lock;
        this.options = options;
        this.codec = VectorCodec.of(options.dimension(), options.similarity(), options.originals(), kernels);
        this.budget = new MemoryBudget(options.memoryBudgetBytes());
        this.tenants = new Tenants(
                new TenantShape(codec, options.m(), options.exactScanMax(), options.seed(), slabs, records));
        this.keys = new HeapKeyDirectory(new SecureRandom().nextInt());
        int searchesMax = Math.max(64, 4 * Runtime.getRuntime().availableProcessors());
        this.epochs = new Epochs(searchesMax + options.indexerThreads());
        this.scratchPool =
                new ScratchPool(searchesMax, epochs, slot -> new SearchScratch(slot, kernels, codec, scratchArena));
        this.search = new TenantSearch(kernels, codec, options.exactScanMax(), published);
        Applier applier = new Applier(tenants, keys, budget, records, codec);
        this.logOptions = logOptions;
        try {
            this.log = fresh ? WriteAheadLog.create(directory, logOptions) : replay(applier);
        } catch (Throwable e) {
            unmap();
            throw e;
        }
        this.indexers = new Indexers(published, epochs, searchesMax, this::indexerFailed);
        this.writer = new Writer(
                new Writer.Parts(log, options.durability(), applier, keys, budget, records, published),
                indexers::announce);
    }

    /**
     * Creates a store in a directory that holds none, or opens the one it holds.
     *
     * @param directory where; closed by the store, also if this fails
     * @param options how
     * @return the open store, its threads running
     * @throws NotAStoreException if the directory holds something else; nothing is written then
     * @throws IllegalArgumentException if the store's fixed options are others
     */
    public static Store openOrCreate(StorageDirectory directory, MemoryIndexOptions options) {
        return openOrCreate(directory, options, UnaryOperator.identity());
    }

    /**
     * As {@link #openOrCreate(StorageDirectory, MemoryIndexOptions)}, with another shape of log: small segments show what
     * happens at their ends, and salts from a seed make a simulated crash repeat itself.
     *
     * @param directory where; closed by the store, also if this fails
     * @param options how
     * @param log gets the usual options of the log and returns those to use
     * @return the open store, its threads running
     */
    public static Store openOrCreate(
            StorageDirectory directory, MemoryIndexOptions options, UnaryOperator<LogOptions> log) {
        return directory.exists(StoreFile.NAME)
                ? open(directory, stored -> agreed(stored, options), log)
                : create(directory, options, log);
    }

    /**
     * Opens an existing store.
     *
     * @param directory where; closed by the store, also if this fails
     * @param chosen gets the options the store was created with and returns those to use
     * @return the open store, its threads running
     * @throws NotAStoreException if there is none; nothing is written then
     */
    public static Store open(StorageDirectory directory, UnaryOperator<MemoryIndexOptions> chosen) {
        return open(directory, chosen, UnaryOperator.identity());
    }

    private static Store open(
            StorageDirectory directory, UnaryOperator<MemoryIndexOptions> chosen, UnaryOperator<LogOptions> log) {
        return opened(directory, () -> {
            if (!directory.exists(StoreFile.NAME)) {
                throw notAStore(directory, "it has no file STORE");
            }
            StorageLock lock = directory.lock(LOCK_NAME);
            return locked(lock, () -> {
                StoreFile file = StoreFile.read(directory);
                LogOptions logOptions = log.apply(LogOptions.of(file.storeId()));
                return new Store(directory, lock, logOptions, chosen.apply(file.options()), false);
            });
        });
    }

    /**
     * Creates a store.
     *
     * @param directory where, empty but for what a creation left that was cut off; closed by the store, also if this fails
     * @param options how
     * @return the open store, its threads running
     * @throws NotAStoreException if there is something else already; nothing is written then
     */
    public static Store create(StorageDirectory directory, MemoryIndexOptions options) {
        return create(directory, options, UnaryOperator.identity());
    }

    private static Store create(StorageDirectory directory, MemoryIndexOptions options, UnaryOperator<LogOptions> log) {
        return opened(directory, () -> {
            for (String name : directory.list()) {
                if (name.equals(StoreFile.NAME)) {
                    throw new NotAStoreException(
                            directory.path(),
                            StorageException.NO_OFFSET,
                            "there is a store here already: open it, or name another directory");
                }
                boolean ours =
                        name.equals(LOCK_NAME) || name.equals(StoreFile.UNFINISHED_NAME) || name.startsWith(LOG_PREFIX);
                if (!ours) {
                    throw notAStore(directory, "it holds " + name + " and cannot become a store");
                }
            }
            StorageLock lock = directory.lock(LOCK_NAME);
            return locked(lock, () -> {
                StoreFile file = new StoreFile(UUID.randomUUID(), options);
                file.writeUnfinished(directory);
                Store store = new Store(directory, lock, log.apply(LogOptions.of(file.storeId())), options, true);
                store.finish();
                return store;
            });
        });
    }

    /** Gives a created store its name, or everything back if that fails. */
    private void finish() {
        try {
            StoreFile.finish(directory);
        } catch (Throwable e) {
            // Closing would write into the log, and one that is not empty keeps a directory from ever becoming a store:
            // the name that the store has got may yet be lost.
            suppressing(e, log::abandon);
            suppressing(e, this::removeLogOfNoStore);
            suppressing(e, this::close);
            throw e;
        }
    }

    private void removeLogOfNoStore() {
        if (!directory.exists(StoreFile.NAME)) {
            directory.list().stream()
                    .filter(name -> name.startsWith(LOG_PREFIX))
                    .forEach(directory::delete);
        }
    }

    private static void suppressing(Throwable cause, Runnable cleaning) {
        try {
            cleaning.run();
        } catch (StorageException e) {
            cause.addSuppressed(e);
        }
    }

    private static Store opened(StorageDirectory directory, Supplier<Store> opening) {
        try {
            Store store = opening.get();
            try {
                store.start();
            } catch (Throwable e) {
                suppressing(e, store::close);
                throw e;
            }
            return store;
        } catch (Throwable e) {
            directory.close();
            throw e;
        }
    }

    private static Store locked(StorageLock lock, Supplier<Store> opening) {
        try {
            return opening.get();
        } catch (Throwable e) {
            lock.close();
            throw e;
        }
    }

    private static NotAStoreException notAStore(StorageDirectory directory, String why) {
        return new NotAStoreException(directory.path(), StorageException.NO_OFFSET, "not a Simonides store: " + why);
    }

    private static MemoryIndexOptions agreed(MemoryIndexOptions stored, MemoryIndexOptions asked) {
        requireEqual("dimension", stored.dimension(), asked.dimension());
        requireEqual("similarity", stored.similarity(), asked.similarity());
        requireEqual("originals", stored.originals(), asked.originals());
        return asked;
    }

    private static void requireEqual(String name, Object stored, Object asked) {
        if (!stored.equals(asked)) {
            throw new IllegalArgumentException(
                    name + ": the store was created with " + stored + ", asked for " + asked);
        }
    }

    private WriteAheadLog replay(Applier applier) {
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
        published.set(opened.lastLsn());
        return opened;
    }

    private void start() {
        LOG.log(
                System.Logger.Level.INFO,
                () -> String.format(
                        Locale.ROOT,
                        "opened %s: lsn=%d, tenants=%d, replay=%s, kernels=%s",
                        directory.path(),
                        published.get(),
                        tenants.all().size(),
                        log.report(),
                        Kernels.describe()));
        indexers.start(
                options.indexerThreads(),
                () -> new GraphLinker(kernels, codec, options.m(), options.efConstruction(), scratchArena));
        for (Tenant tenant : tenants.all()) {
            indexers.announce(tenant);
        }
        writer.start();
    }

    private void indexerFailed(Throwable cause) {
        LOG.log(System.Logger.Level.ERROR, "linking failed; the store accepts no more writes", cause);
        writer.fail(cause);
    }

    /** Finishes writes, waits for searches, and gives everything back. Idempotent; one thread. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        writer.close();
        indexers.close();
        scratchPool.close();
        epochs.close();
        // The log is closed on this thread, and an interrupt would close its file first.
        boolean interrupted = Thread.interrupted();
        try (directory;
                lock;
                log) {
            unmap();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void unmap() {
        scratchArena.close();
        slabs.close();
        records.close();
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
        return codec;
    }

    /**
     * Returns the tenants.
     *
     * @return by name
     */
    public Tenants tenants() {
        return tenants;
    }

    /**
     * Returns the key directory.
     *
     * @return keys of all tenants
     */
    public KeyDirectory keys() {
        return keys;
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
        return budget;
    }

    /**
     * Returns the watermark.
     *
     * @return LSN of the last visible write
     */
    public AtomicLong published() {
        return published;
    }

    /**
     * Makes a verifier of this store.
     *
     * @return checks log, vectors, keys and graphs
     */
    public StoreVerifier verifier() {
        return new StoreVerifier(this, directory, logOptions);
    }
}
