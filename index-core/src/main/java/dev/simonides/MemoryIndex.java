// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import dev.simonides.core.key.KeyDirectory;
import dev.simonides.core.key.RecordKey;
import dev.simonides.core.search.SearchScratch;
import dev.simonides.core.store.Store;
import dev.simonides.core.tenant.Predecessors;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.core.write.PutRecord;
import dev.simonides.core.write.WriteRequest;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import dev.simonides.wal.FileSystemDirectory;
import dev.simonides.wal.LogOptions;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.WriteAheadLog;
import dev.simonides.wal.WriteOutcomeUnknownException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * A directory full of memories: put them, ask for the nearest ones. Any thread may call anything at any time.
 *
 * <p>A put is acknowledged when the store's {@linkplain dev.simonides.wal.Durability durability} says so, and is seen by
 * every search that begins after that, whether or not it is linked into a graph yet. Searches never wait for a writer. No
 * file is touched on a caller's thread, so an interrupt of a caller harms nothing but its own waiting; opening, verifying,
 * checkpoints and closing are waited for all the same.
 *
 * <pre>{@code
 * try (MemoryIndex index = MemoryIndex.open(Path.of("memories"), MemoryIndexOptions.ofDimension(384))) {
 *     index.put(Memory.of("turn-17", vector).text("We met in Kraków").tenant("alice"));
 *     for (Hit hit : index.search(Query.of(question).tenant("alice").top(10))) {
 *         System.out.println(hit.score() + "  " + hit.key() + "  " + hit.text());
 *     }
 * }
 * }</pre>
 */
public final class MemoryIndex implements AutoCloseable {
    private static final long WAIT_MILLIS = 50;

    private final Store store;
    private final VectorCodec codec;
    private final ExactSearch exact = new ExactSearch(this);

    MemoryIndex(Store store) {
        this.store = store;
        this.codec = store.codec();
    }

    /**
     * Opens a store, and creates it where the directory is missing or empty.
     *
     * @param directory where; its parent must exist
     * @param options how; dimension, similarity and originals must be those of an existing store
     * @return the open store
     * @throws IllegalArgumentException if the options contradict the store
     * @throws dev.simonides.wal.StoreLockedException if it is open already, here or in another process
     * @throws dev.simonides.wal.NotAStoreException if the directory holds something else
     * @throws StorageException if the store is damaged or the medium refuses
     */
    public static MemoryIndex open(Path directory, MemoryIndexOptions options) {
        return new MemoryIndex(Store.openOrCreate(
                () -> FileSystemDirectory.openOrCreate(directory), options, UnaryOperator.identity()));
    }

    /**
     * Opens an existing store with the options it was created with.
     *
     * @param directory where
     * @return the open store
     * @throws dev.simonides.wal.StoreLockedException if it is open already, here or in another process
     * @throws dev.simonides.wal.NotAStoreException if there is none
     * @throws StorageException if the store is damaged or the medium refuses
     */
    public static MemoryIndex open(Path directory) {
        return open(directory, (MemoryIndexOptions stored) -> stored);
    }

    /**
     * Opens an existing store with options made from those it was created with.
     *
     * @param directory where
     * @param options gets the stored options and returns those to use; dimension, similarity and originals must stay
     * @return the open store
     * @throws IllegalArgumentException if they do not
     * @throws dev.simonides.wal.StoreLockedException if it is open already, here or in another process
     * @throws dev.simonides.wal.NotAStoreException if there is none
     * @throws StorageException if the store is damaged or the medium refuses
     */
    public static MemoryIndex open(Path directory, Function<MemoryIndexOptions, MemoryIndexOptions> options) {
        return new MemoryIndex(Store.open(() -> FileSystemDirectory.open(directory), options::apply));
    }

    /**
     * Opens an existing store for reading. Nothing is written, no file is made, and no lock is taken or needed: several
     * processes may do so, also beside the one that writes.
     *
     * <p>While a process has the store open for writing, what is read is its last checkpoint; otherwise everything is,
     * the log included. What is written later is not seen. Every write throws
     * {@link dev.simonides.wal.StoreReadOnlyException}.
     *
     * @param directory where
     * @return the open store
     * @throws dev.simonides.wal.NotAStoreException if there is none
     * @throws StorageException if the store is damaged or the medium refuses
     */
    public static MemoryIndex openReadOnly(Path directory) {
        return openReadOnly(directory, (MemoryIndexOptions stored) -> stored);
    }

