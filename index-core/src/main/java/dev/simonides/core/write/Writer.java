// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

import dev.simonides.Limits;
import dev.simonides.StoreState;
import dev.simonides.core.key.KeyDirectory;
import dev.simonides.core.key.RecordKey;
import dev.simonides.core.memory.MemoryBudget;
import dev.simonides.core.tenant.StoredRecord;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.core.tenant.Tenants;
import dev.simonides.core.thread.EngineThread;
import dev.simonides.wal.BudgetExceededException;
import dev.simonides.wal.Durability;
import dev.simonides.wal.Frame;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StorageIoException;
import dev.simonides.wal.StoreFailedException;
import dev.simonides.wal.StoreFullException;
import dev.simonides.wal.StoreReadOnlyException;
import dev.simonides.wal.WriteAheadLog;
import dev.simonides.wal.WriteOutcomeUnknownException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that writes: it turns queued requests into frames, and each frame into log, memory, watermark and
 * acknowledgements, in this order. Requests come from any thread.
 *
 * <p>A frame holds whatever was waiting, up to 512 records and 1 MiB. While the {@link SyncThread} makes frame k durable,
 * the writer fills and appends frame k + 1; when it is durable the writer applies it, publishes it and answers, strictly in
 * order. A few frames may be in flight; beyond that requests gather in the queue, so a slow medium makes larger frames and
 * not a longer queue. Nothing is ever delayed to wait for company.
 *
 * <p>Outcomes: a request whose frame the log refuses is rejected, and what was reserved for it is given back; after a failed
 * sync the outcome of everything in flight is unknown, nothing of it is published, and nothing is appended any more.
 */
public final class Writer implements AutoCloseable {
    private static final long IDLE_MILLIS = 1_000;
    private static final String OUTCOME_UNKNOWN = "the write may or may not be there after the store is reopened: ";

    private final WriteAheadLog log;
    private final Applier applier;
    private final Tenants tenants;
    private final MemoryBudget budget;
    private final AtomicLong published;
    private final Consumer<Tenant> onPublished;
    private final Durability durability;
    private final long logBytesMax;
    private final WriteQueue queue = new WriteQueue();
    private final SyncThread syncThread;
    private final Thread thread;

    private final List<WriteRequest> taken = new ArrayList<>(Limits.BATCH_RECORDS_MAX);
    private int stagedCount;
    private final Pipeline pipeline;
    private final Frame frame;
    private final @Nullable SyncLag lag;
    /** Made ahead, for when nothing can be made any more. */
    private final RuntimeException spare = new WriteOutcomeUnknownException(
            "", StorageException.NO_OFFSET, OUTCOME_UNKNOWN + "the machine has no memory left");

    private boolean appending;
    private boolean segmentWanted;
    private long lastTimestampMillis;

    private final AtomicLong appendedBytes;
    private volatile long checkpointedBytes;
    private volatile boolean full;

    /**
     * What a writer works on.
     *
     * @param log where frames go
     * @param applier does it to memory; knows the latest time of what was replayed
     * @param tenants whose present numbering gives keys and payloads their room
     * @param budget asked before a record is logged
     * @param published the watermark, which the writer moves
     */
    public record Parts(
            WriteAheadLog log, Applier applier, Tenants tenants, MemoryBudget budget, AtomicLong published) {}

    /**
     * What a writer promises.
     *
     * @param durability when a frame counts as written
     * @param logBytesMax bytes of log since the last checkpoint at which writes are refused
     */
    public record Terms(Durability durability, long logBytesMax) {}

    /**
     * Makes a writer; {@link #start} starts its threads.
     *
     * @param parts what it works on
     * @param terms what it promises
     * @param onPublished told of every tenant that a frame changed, once it is visible
     */
    public Writer(Parts parts, Terms terms, Consumer<Tenant> onPublished) {
        this(parts, terms, onPublished, work -> new EngineThread("simonides", work));
    }

