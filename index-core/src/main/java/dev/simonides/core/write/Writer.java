// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

import dev.simonides.Limits;
import dev.simonides.core.key.KeyDirectory;
import dev.simonides.core.key.RecordKey;
import dev.simonides.core.memory.MemoryBudget;
import dev.simonides.core.memory.Slabs;
import dev.simonides.core.tenant.Tenant;
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
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.agrona.collections.Object2IntHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that writes: it turns queued requests into frames, and each frame into log, memory, watermark and
 * acknowledgements, in this order.
 *
 * <p>A frame holds whatever was waiting, up to 512 records and 1 MiB: while one frame is synced the next one gathers, so a
 * slow disk makes larger frames and not a longer queue.
 */
public final class Writer implements AutoCloseable {
    private static final int NOT_STAGED = -2;
    private static final int DELETED = -1;
    private static final long IDLE_MILLIS = 1_000;

    private final WriteAheadLog log;
    private final Durability durability;
    private final Applier applier;
    private final KeyDirectory directory;
    private final MemoryBudget budget;
    private final Slabs records;
    private final AtomicLong published;
    private final Consumer<Tenant> onPublished;
    private final WriteQueue queue = new WriteQueue();
    private final Thread thread;

    private final List<WriteRequest> taken = new ArrayList<>();
    private final List<Staged> staged = new ArrayList<>();
    private final List<Answer> answers = new ArrayList<>();
    private final Object2IntHashMap<RecordKey> stagedKeys = new Object2IntHashMap<>(NOT_STAGED);
    private final Frame frame;
    private long stagedRecordBytes;
    private long stagedCost;
    private long unsyncedBytes;
    private long unsyncedSinceNanos;

    /** A record in the open frame. A null record is a delete. */
    private record Staged(
            Tenant tenant,
            RecordKey key,
            int ordinal,
            long lsn,
            @Nullable PutRecord put) {}

    /** What a request of the frame is told once the frame is written. */
    private sealed interface Answer {
        WriteRequest request();

        record Stored(WriteRequest.Put put, long lsn) implements Answer {
            @Override
            public WriteRequest request() {
                return put;
            }
        }

        record Deleted(WriteRequest.Delete delete, boolean existed) implements Answer {
            @Override
            public WriteRequest request() {
                return delete;
            }
        }
    }

    /**
     * What a writer works on.
     *
     * @param log where frames go
     * @param durability when a frame counts as written
     * @param applier does it to memory
     * @param directory of keys, to decide deletes
     * @param budget asked before a record is logged
     * @param records memory of keys and payloads
     * @param published the watermark, which the writer moves
     */
    public record Parts(
            WriteAheadLog log,
            Durability durability,
            Applier applier,
            KeyDirectory directory,
            MemoryBudget budget,
            Slabs records,
            AtomicLong published) {}

    /**
     * Makes a writer; {@link #start} starts its thread.
     *
     * @param parts what it works on
     * @param onPublished told of every tenant that a frame changed, once it is visible
     */
    public Writer(Parts parts, Consumer<Tenant> onPublished) {
        this.log = parts.log();
        this.durability = parts.durability();
        this.applier = parts.applier();
        this.directory = parts.directory();
        this.budget = parts.budget();
        this.records = parts.records();
        this.published = parts.published();
        this.onPublished = onPublished;
        this.frame = log.frame();
        this.thread = Thread.ofPlatform().daemon().name("simonides-writer").unstarted(this::run);
    }

    /** Starts the writer thread. */
    public void start() {
        thread.start();
    }

    /**
     * Queues a request, waiting for room.
     *
     * @param request what to do; it is answered in LSN order
     * @throws IllegalStateException if the store is closed; nothing is stored then
     * @throws dev.simonides.wal.StoreFailedException if the store has failed; nothing is stored then
     */
    public void submit(WriteRequest request) {
        queue.offer(request);
    }

    /**
     * Throws what a write gets now, if it cannot be accepted.
     *
     * @throws IllegalStateException if the store is closed
     * @throws dev.simonides.wal.StoreFailedException if the store has failed
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
     * Makes the store refuse all writes from now on (W4); searches go on.
     *
     * @param cause why
     */
    public void fail(Throwable cause) {
        queue.fail(cause);
    }

