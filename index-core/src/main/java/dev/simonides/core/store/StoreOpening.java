// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.store;

import dev.simonides.MemoryIndexOptions;
import dev.simonides.Residency;
import dev.simonides.wal.Access;
import dev.simonides.wal.CorruptStoreException;
import dev.simonides.wal.LogOptions;
import dev.simonides.wal.NotAStoreException;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StorageIoException;
import dev.simonides.wal.StorageLock;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Decides whether a directory is opened or a store made in it, and does either on a keeper's thread.
 *
 * <p>The lock comes before every decision that something is written upon: what was seen before it, another process may have
 * changed meanwhile (O2).
 */
final class StoreOpening {
    private static final System.Logger LOG = System.getLogger(StoreOpening.class.getName());
    static final String LOCK_NAME = "LOCK";
    private static final String LOG_PREFIX = "wal-";

    /** A writer makes a checkpoint in more time than it takes to look for its files again. */
    private static final int READ_ATTEMPTS_MAX = 20;

    private static final int HELPERS = Runtime.getRuntime().availableProcessors() - 1;

    private final Keeper keeper;
    private final StorageDirectory directory;
    private final UnaryOperator<LogOptions> log;

    private StoreOpening(Keeper keeper, StorageDirectory directory, UnaryOperator<LogOptions> log) {
        this.keeper = keeper;
        this.directory = directory;
        this.log = log;
    }

    /**
     * Does an opening on the thread of a new keeper, which the store then has.
     *
     * @param directory gives the directory, which is closed by the store, also if this fails
     * @param log gets the usual options of the log and returns those to use
     * @param how which opening
     * @return the store, its threads running
     */
    static Store run(
            Supplier<? extends StorageDirectory> directory,
            UnaryOperator<LogOptions> log,
            Function<StoreOpening, Store> how) {
        Keeper keeper = Keeper.start();
        return keeper.call(() -> {
            Store opened = null;
            try {
                opened = opened(keeper, directory.get(), log, how);
                return opened;
            } finally {
                if (opened == null) {
                    keeper.end();
                }
            }
        });
    }

    private static Store opened(
            Keeper keeper,
            StorageDirectory directory,
            UnaryOperator<LogOptions> log,
            Function<StoreOpening, Store> how) {
        try {
            return how.apply(new StoreOpening(keeper, directory, log));
        } catch (Throwable e) {
            suppressing(e, directory::close);
            throw e;
        }
    }

    /** Opens the store that is here, or makes one. */
    Store openOrCreate(MemoryIndexOptions options) {
        requireStoreOrFree();
        return locked(lock ->
                directory.exists(StoreFile.NAME) ? openLocked(lock, stored -> options) : createLocked(lock, options));
    }

    /** Opens the store that is here. */
    Store open(UnaryOperator<MemoryIndexOptions> chosen) {
        if (!directory.exists(StoreFile.NAME)) {
            throw notAStore("it has no file STORE");
        }
        return locked(lock -> openLocked(lock, chosen));
    }

    /** Opens the store that is here for reading: beside a writer what its last manifest says, and else everything. */
    Store openReadOnly(UnaryOperator<MemoryIndexOptions> chosen) {
        if (!directory.exists(StoreFile.NAME)) {
            throw notAStore("it has no file STORE");
        }
        StoreFile file = StoreFile.read(directory, Access.READ);
        MemoryIndexOptions options = possible(agreed(file.options(), chosen));
        LogOptions logOptions = log.apply(LogOptions.of(file.storeId()));
        ForeignFiles.warnOf(directory);
        for (int attempt = 1; ; attempt++) {
            boolean written = directory.locked(LOCK_NAME);
            List<String> names = directory.list();
            try {
                Recovery recovery = new Recovery(directory, options, logOptions, file.pages(), HELPERS);
                return started(new Store(keeper, directory, null, options, logOptions, file, recovery.read(!written)));
            } catch (CorruptStoreException | StorageIoException e) {
                // A writer may have removed what was being read; or it came meanwhile and went on with the log, perhaps
                // to
                // its end: it may be gone again, but whoever writes makes a new segment.
                boolean moved = directory.locked(LOCK_NAME) != written
                        || !directory.list().equals(names);
                if (!moved || attempt == READ_ATTEMPTS_MAX) {
                    throw e;
                }
            }
        }
    }

    /** Makes a store where there is none. */
    Store create(MemoryIndexOptions options) {
        requireNoStore();
        requireStoreOrFree();
        return locked(lock -> {
            requireNoStore();
            return createLocked(lock, options);
        });
    }