    /**
     * Opens an existing store for reading, as {@link #openReadOnly(Path)}, with options made from those it was created with.
     *
     * @param directory where
     * @param options gets the stored options and returns those to use; dimension, similarity and originals must stay
     * @return the open store
     * @throws IllegalArgumentException if they do not
     * @throws dev.simonides.wal.NotAStoreException if there is none
     * @throws StorageException if the store is damaged or the medium refuses
     */
    public static MemoryIndex openReadOnly(Path directory, Function<MemoryIndexOptions, MemoryIndexOptions> options) {
        return new MemoryIndex(Store.openReadOnly(
                () -> FileSystemDirectory.open(directory), UnaryOperator.identity(), options::apply));
    }

    /**
     * Opens an existing store for reading in any directory, as {@link #openReadOnly(Path)}, with a log of another shape.
     *
     * @param directory where; the store closes it, also if this fails
     * @param options how; dimension, similarity and originals must be those of the store
     * @param log gets the usual options of the log and returns those to use
     * @return the open store
     * @throws IllegalArgumentException if the options contradict the store
     * @throws dev.simonides.wal.NotAStoreException if there is none
     * @throws StorageException if the store is damaged or the medium refuses
     */
    public static MemoryIndex openReadOnly(
            StorageDirectory directory, MemoryIndexOptions options, UnaryOperator<LogOptions> log) {
        return new MemoryIndex(Store.openReadOnly(() -> directory, log, stored -> options));
    }

    /**
     * Creates a store.
     *
     * @param directory where; missing or empty, its parent must exist
     * @param options how
     * @return the open store
     * @throws StorageException if there is something already, or the medium refuses
     */
    public static MemoryIndex create(Path directory, MemoryIndexOptions options) {
        return new MemoryIndex(Store.create(() -> FileSystemDirectory.openOrCreate(directory), options));
    }

    /**
     * Opens or creates a store in any directory: one of the file system, a simulated or faulty one, or one that a program
     * made.
     *
     * @param directory where; the store closes it, also if this fails
     * @param options how; dimension, similarity and originals must be those of an existing store
     * @return the open store
     * @throws RuntimeException as {@link #open(Path, MemoryIndexOptions)}
     */
    public static MemoryIndex open(StorageDirectory directory, MemoryIndexOptions options) {
        return open(directory, options, UnaryOperator.identity());
    }

    /**
     * Opens or creates a store in any directory, with a log of another shape, for tests: small segments show what happens at
     * their ends, and salts from a seed make a simulated crash repeat itself.
     *
     * @param directory where; the store closes it, also if this fails
     * @param options how; dimension, similarity and originals must be those of an existing store
     * @param log gets the usual options of the log and returns those to use
     * @return the open store
     * @throws RuntimeException as {@link #open(Path, MemoryIndexOptions)}
     */
    public static MemoryIndex open(
            StorageDirectory directory, MemoryIndexOptions options, UnaryOperator<LogOptions> log) {
        return new MemoryIndex(Store.openOrCreate(() -> directory, options, log));
    }

    /**
     * Returns the options in force.
     *
     * @return those given at open, or those the store was created with
     */
    public MemoryIndexOptions options() {
        return store.options();
    }

    /**
     * Returns what opening the store found, and what it did about it.
     *
     * @return the report
     */
    public RecoveryReport recovery() {
        return store.recovery();
    }

    /**
     * Stores a memory, in place of the one with the same key, and waits for the acknowledgement.
     *
     * @param memory what to store
     * @return its LSN
     * @throws IllegalArgumentException if key, tenant, payload or vector is out of its limits; nothing is stored
     * @throws dev.simonides.wal.BudgetExceededException if the memory budget is used up; nothing is stored
     * @throws dev.simonides.wal.StoreFullException if the medium is full; nothing is stored
     * @throws dev.simonides.wal.StoreFailedException if the store has failed; nothing is stored
     * @throws WriteOutcomeUnknownException if the log failed meanwhile, or the thread was interrupted while it waited (its
     *     flag is set again): the memory may or may not be stored
     * @throws IllegalStateException if the store is closed
     */
    public long put(Memory memory) {
        return await(queue(List.of(memory)));
    }