    /** Finishes everything queued, syncs the log and ends the thread. Idempotent. */
    @Override
    public void close() {
        queue.close(new WriteRequest.Stop());
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        queue.failQueued();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        boolean running = true;
        while (running) {
            try {
                queue.take(taken, Limits.BATCH_RECORDS_MAX, waitMillis());
                openFrame();
                for (int i = 0; i < taken.size(); i++) {
                    running &= stage(taken.get(i));
                }
                commit();
                syncIfLagging();
            } catch (
                    Throwable e) { // NOPMD: the writer loop is the one place that turns any failure into a failed store
                failEverything(e);
                running = false;
            } finally {
                taken.clear();
            }
        }
    }

    private void openFrame() {
        frame.begin(published.get() + 1);
        staged.clear();
        answers.clear();
        if (!stagedKeys.isEmpty()) {
            stagedKeys.clear();
        }
        stagedRecordBytes = 0;
        stagedCost = 0;
    }

    /** Puts a request into the frame, or commits the frame first if it must; false ends the loop. */
    private boolean stage(WriteRequest request) {
        switch (request) {
            case WriteRequest.Put put -> stagePut(put);
            case WriteRequest.Delete delete -> stageDelete(delete);
            case WriteRequest.Flush flush -> {
                commitAndReopen();
                sync();
                flush.done().complete(log.syncedLsn());
            }
            case WriteRequest.Exclusive exclusive -> {
                commitAndReopen();
                runAlone(exclusive);
                openFrame();
            }
            case WriteRequest.Stop stop -> {
                commitAndReopen();
                sync();
                return false;
            }
        }
        if (durability instanceof Durability.SyncEach) {
            commitAndReopen();
        }
        return true;
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

    private void stagePut(WriteRequest.Put put) {
        List<WriteRequest.Put.Entry> puts = put.puts();
        makeRoom(put.queuedBytes(), puts.size());
        long cost = 0;
        long recordBytes = 0;
        for (int i = 0; i < puts.size(); i++) {
            PutRecord record = puts.get(i).record();
            Tenant tenant = puts.get(i).tenant();
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
        if (!place(put, recordBytes)) {
            budget.release(cost);
            return;
        }
        stagedCost += cost;
        stagedRecordBytes += recordBytes;
        for (int i = 0; i < puts.size(); i++) {
            stageEntry(puts.get(i));
        }
        answers.add(new Answer.Stored(put, frame.lastLsn()));
    }

    /** Gives every memory of the request its ordinal and its room, or none of them if the machine has no memory left. */
    private boolean place(WriteRequest.Put put, long recordBytes) {
        int placed = 0;
        try {
            records.ensureRoom(stagedRecordBytes + recordBytes);
            for (; placed < put.puts().size(); placed++) {
                WriteRequest.Put.Entry entry = put.puts().get(placed);
                entry.record().setOrdinal(entry.tenant().place());
            }
            return true;
        } catch (OutOfMemoryError e) {
            for (int i = placed - 1; i >= 0; i--) {
                WriteRequest.Put.Entry entry = put.puts().get(i);
                entry.tenant().unplace(entry.record().ordinal());
            }
            put.fail(new BudgetExceededException(
                    "", StorageException.NO_OFFSET, "the machine has no memory left: " + e.getMessage(), e));
            return false;
        }
    }

    private void stageEntry(WriteRequest.Put.Entry entry) {
        int ordinal = entry.record().ordinal();
        long lsn = frame.add(RecordType.PUT, 0, entry.record().bytes());
        staged.add(new Staged(entry.tenant(), entry.key(), ordinal, lsn, entry.record()));
        stagedKeys.put(entry.key(), ordinal);
    }

    /** Decides the delete in LSN order, against what is in the frame and else against what is applied. */
    private void stageDelete(WriteRequest.Delete delete) {
        DeleteRecord record =
                DeleteRecord.layOut(delete.tenantName(), delete.key().utf8(), delete.timestampMillis());
        makeRoom(record.bytes().limit(), 1);
        int ordinal = stagedKeys.getValue(delete.key());
        if (ordinal == NOT_STAGED) {
            ordinal = directory.get(delete.key());
        }
        if (ordinal != KeyDirectory.NONE && ordinal != DELETED) {
            record.setOrdinal(ordinal);
            long lsn = frame.add(RecordType.DELETE, 0, record.bytes());
            staged.add(new Staged(delete.tenant(), delete.key(), ordinal, lsn, null));
            stagedKeys.put(delete.key(), DELETED);
            answers.add(new Answer.Deleted(delete, true));
        } else {
            answers.add(new Answer.Deleted(delete, false));
        }
    }

    /** Commits the frame if the records do not fit into it any more. */
    private void makeRoom(int payloadBytes, int count) {
        // Each further record costs its header and up to 7 bytes of padding.
        long bytes = payloadBytes + (count - 1) * 24L;
        boolean fits = frame.count() + count <= Limits.BATCH_RECORDS_MAX && frame.fits((int) bytes);
        if (frame.count() > 0 && !fits) {
            commitAndReopen();
        }
    }

    private void commitAndReopen() {
        commit();
        openFrame();
    }

    /** Frame → log → memory → watermark → answers. */
    private void commit() {
        if (frame.count() > 0) {
            try {
                append();
            } catch (StoreFullException | StoreReadOnlyException | StorageIoException e) {
                refuseFrame(e);
                return;
            }
            apply();
            syncIfLagging();
        }
        for (int i = 0; i < answers.size(); i++) {
            answer(answers.get(i));
        }
        answers.clear();
    }

    private void append() {
        long before = log.bytes();
        log.append(frame);
        if (durability instanceof Durability.SyncEach || durability instanceof Durability.Group) {
            log.sync();
        } else if (unsyncedBytes == 0) {
            unsyncedSinceNanos = System.nanoTime();
        }
        unsyncedBytes += Math.max(1, log.bytes() - before);
    }

    private void apply() {
        applier.begin();
        for (int i = 0; i < staged.size(); i++) {
            Staged record = staged.get(i);
            PutRecord put = record.put();
            if (put == null) {
                applier.delete(record.tenant(), record.key(), record.lsn(), record.ordinal());
            } else {
                applier.put(record.tenant(), record.key(), record.lsn(), put);
            }
        }
        applier.publishTenants();
        // ORDER: release; pairs with the acquire of every search and get; else a visible record could be unwritten.
        published.setRelease(frame.lastLsn());
        applier.afterPublish();
        List<Tenant> touched = applier.touched();
        for (int i = 0; i < touched.size(); i++) {
            onPublished.accept(touched.get(i));
        }
    }

    /** The log took nothing of the frame: its requests are refused, and their ordinals and bytes given back. */
    private void refuseFrame(StorageException cause) {
        for (int i = staged.size() - 1; i >= 0; i--) {
            if (staged.get(i).put() != null) {
                staged.get(i).tenant().unplace(staged.get(i).ordinal());
            }
        }
        budget.release(stagedCost);
        for (int i = 0; i < answers.size(); i++) {
            answers.get(i).request().fail(cause);
        }
        answers.clear();
    }

    private static void answer(Answer answer) {
        switch (answer) {
            case Answer.Stored stored -> stored.put().done().complete(stored.lsn());
            case Answer.Deleted deleted -> deleted.delete().done().complete(deleted.existed());
        }
    }

    private void syncIfLagging() {
        if (durability instanceof Durability.Async async && unsyncedBytes > 0) {
            long ageMillis = (System.nanoTime() - unsyncedSinceNanos) / 1_000_000;
            if (unsyncedBytes >= async.lagBytes() || ageMillis >= async.lagMillis()) {
                sync();
            }
        }
    }

    private void sync() {
        log.sync();
        unsyncedBytes = 0;
    }

    private long waitMillis() {
        if (durability instanceof Durability.Async async && unsyncedBytes > 0) {
            long ageMillis = (System.nanoTime() - unsyncedSinceNanos) / 1_000_000;
            return Math.max(0, async.lagMillis() - ageMillis);
        }
        return IDLE_MILLIS;
    }

    private void failEverything(Throwable cause) {
        queue.fail(cause);
        WriteOutcomeUnknownException unknown = new WriteOutcomeUnknownException(
                "",
                StorageException.NO_OFFSET,
                "the write may or may not be there after the store is reopened: " + cause.getMessage(),
                cause);
        for (int i = 0; i < taken.size(); i++) {
            // Those answered before keep their answers.
            taken.get(i).fail(unknown);
        }
    }
}