    Writer(Parts parts, Terms terms, Consumer<Tenant> onPublished, ThreadFactory threads) {
        this.log = parts.log();
        this.applier = parts.applier();
        this.tenants = parts.tenants();
        this.budget = parts.budget();
        this.published = parts.published();
        this.onPublished = onPublished;
        this.durability = terms.durability();
        this.logBytesMax = terms.logBytesMax();
        // The promise of a sync for each write is kept by having one frame in flight, of one write.
        this.pipeline = new Pipeline(durability instanceof Durability.SyncEach ? 1 : Limits.FRAMES_IN_FLIGHT_MAX);
        this.lag = durability instanceof Durability.Async bound ? new SyncLag(bound) : null;
        this.frame = log.frame();
        this.appendedBytes = new AtomicLong(log.bytes());
        this.lastTimestampMillis = applier.lastTimestampMillis();
        this.syncThread = new SyncThread(log, queue::wake, threads);
        this.thread = threads.newThread(this::run);
        thread.setName("simonides-writer");
    }

    /** Starts the writer's threads; after a failure to do so the writer is to be closed. */
    public void start() {
        syncThread.start();
        thread.start();
    }

    /**
     * Queues a request, waiting for room.
     *
     * @param request what to do; it is answered in LSN order
     * @throws IllegalStateException if the store is closed; nothing is stored then
     * @throws StoreFailedException if the store has failed; nothing is stored then
     */
    public void submit(WriteRequest request) {
        queue.offer(request);
    }

    /**
     * Throws what a write gets now, if it cannot be accepted.
     *
     * @throws IllegalStateException if the store is closed
     * @throws StoreFailedException if the store has failed
     */
    public void ensureOpen() {
        queue.ensureOpen();
    }

    /**
     * Returns what made the store fail.
     *
     * @return the first cause, or null while the store works
     */
    public @Nullable Throwable failure() {
        return queue.failure();
    }

    /**
     * Returns what the store does with a write.
     *
     * @return the state at about this moment
     */
    public StoreState state() {
        if (queue.closed()) {
            return StoreState.CLOSED;
        }
        if (queue.failure() != null) {
            return StoreState.FAILED;
        }
        return full ? StoreState.OPEN_FULL : StoreState.OPEN;
    }

    /** Requests that the writer has not taken yet. */
    int queued() {
        return queue.size();
    }

    /**
     * Makes the store refuse all writes from now on (W4); searches go on.
     *
     * @param cause why
     */
    public void fail(Throwable cause) {
        queue.fail(cause);
    }

    /**
     * Returns the bytes of log that the store has appended or replayed: what a checkpoint notes, in an exclusive request,
     * to say later how far it came.
     *
     * @return bytes, which only grow
     */
    public long appendedBytes() {
        return appendedBytes.get();
    }

    /**
     * Says that a checkpoint is durable, and so how much of the log is not needed any more.
     *
     * @param bytes what {@link #appendedBytes} was when the checkpoint began
     */
    public void checkpointed(long bytes) {
        checkpointedBytes = bytes;
    }

    /**
     * Returns the time of the last record staged. Writer thread only.
     *
     * @return milliseconds since 1970, 0 if there was none
     */
    public long lastTimestampMillis() {
        return lastTimestampMillis;
    }

    /**
     * Logs that the store was compacted, and publishes that. In an exclusive request only.
     *
     * @param numbering the numbering that begins
     * @param live memories alive
     * @param asOfLsn who died up to here got no ordinal
     * @param now the time by the store's clock, milliseconds since 1970
     * @return the record's LSN
     * @throws StorageException if the log refuses; it is as it was
     */
    public long logCompaction(int numbering, long live, long asOfLsn, long now) {
        CompactRecord record = CompactRecord.layOut(numbering, live, asOfLsn, nextTimestamp(now));
        frame.begin(log.lastLsn() + 1);
        frame.add(RecordType.COMPACT, 0, record.bytes());
        log.append(frame);
        appendedBytes.addAndGet(frame.blockBytes());
        if (lag != null) {
            lag.appended(frame.lastLsn(), frame.blockBytes(), System.nanoTime());
        }
        // ORDER: release; pairs with TenantSearch#begin (acquire); else a search at this LSN could miss what earlier
        // frames wrote. For the record itself nothing has changed.
        published.setRelease(frame.lastLsn());
        return frame.lastLsn();
    }

    /** Finishes everything queued, makes the log durable and ends the threads. Idempotent. */
    @Override
    public void close() {
        queue.close();
        EngineThread.awaitEnd(thread);
        syncThread.stop();
        // What a writer that failed, or never started, left behind.
        queue.failQueued();
    }