    /**
     * Stores memories, all of them or none, visible in one instant, and waits for the acknowledgement.
     *
     * @param memories 1..512, together at most 1 MiB in the log
     * @return LSN of the last one
     * @throws IllegalArgumentException if one is out of its limits, or there are too many; nothing is stored
     * @throws RuntimeException as {@link #put}
     */
    public long putAll(List<Memory> memories) {
        return await(queue(memories));
    }

    /**
     * Stores a memory without waiting for the acknowledgement; waits only while the queue or the tenant's pending set is
     * full.
     *
     * @param memory what to store
     * @return completed with the LSN once acknowledged, or exceptionally as {@link #put} throws
     * @throws IllegalArgumentException if it is out of its limits; nothing is stored
     * @throws IllegalStateException if the store is closed
     */
    public CompletableFuture<Long> submit(Memory memory) {
        return submitAll(List.of(memory));
    }

    /**
     * Stores memories as {@link #putAll} without waiting for the acknowledgement.
     *
     * @param memories 1..512, together at most 1 MiB in the log
     * @return completed with the LSN of the last one once acknowledged, or exceptionally as {@link #put} throws
     * @throws IllegalArgumentException if one is out of its limits, or there are too many; nothing is stored
     * @throws IllegalStateException if the store is closed
     */
    public CompletableFuture<Long> submitAll(List<Memory> memories) {
        // Not on the writer's thread: what the caller chains behind it may take its time, or call this index.
        return queue(memories).thenApplyAsync(Function.identity());
    }