    private Store openLocked(StorageLock lock, UnaryOperator<MemoryIndexOptions> chosen) {
        StoreFile file = StoreFile.read(directory);
        MemoryIndexOptions options = possible(agreed(file.options(), chosen));
        LogOptions logOptions = log.apply(LogOptions.of(file.storeId()));
        ForeignFiles.warnOf(directory);
        Recovery recovery = new Recovery(directory, options, logOptions, file.pages(), HELPERS);
        return started(new Store(keeper, directory, lock, options, logOptions, file, recovery.run()));
    }

    private Store createLocked(StorageLock lock, MemoryIndexOptions asked) {
        requireStoreOrFree();
        MemoryIndexOptions options = possible(asked);
        StoreFile file = StoreFile.of(UUID.randomUUID(), options);
        file.writeUnfinished(directory);
        LogOptions logOptions = log.apply(LogOptions.of(file.storeId()));
        Recovery recovery = new Recovery(directory, options, logOptions, file.pages(), HELPERS);
        Store store = new Store(keeper, directory, lock, options, logOptions, file, recovery.begin());
        try {
            StoreFile.finish(directory);
        } catch (Throwable e) {
            // Closing would write into the log, and one that is not empty keeps a directory from ever becoming a store:
            // the name that the store has got may yet be lost.
            store.log().ifPresent(made -> suppressing(e, made::abandon));
            suppressing(e, this::removeLogOfNoStore);
            suppressing(e, store::shutDown);
            throw e;
        }
        return started(store);
    }

    private static Store started(Store store) {
        try {
            store.start();
            return store;
        } catch (Throwable e) {
            suppressing(e, store::shutDown);
            throw e;
        }
    }

    /** Gives the lock back if nothing was opened under it. */
    private Store locked(Function<StorageLock, Store> opening) {
        StorageLock lock = directory.lock(LOCK_NAME);
        try {
            return opening.apply(lock);
        } catch (Throwable e) {
            suppressing(e, lock::close);
            throw e;
        }
    }

    /** Refuses a directory without a store that holds something else than a creation that was cut off. */
    private void requireStoreOrFree() {
        if (directory.exists(StoreFile.NAME)) {
            return;
        }
        for (String name : directory.list()) {
            boolean ours = name.equals(LOCK_NAME)
                    || name.equals(StoreFile.UNFINISHED_NAME)
                    || name.equals(StoreFile.NAME)
                    || name.startsWith(LOG_PREFIX);
            if (!ours && !directory.exists(StoreFile.NAME)) {
                throw notAStore("it holds " + name + " and cannot become a store");
            }
            // With a store it is one of its files: another process has made it since the first look.
        }
    }

    /** Closing writes into the log, and a log that is not empty keeps a directory from ever becoming a store. */
    private void removeLogOfNoStore() {
        if (!directory.exists(StoreFile.NAME)) {
            directory.list().stream()
                    .filter(name -> name.startsWith(LOG_PREFIX))
                    .forEach(directory::delete);
        }
    }

    private void requireNoStore() {
        if (directory.exists(StoreFile.NAME)) {
            throw new NotAStoreException(
                    directory.path(),
                    StorageException.NO_OFFSET,
                    "there is a store here already: open it, or name another directory");
        }
    }

    private NotAStoreException notAStore(String why) {
        return new NotAStoreException(directory.path(), StorageException.NO_OFFSET, "not a Simonides store: " + why);
    }

    private static void suppressing(Throwable cause, Runnable cleaning) {
        try {
            cleaning.run();
        } catch (StorageException e) {
            cause.addSuppressed(e);
        }
    }

    /** The options, but for mappings on a remote medium: what that does to a mapped file could end the process. */
    private MemoryIndexOptions possible(MemoryIndexOptions options) {
        if (!directory.remote()) {
            return options;
        }
        LOG.log(
                System.Logger.Level.WARNING,
                () -> directory.path()
                        + ": on a remote file system, where locks and syncs may not do what a store relies on: nothing"
                        + " is promised to whoever writes here; vectors are kept in memory, none are mapped");
        return options.residency(Residency.RESIDENT);
    }

    private static MemoryIndexOptions agreed(MemoryIndexOptions stored, UnaryOperator<MemoryIndexOptions> chosen) {
        MemoryIndexOptions asked = chosen.apply(stored);
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
}