    private void run() {
        try {
            openFrame();
            while (queue.take(taken, pipeline.full() ? 0 : Limits.BATCH_RECORDS_MAX, waitMillis())) {
                finishSynced();
                stageTaken();
                syncIfDue();
            }
            finish();
        } catch (Throwable e) { // NOPMD: the writer loop is the one place that turns any failure into a failed store
            failEverything(e);
        }
    }

    private void stageTaken() {
        while (stagedCount < taken.size()) {
            stage(taken.get(stagedCount));
            stagedCount++;
        }
        commit();
        taken.clear();
        stagedCount = 0;
    }

    private void openFrame() {
        frame.begin(log.lastLsn() + 1);
        pipeline.open().begin(log.lastLsn() + 1);
    }

    private void stage(WriteRequest request) {
        switch (request) {
            case WriteRequest.Put put -> stagePut(put);
            case WriteRequest.Delete delete -> stageDelete(delete);
            case WriteRequest.Flush flush -> stageFlush(flush);
            case WriteRequest.Exclusive exclusive -> {
                commit();
                drain();
                runAlone(exclusive);
                openFrame();
            }
        }
        if (durability instanceof Durability.SyncEach) {
            commit();
        }
    }

    private void stagePut(WriteRequest.Put put) {
        List<WriteRequest.Put.Entry> puts = put.puts();
        makeRoom(put.queuedBytes(), puts.size());
        long cost = 0;
        long recordBytes = 0;
        for (int i = 0; i < puts.size(); i++) {
            PutRecord record = puts.get(i).record();
            Tenant tenant = puts.get(i).destination();
            cost += tenant.cost(record.keyBytes(), record.payloadBytes());
            recordBytes += Tenant.recordBytes(record.keyBytes(), record.payloadBytes());
            if (!tenant.hasOrdinals(puts.size())) {
                put.fail(new IllegalStateException(
                        "tenant is full: name=" + tenant.name() + ", ordinals=" + Limits.TENANT_ORDINALS_MAX));
                return;
            }
        }
        try {
            budget.reserve(cost);
        } catch (BudgetExceededException e) {
            put.fail(e);
            return;
        }
        pipeline.open().charge(cost, recordBytes);
        try {
            tenants.shape().numbering().records().ensureRoom(pipeline.recordBytes());
            for (int i = 0; i < puts.size(); i++) {
                stageEntry(puts.get(i));
            }
            pipeline.open().answer(put, frame.lastLsn());
        } catch (OutOfMemoryError e) {
            BudgetExceededException refusal = noMemory(e);
            refuseFrame(refusal);
            put.fail(refusal);
        }
    }

    /** Gives a memory everything it will need. What was given stands in the commit, so that it can be taken back. */
    private void stageEntry(WriteRequest.Put.Entry entry) {
        PutRecord record = entry.record();
        record.setTimestampMillis(nextTimestamp(record.timestampMillis()));
        StoredRecord stored = record.stored();
        Tenant tenant = entry.destination();
        tenant.keys().reserve(entry.key());
        int ordinal = place(tenant, entry.key());
        record.setOrdinal(ordinal);
        pipeline.open().addPut(tenant, entry.key(), ordinal, stored);
        frame.add(RecordType.PUT, 0, record.bytes());
    }

    private static int place(Tenant tenant, RecordKey key) {
        try {
            return tenant.place();
        } catch (OutOfMemoryError e) {
            tenant.keys().unreserve(key);
            throw e;
        }
    }

    /** Decides the delete in LSN order, against what is staged and else against what is applied. */
    private void stageDelete(WriteRequest.Delete delete) {
        int bytes = delete.queuedBytes();
        makeRoom(bytes, 1);
        Commit open = pipeline.open();
        int ordinal = pipeline.stagedOrdinal(delete.key());
        if (ordinal == Commit.NOT_STAGED) {
            ordinal = delete.destination().keys().get(delete.key());
        }
        boolean exists = ordinal != KeyDirectory.NONE && ordinal != Commit.DELETED;
        if (exists) {
            DeleteRecord record = DeleteRecord.layOut(
                    delete.tenantName(), delete.key().utf8(), nextTimestamp(delete.timestampMillis()));
            record.setOrdinal(ordinal);
            open.addDelete(delete.destination(), delete.key(), ordinal);
            frame.add(RecordType.DELETE, 0, record.bytes());
        }
        open.answer(delete, exists);
    }