    private CompletableFuture<Long> queue(List<Memory> memories) {
        store.writer().ensureOpen();
        if (memories.isEmpty() || memories.size() > Limits.BATCH_RECORDS_MAX) {
            throw new IllegalArgumentException(
                    "memories of a batch: expected=1.." + Limits.BATCH_RECORDS_MAX + ", actual=" + memories.size());
        }
        List<WriteRequest.Put.Entry> entries = new ArrayList<>(memories.size());
        long bytes = 0;
        for (Memory memory : memories) {
            WriteRequest.Put.Entry entry = entry(memory);
            entries.add(entry);
            bytes += entry.record().bytes().limit();
        }
        if (entries.size() > 1 && bytes > Limits.BATCH_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "bytes of a batch: expected=1.." + Limits.BATCH_BYTES_MAX + ", actual=" + bytes);
        }
        awaitPendingRoom(entries);
        CompletableFuture<Long> done = new CompletableFuture<>();
        store.writer().submit(new WriteRequest.Put(entries, done));
        return done;
    }

    private WriteRequest.Put.Entry entry(Memory memory) {
        byte[] tenantName = utf8("tenant", memory.tenant(), 0, Limits.TENANT_BYTES_MAX);
        byte[] key = utf8("key", memory.key(), 1, Limits.KEY_BYTES_MAX);
        byte[] payload = memory.payload();
        if (payload.length > Limits.PAYLOAD_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "payload bytes: expected=0.." + Limits.PAYLOAD_BYTES_MAX + ", actual=" + payload.length);
        }
        codec.check(memory.vector());
        int vectorBytes = codec.codeBytes() + codec.originalBytes();
        long now = store.options().clock().millis();
        PutRecord record = PutRecord.layOut(tenantName, key, payload, vectorBytes, now);
        SearchScratch scratch = store.scratchPool().claim();
        try {
            scratch.encode(codec, memory.vector(), MemorySegment.ofBuffer(record.bytes()), record.vectorOffset());
        } finally {
            store.scratchPool().release(scratch);
        }
        Tenant tenant = store.tenants().findOrMake(memory.tenant());
        return new WriteRequest.Put.Entry(tenant, tenant.keys().key(tenant.id(), key), record);
    }

    /** Waits while the graph of a tenant is too far behind; linking goes on meanwhile. */
    private void awaitPendingRoom(List<WriteRequest.Put.Entry> entries) {
        for (WriteRequest.Put.Entry entry : entries) {
            Tenant tenant = entry.tenant();
            try {
                while (tenant.latest().graphWanted()
                        && !tenant.latest().pending().awaitRoom(store.options().pendingMax(), WAIT_MILLIS)) {
                    store.writer().ensureOpen();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted before the write was queued; nothing was stored", e);
            }
        }
    }

    /**
     * Reads the memory of a key in the tenant without a name.
     *
     * @param key the key
     * @return the memory, or nothing if there is none
     * @throws IllegalArgumentException if the key is out of its limits
     * @throws IllegalStateException if the store is closed
     */
    public Optional<Memory> get(String key) {
        return get("", key);
    }

    /**
     * Reads the memory of a key.
     *
     * @param tenant the tenant's name
     * @param key the key
     * @return the memory, its vector as it is stored: the original (under cosine of unit length), or the dequantised code
     *     where the store keeps none; nothing if there is no such memory
     * @throws IllegalArgumentException if a name is out of its limits
     * @throws IllegalStateException if the store is closed
     */
    public Optional<Memory> get(String tenant, String key) {
        utf8("tenant", tenant, 0, Limits.TENANT_BYTES_MAX);
        byte[] keyBytes = utf8("key", key, 1, Limits.KEY_BYTES_MAX);
        SearchScratch scratch = store.scratchPool().claim();
        try {
            Tenant found = store.tenants().find(tenant);
            int ordinal = found == null ? KeyDirectory.NONE : visibleOrdinal(found, keyBytes);
            return found == null || ordinal == KeyDirectory.NONE
                    ? Optional.empty()
                    : Optional.of(memory(found, ordinal, key));
        } finally {
            store.scratchPool().release(scratch);
        }
    }

    /** What an ordinal leads to. Inside an epoch. */
    Memory memory(Tenant tenant, int ordinal, String key) {
        return Memory.of(key, vector(tenant, ordinal))
                .payload(tenant.payload(ordinal))
                .tenant(tenant.name());
    }

    /** The version of a key that is visible now, or {@link KeyDirectory#NONE}. Inside an epoch. */
    int visibleOrdinal(Tenant tenant, byte[] key) {
        RecordKey found = tenant.keys().key(tenant.id(), key);
        return visibleOrdinal(tenant, found, store.tenants().predecessors(), store.published());
    }

    /**
     * The version of a key that is visible now, or {@link KeyDirectory#NONE}. Where the directory names one of a frame that is
     * being applied it is the one before that: a get does not wait for the frame.
     */
    static int visibleOrdinal(Tenant tenant, RecordKey key, Predecessors predecessors, AtomicLong published) {
        while (true) {
            int named = tenant.keys().get(key);
            long watermark = published.get();
            int ordinal = named;
            while (ordinal >= 0 && tenant.birthLsn(ordinal) > watermark) {
                ordinal = predecessors.of(tenant.birthLsn(ordinal));
            }
            if (ordinal == KeyDirectory.NONE || (ordinal >= 0 && tenant.visible(ordinal, watermark))) {
                return ordinal;
            }
            boolean deleted = ordinal >= 0 && (ordinal != named || tenant.keys().get(key) == named);
            if (deleted) {
                return KeyDirectory.NONE;
            }
            // Another frame was published since the directory was asked, or the writer is between the directory and its
            // note.
            Thread.onSpinWait();
        }
    }

    private float[] vector(Tenant tenant, int ordinal) {
        float[] vector = new float[codec.dimension()];
        if (codec.originals() == OriginalFormat.NONE) {
            codec.decode(tenant.vectors().codeAddress(ordinal), vector);
        } else {
            codec.decodeOriginal(tenant.vectors().originalAddress(ordinal), vector);
        }
        return vector;
    }

    /**
     * Reads the memories of a tenant whose keys begin with a prefix, in the order of the keys' UTF-8 bytes, which is that of their
     * code points. Each is read when it is asked for, as {@link #get(String, String)} reads it: a memory that is there all the
     * while comes exactly once, and one that is put, updated or deleted meanwhile comes as it is when its turn comes, or not at
     * all. The first call takes four bytes of heap for each memory to come, twice that while they are sorted.
     *
     * @param tenant the tenant's name
     * @param prefix with which the keys begin, 0..512 bytes in UTF-8; empty for all
     * @return the memories; for one thread at a time, and nothing to be closed; it throws {@link IllegalStateException} once the
     *     store is closed
     * @throws IllegalArgumentException if a name is out of its limits
     */
    public Iterator<Memory> scan(String tenant, String prefix) {
        utf8("tenant", tenant, 0, Limits.TENANT_BYTES_MAX);
        return new KeyScan(this, store, tenant, utf8("prefix", prefix, 0, Limits.KEY_BYTES_MAX));
    }

    /**
     * Deletes the memory of a key and waits for the acknowledgement.
     *
     * @param tenant the tenant's name
     * @param key the key
     * @return true if there was one
     * @throws IllegalArgumentException if a name is out of its limits
     * @throws RuntimeException as {@link #put}
     */
    public boolean delete(String tenant, String key) {
        byte[] tenantName = utf8("tenant", tenant, 0, Limits.TENANT_BYTES_MAX);
        byte[] keyBytes = utf8("key", key, 1, Limits.KEY_BYTES_MAX);
        store.writer().ensureOpen();
        Tenant found = store.tenants().find(tenant);
        if (found == null) {
            return false;
        }
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        long now = store.options().clock().millis();
        store.writer()
                .submit(new WriteRequest.Delete(found, tenantName, found.keys().key(found.id(), keyBytes), now, done));
        return await(done);
    }

    /**
     * Finds the memories nearest to a vector in one tenant.
     *
     * @param query what is asked
     * @return hits, closest first: k of them, or all live memories of the tenant if there are fewer
     * @throws IllegalArgumentException if the query's vector is not one of this store
     * @throws IllegalStateException if the store is closed
     */
    public SearchResult search(Query query) {
        return search(query, false);
    }

    SearchResult search(Query query, boolean exactly) {
        SearchScratch scratch = store.scratchPool().claim();
        try {
            Tenant tenant = store.tenants().find(query.tenant());
            if (tenant == null) {
                codec.checkQuery(query.vector());
                return new SearchResult();
            }
            if (exactly) {
                store.search().exact(tenant, query.vector(), query.top(), scratch);
            } else {
                store.search().search(tenant, query.vector(), query.top(), query.ef(), query.countsPages(), scratch);
            }
            return result(tenant, scratch);
        } finally {
            store.scratchPool().release(scratch);
        }
    }

    private SearchResult result(Tenant tenant, SearchScratch scratch) {
        Hit[] hits = new Hit[scratch.size()];
        for (int rank = 0; rank < hits.length; rank++) {
            float score = scratch.score(rank);
            hits[rank] = new Hit(this, tenant, scratch.ordinal(rank), score, codec.distance(score));
        }
        return new SearchResult(List.of(hits), scratch);
    }

    /**
     * Returns the brute-force twin over the same memories, so that recall is two calls and a comparison.
     *
     * @return the twin
     */
    public ExactSearch exact() {
        return exact;
    }

    byte[] payload(Tenant tenant, int ordinal) {
        SearchScratch scratch = store.scratchPool().claim();
        try {
            Tenant.Place place = placeOf(tenant, ordinal);
            return place.tenant().payload(place.ordinal());
        } finally {
            store.scratchPool().release(scratch);
        }
    }

    /** Where a hit's memory is now. Inside the epoch. */
    private static Tenant.Place placeOf(Tenant tenant, int ordinal) {
        return tenant.latest(ordinal)
                .orElseThrow(() -> new MemoryGoneException(
                        "the memory was deleted or replaced, and the store compacted since it was found"));
    }

    long birthLsn(Tenant tenant, int ordinal) {
        SearchScratch scratch = store.scratchPool().claim();
        try {
            Tenant.Place place = placeOf(tenant, ordinal);
            return place.tenant().birthLsn(place.ordinal());
        } finally {
            store.scratchPool().release(scratch);
        }
    }

    /**
     * Waits until everything that was put or deleted before this call is on the medium, whatever the durability.
     *
     * @throws RuntimeException as {@link #put}
     */
    public void flush() {
        CompletableFuture<Long> done = new CompletableFuture<>();
        store.writer().submit(new WriteRequest.Flush(done));
        var _ = await(done);
    }

    /**
     * Makes a checkpoint: what the store holds is written into files, so that the log before need not be replayed and is
     * removed, as soon as the checkpoint after this one makes it superfluous. Searches and writes go on meanwhile. The
     * store makes checkpoints by itself; this one is made now.
     *
     * @return the last LSN in the checkpoint
     * @throws dev.simonides.wal.StoreFullException if the medium is full; everything is as it was
     * @throws dev.simonides.wal.StorageIoException if the medium refuses; everything is as it was
     * @throws dev.simonides.wal.StoreFailedException if the store has failed, or fails because nobody knows which
     *     checkpoint is on the medium; the next opening finds out, and finds everything
     * @throws IllegalStateException if the store is closed
     */
    public long checkpoint() {
        return store.checkpoint();
    }

    /**
     * Gives back the memory and the room on the medium that the deleted and the replaced take: the living get new ordinals in
     * memory and files of their own. Searches and writes go on meanwhile; writes wait for a moment when the copy takes the
     * place of what it was made of.
     *
     * <p>While it goes on, memory holds the living twice, and so does the medium beside the checkpoint before.
     *
     * @param listener told of vectors copied, on a thread of the store
     * @return the last LSN in the checkpoint that it ends with
     * @throws dev.simonides.wal.BudgetExceededException if the memory budget has no room for a copy of the living; everything
     *     is as it was
     * @throws dev.simonides.wal.StoreFullException if the medium has no room for the files of a copy; everything is as it was
     * @throws StorageException if the medium refuses; nothing is lost, and memory may be compacted already
     * @throws IllegalStateException if the store is closed
     */
    public long compact(ProgressListener listener) {
        return store.compact(listener);
    }

    /**
     * Makes a backup: a second store, in a directory of its own, that holds everything that was put or deleted before this
     * call. Searches and writes go on meanwhile. Files that never change are shared with this store where the medium allows
     * it, and copied otherwise; the log is copied. The backup is durable when this returns; until then it is no store.
     *
     * @param target where; missing or empty, its parent exists
     * @return the last LSN in the backup
     * @throws dev.simonides.wal.StorageException if a medium refuses, the target is not empty, or what is to be copied is
     *     damaged; nothing but a lock file is left in the target then
     * @throws RuntimeException as {@link #flush}
     */
    public long backup(Path target) {
        return backup(() -> FileSystemDirectory.openOrCreate(target));
    }

    /**
     * Makes a backup in any directory, as {@link #backup(Path)}.
     *
     * @param target where; empty, and closed by the store
     * @return the last LSN in the backup
     * @throws RuntimeException as {@link #backup(Path)}
     */
    public long backup(StorageDirectory target) {
        return backup(() -> target);
    }

    private long backup(Supplier<StorageDirectory> target) {
        flush();
        return store.backup(target);
    }

    /**
     * Waits until no vector is pending in a tenant that has a graph.
     *
     * @param listener told of vectors linked
     * @throws IllegalStateException if the store is closed or fails meanwhile, or the thread is interrupted
     */
    public void awaitLinked(ProgressListener listener) {
        for (MemoryIndexStats stats = stats(); stats.pendingCount() > 0 || inUpkeep(); stats = stats()) {
            listener.progressed(
                    ProgressListener.Phase.LINK, stats.ordinalCount() - stats.pendingCount(), stats.ordinalCount());
            if (state() != StoreState.READ_ONLY) {
                store.writer().ensureOpen();
            }
            for (Tenant tenant : store.tenants().all()) {
                awaitLinked(tenant);
            }
        }
        long count = stats().ordinalCount();
        listener.progressed(ProgressListener.Phase.LINK, count, count);
    }

    private boolean inUpkeep() {
        return store.tenants().all().stream()
                .anyMatch(tenant -> tenant.graphWanted() && tenant.upkeep().busy());
    }

    private static void awaitLinked(Tenant tenant) {
        try {
            if (tenant.graphWanted()) {
                var _ = tenant.pending().awaitRoom(1, WAIT_MILLIS)
                        && tenant.upkeep().await(WAIT_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for linking", e);
        }
    }

    /**
     * Returns what the store holds and uses.
     *
     * @return counters of about this moment
     * @throws IllegalStateException if the store is closed
     */
    public MemoryIndexStats stats() {
        SearchScratch scratch = store.scratchPool().claim();
        try {
            long live = 0;
            long ordinals = 0;
            long pending = 0;
            int tenants = 0;
            int graphs = 0;
            for (Tenant tenant : store.tenants().all()) {
                live += tenant.liveCount();
                ordinals += tenant.count();
                tenants += tenant.count() > 0 ? 1 : 0;
                pending += pendingCount(tenant);
                graphs += tenant.graphWanted() ? 1 : 0;
            }
            return new MemoryIndexStats(
                    state(),
                    live,
                    ordinals,
                    pending,
                    tenants,
                    graphs,
                    store.published().get(),
                    store.log().map(WriteAheadLog::syncedLsn).orElseGet(store.published()::get),
                    store.log().map(WriteAheadLog::bytes).orElseGet(store.replay()::bytes),
                    store.budget().usedBytes(),
                    store.mappings().residency(),
                    store.mappings().mappedBytes(),
                    Kernels.describe(),
                    store.replay());
        } finally {
            store.scratchPool().release(scratch);
        }
    }

    private static long pendingCount(Tenant tenant) {
        return tenant.graphWanted() ? tenant.pending().size() : 0;
    }

    /**
     * Returns what each tenant holds.
     *
     * @return those to which something was ever put, by name, in the order of {@link String}
     * @throws IllegalStateException if the store is closed
     */
    public List<TenantStats> tenants() {
        SearchScratch scratch = store.scratchPool().claim();
        try {
            return store.tenants().all().stream()
                    .filter(tenant -> tenant.count() > 0)
                    .map(tenant -> new TenantStats(
                            tenant.name(),
                            tenant.liveCount(),
                            tenant.count(),
                            pendingCount(tenant),
                            tenant.graphWanted()))
                    .sorted(Comparator.comparing(TenantStats::name))
                    .toList();
        } finally {
            store.scratchPool().release(scratch);
        }
    }

    /**
     * Returns what the store does with a write. Never throws, also after a close.
     *
     * @return the state at about this moment
     */
    public StoreState state() {
        return store.state();
    }

    /**
     * Verifies the store: the log is read again and compared with memory; codes, keys and graphs are checked. Of a store
     * opened for reading the log is left out while a process writes it. A store that has failed is verified as it is served.
     *
     * @param listener told of records compared, on a thread of the store
     * @return what was found
     * @throws IllegalStateException if the store is closed
     */
    public VerifyReport verify(ProgressListener listener) {
        if (state() != StoreState.READ_ONLY) {
            try {
                flush();
            } catch (StorageException e) {
                if (!store.failed()) {
                    throw e;
                }
                // What a failed store serves is verified all the same.
            }
        }
        return store.verify(listener);
    }

    /**
     * Closes the store: queued writes are finished and synced, running searches end, later calls throw
     * {@link IllegalStateException}. Memory, files and the lock are given back whatever this throws. Closing again, from any
     * thread, waits for the end of the first close and throws nothing.
     *
     * @throws dev.simonides.wal.StoreFailedException if acknowledged writes could not be made durable: a power cut may take
     *     them; the message says which. Under {@code SYNC_EACH} and {@code GROUP} none are acknowledged before they are durable
     * @throws StorageException if the medium refused the mark that ends the log: every write is durable, and the next opening
     *     makes sure of it once more
     */
    @Override
    public void close() {
        store.close();
    }

    private static <T> T await(CompletableFuture<T> done) {
        try {
            return done.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WriteOutcomeUnknownException(
                    "", StorageException.NO_OFFSET, "interrupted while waiting for the acknowledgement", e);
        } catch (ExecutionException e) {
            Throwable cause = Objects.requireNonNull(e.getCause());
            // The failure was made on the writer's thread: this caller's stack belongs to the story.
            cause.addSuppressed(e);
            throw cause instanceof RuntimeException failure ? failure : new IllegalStateException(cause);
        }
    }

    /** Strict UTF-8 within limits: a lone surrogate is refused, not replaced. */
    private static byte[] utf8(String what, String text, int bytesMin, int bytesMax) {
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            if (encoded.remaining() < bytesMin || encoded.remaining() > bytesMax) {
                throw new IllegalArgumentException(what + " bytes in UTF-8: expected=" + bytesMin + ".." + bytesMax
                        + ", actual=" + encoded.remaining());
            }
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return bytes;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(what + " is not well-formed Unicode: " + text.length() + " chars", e);
        }
    }
}