    /** A barrier takes a place in the pipeline and is answered when all before it is durable, whatever the durability. */
    private void stageFlush(WriteRequest.Flush flush) {
        commit();
        Commit barrier = pipeline.open();
        barrier.answer(flush, log.lastLsn());
        barrier.requires(log.lastLsn());
        syncThread.sync(log.lastLsn());
        pushCommit();
    }

    /** What the medium refuses concerns the action alone; all else that it throws fails the store. */
    private static void runAlone(WriteRequest.Exclusive exclusive) {
        try {
            exclusive.action().run();
        } catch (StorageException e) {
            exclusive.fail(e);
            if (e instanceof StoreFailedException) {
                throw e;
            }
            return;
        } catch (Throwable e) {
            exclusive.fail(e);
            throw e;
        }
        exclusive.done().complete(null);
    }

    /**
     * Times never go back, whatever the clock does. Records of one millisecond share it: to tell them apart by time would
     * let the times run ahead of the clock at 1,000 writes a second, and LSNs tell them apart already.
     */
    private long nextTimestamp(long now) {
        lastTimestampMillis = Math.max(lastTimestampMillis, now);
        return lastTimestampMillis;
    }

    /** Commits the frame if the records do not fit into it any more. */
    private void makeRoom(int payloadBytes, int count) {
        // Each further record costs its header and up to 7 bytes of padding.
        long bytes = payloadBytes + (count - 1) * 24L;
        boolean fits = frame.count() + count <= Limits.BATCH_RECORDS_MAX && frame.fits((int) bytes);
        if (frame.count() > 0 && !fits) {
            commit();
        }
    }

    /** Puts the open frame, if it holds anything, into the log and into the pipeline. */
    private void commit() {
        Commit open = pipeline.open();
        if (open.isEmpty()) {
            return;
        }
        if (open.recordCount() > 0) {
            awaitTurn();
            if (queue.failure() != null) {
                refuseFrame(queue.refusal());
                return;
            }
            try {
                append(open);
            } catch (StoreFullException e) {
                full = true;
                refuseFrame(e);
                return;
            } catch (StoreReadOnlyException | StorageIoException e) {
                refuseFrame(e);
                return;
            }
        }
        pushCommit();
    }

    private void append(Commit open) {
        int bytes = frame.blockBytes();
        long since = appendedBytes.get() - checkpointedBytes;
        if (since + bytes > logBytesMax) {
            throw new StoreFullException(
                    "",
                    StorageException.NO_OFFSET,
                    "the log has grown to its limit since the last checkpoint: limit=" + logBytesMax + " bytes, grown="
                            + since);
        }
        appending = true;
        log.append(frame);
        appending = false;
        full = false;
        appendedBytes.addAndGet(bytes);
        if (lag != null) {
            lag.appended(frame.lastLsn(), bytes, System.nanoTime());
        } else if (!(durability instanceof Durability.None)) {
            open.requires(frame.lastLsn());
            syncThread.sync(frame.lastLsn());
        }
        boolean halfFull = log.halfFull();
        if (halfFull && !segmentWanted) {
            syncThread.makeSegment();
        }
        segmentWanted = halfFull;
    }

    /** Waits until a frame may be appended. */
    private void awaitTurn() {
        while (pipeline.full()) {
            awaitSync();
        }
        if (lag != null) {
            lag.synced(log.syncedLsn());
            while (lag.exhausted(frame.blockBytes(), System.nanoTime())) {
                lag.syncing();
                syncThread.sync(log.lastLsn());
                awaitSync();
            }
        }
    }

    private void pushCommit() {
        while (pipeline.full()) {
            awaitSync();
        }
        pipeline.push();
        finishSynced();
        openFrame();
    }

    /** Waits until everything in flight is answered. */
    private void drain() {
        while (!pipeline.isEmpty()) {
            awaitSync();
        }
    }

    private void awaitSync() {
        queue.awaitWake(IDLE_MILLIS);
        finishSynced();
    }

    /** Applies, publishes and answers what has become durable. */
    private void finishSynced() {
        Throwable failure = syncThread.failure();
        if (failure != null) {
            throw new StoreFailedException(
                    "", StorageException.NO_OFFSET, "the log could not be synced: " + failure.getMessage(), failure);
        }
        long syncedLsn = log.syncedLsn();
        while (!pipeline.isEmpty() && pipeline.head().requiredLsn() <= syncedLsn) {
            finish(pipeline.head(), applier, published, onPublished);
            pipeline.pop();
        }
        if (lag != null) {
            lag.synced(syncedLsn);
        }
    }

    /** Applies what a frame says, publishes it (W3), and answers after that (A2). */
    static void finish(Commit commit, Applier applier, AtomicLong published, Consumer<Tenant> onPublished) {
        if (commit.recordCount() > 0) {
            apply(commit, applier, published, onPublished);
        }
        commit.acknowledge();
    }

    private static void apply(Commit commit, Applier applier, AtomicLong published, Consumer<Tenant> onPublished) {
        applier.begin();
        int count = commit.recordCount();
        for (int i = 0; i < count; i++) {
            StoredRecord put = commit.put(i);
            if (put == null) {
                applier.delete(commit.tenant(i), commit.key(i), commit.lsn(i), commit.ordinal(i));
            } else {
                applier.put(commit.tenant(i), commit.key(i), commit.lsn(i), commit.ordinal(i), put);
            }
        }
        applier.publishTenants();
        // ORDER: release; pairs with TenantSearch#begin (acquire) and MemoryIndex#visibleOrdinal (volatile); else a
        // visible record could be unwritten.
        published.setRelease(commit.lsn(count - 1));
        applier.afterPublish();
        List<Tenant> touched = applier.touched();
        for (int i = 0; i < touched.size(); i++) {
            onPublished.accept(touched.get(i));
        }
    }

    /** Nothing of the open frame is in the log: its requests are rejected, and their ordinals and bytes given back. */
    private void refuseFrame(RuntimeException cause) {
        appending = false;
        Commit open = pipeline.open();
        for (int i = open.recordCount() - 1; i >= 0; i--) {
            if (open.put(i) != null) {
                open.tenant(i).unplace(open.ordinal(i));
                open.tenant(i).keys().unreserve(open.key(i));
            }
        }
        budget.release(open.cost());
        open.fail(cause);
        openFrame();
    }

    private static BudgetExceededException noMemory(OutOfMemoryError cause) {
        return new BudgetExceededException(
                "", StorageException.NO_OFFSET, "the machine has no memory left: " + cause.getMessage(), cause);
    }

    private void syncIfDue() {
        if (lag != null && lag.due(System.nanoTime())) {
            lag.syncing();
            syncThread.sync(log.lastLsn());
        }
    }

    private long waitMillis() {
        return lag == null ? IDLE_MILLIS : lag.millisUntilDue(System.nanoTime(), IDLE_MILLIS);
    }

    /** The end of a writer that was closed. */
    private void finish() {
        drain();
        if (queue.failure() == null) {
            syncThread.sync(log.lastLsn());
            while (log.syncedLsn() < log.lastLsn()) {
                awaitSync();
            }
        }
    }

    private void failEverything(Throwable cause) {
        queue.fail(cause);
        RuntimeException unknown = unlessMemoryLacks(() -> new WriteOutcomeUnknownException(
                "", StorageException.NO_OFFSET, OUTCOME_UNKNOWN + cause.getMessage(), cause));
        RuntimeException refusal = unlessMemoryLacks(queue::refusal);
        pipeline.fail(unknown);
        pipeline.open().fail(appending ? unknown : refusal);
        for (int i = stagedCount; i < taken.size(); i++) {
            // Those in a frame have been told already, and keep that.
            taken.get(i).fail(refusal);
        }
    }

    /** Nobody may be left waiting because there is no room to say why: then it is said more shortly. */
    private RuntimeException unlessMemoryLacks(Supplier<RuntimeException> made) {
        try {
            return made.get();
        } catch (OutOfMemoryError e) {
            return spare;
        }
    }
}
