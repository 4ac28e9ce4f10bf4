// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The log: records in the order of their LSNs, in frames that are there whole or not at all.
 *
 * <p>One writer thread builds frames and appends them; one other thread may call {@link #sync} and {@link #prepare}
 * meanwhile, so that a frame is written while the one before becomes durable. The accessors are open to any thread.
 * Neither thread may ever be interrupted ({@link FileSystemDirectory} says why). The caller holds the store's lock.
 *
 * <p>Guarantees:
 *
 * <ol>
 *   <li>What a successful {@link #sync} covered is found by every later opening, or damage to it is reported.
 *   <li>What is found is always a prefix of what was appended, without a hole, in whole frames.
 *   <li>When {@link #open} returns, everything it replayed is durable, whatever state the last process left it in.
 *   <li>After a failed sync nothing is written or synced again: every call throws {@link StoreFailedException} with the
 *       first cause, and only a new opening decides what is there.
 *   <li>An append that fails with {@link StoreFullException} or {@link StorageIoException} stored nothing: its records
 *       are never found, and the next append goes to a new segment. The log stays open. Where the medium refuses to have
 *       the refused bytes erased and to begin a new segment too, the append fails with
 *       {@link WriteOutcomeUnknownException} instead.
 * </ol>
 *
 * <p>Normative for every byte: docs/FORMAT.md, "The log".
 */
public final class WriteAheadLog implements AutoCloseable {
    private static final long FIRST = 1;
    private static final int NO_FRAME = SegmentLayout.BLOCK_BYTES;

    private final StorageDirectory directory;
    private final DirectorySync names;
    private final SegmentFactory factory;
    private final LogOptions options;
    private final long incarnation;
    private final Frame frame = new Frame();
    private final Frame mark = new Frame();
    private final ByteBuffer sectors;
    private ReplayReport report;

    // Held around every sync of a segment, and while the log goes on to the next segment.
    private final ReentrantLock syncLock = new ReentrantLock();

    // Changed by the writer thread with the lock held; so the writer reads it freely, the syncing thread with the lock.
    private @Nullable SegmentWriter current;
    // The last segment of the log that was opened, until there is one of this opening.
    private @Nullable SegmentHeader opened;
    private volatile long lastLsn;
    private volatile long syncedLsn;
    private final SegmentSizes sizes;
    // Held while segments are removed, and while all of them are read.
    private final ReentrantLock retireLock = new ReentrantLock();
    private volatile LogStart start;
    private volatile @Nullable Throwable failure;
    private @Nullable StorageLock lock;
    private boolean closed;

    /** An empty log without segments. */
    private WriteAheadLog(StorageDirectory directory, LogOptions options, LogStart start) {
        this.directory = directory;
        this.names = new DirectorySync(directory);
        this.options = options;
        this.start = start;
        this.report = new ReplayReport(0, 0, 0, start.lsn(), start.lsn(), 0, 0, 0, true);
        this.incarnation = FIRST;
        this.sectors = SegmentWriter.allocateSectors(options.segmentBytes());
        this.factory = new SegmentFactory(directory, options, start.segment());
        this.sizes = new SegmentSizes();
        this.lastLsn = start.lsn();
        this.syncedLsn = start.lsn();
    }

    /** A log that was read. */
    private WriteAheadLog(StorageDirectory directory, LogOptions options, LogStart start, LogScan scan) {
        SegmentHeader last = scan.lastHeader();
        this.directory = directory;
        this.names = new DirectorySync(directory);
        this.options = options;
        this.start = start;
        this.report = scan.report();
        this.incarnation = last.incarnation() + 1;
        this.sectors = SegmentWriter.allocateSectors(options.segmentBytes());
        this.factory = new SegmentFactory(directory, options, last.number() + 1);
        this.sizes = scan.sizes();
        this.opened = last;
        this.lastLsn = scan.lastLsn();
        this.syncedLsn = scan.lastLsn();
    }

    /**
     * Creates the log of a new store: its first segment, durable with its name.
     *
     * @param directory where; the caller holds its lock
     * @param options how
     * @return the empty log
     * @throws NotAStoreException if there is a log that holds records; what a creation that was cut off left behind is
     *     removed
     */
    public static WriteAheadLog create(StorageDirectory directory, LogOptions options) {
        return create(directory, options, LogStart.BEGINNING);
    }

    /**
     * Creates a log that goes on where something else ends.
     *
     * @param directory where; the caller holds its lock
     * @param options how
     * @param start the number of the first segment, and the LSN below that of the first record
     * @return the empty log
     * @throws NotAStoreException as {@link #create(StorageDirectory, LogOptions)}
     */
    public static WriteAheadLog create(StorageDirectory directory, LogOptions options, LogStart start) {
        SegmentFactory.removeUnfinished(directory);
        for (long number : LogScan.numbers(directory, 0)) {
            SegmentFactory.removeEmpty(directory, number);
        }
        WriteAheadLog log = new WriteAheadLog(directory, options, start);
        return prepared(log, () -> log.install(log.begin(start.lsn() + 1, options.segmentBytes())));
    }

    /**
     * Opens the whole log of a store.
     *
     * @param directory where; the caller holds its lock
     * @param options how; the store's identity must be the log's
     * @param replay receives the records
     * @return the log, ready to append behind the last record
     * @throws CorruptWalException if acknowledged records are damaged or missing
     */
    public static WriteAheadLog open(StorageDirectory directory, LogOptions options, LogVisitor replay) {
        return open(directory, options, LogStart.BEGINNING, replay);
    }

    /**
     * Opens the log of a store: replays every record from its start on, and makes sure that all of them are durable.
     *
     * <p>Unless the log was closed, the frames that only their own presence proves are copied into a new segment first:
     * they may exist in the operating system's cache alone. Otherwise nothing is written before the first append.
     *
     * @param directory where; the caller holds its lock
     * @param options how; the store's identity must be the log's
     * @param start where the log begins
     * @param replay receives the records
     * @return the log, ready to append behind the last record
     * @throws CorruptWalException if acknowledged records are damaged or missing
     */
    public static WriteAheadLog open(
            StorageDirectory directory, LogOptions options, LogStart start, LogVisitor replay) {
        SegmentFactory.removeUnfinished(directory);
        LogScan scan = new LogScan(directory, options, start, replay);
        scan.run();
        WriteAheadLog log = new WriteAheadLog(directory, options, start, scan);
        if (!scan.report().closed()) {
            // A name that a killed process gave last may be in the system's cache alone. A later one could outlive it,
            // and then a segment would be missing.
            log.names.sync();
        }
        if (scan.tail().isEmpty() && scan.report().tornBytes() == 0) {
            return log;
        }
        return prepared(log, () -> log.rewrite(scan));
    }

    /**
     * Whether the first segment of a start is there.
     *
     * @param directory where
     * @param start where a log begins
     * @return whether there is a file of that name
     */
    public static boolean begins(StorageDirectory directory, LogStart start) {
        return directory.exists(SegmentName.of(start.segment()));
    }

    /**
     * The start of a log of which nobody knows where it begins: its oldest segment that says where it begins itself.
     *
     * @param directory where
     * @param options how
     * @return the start, {@link LogStart#BEGINNING} if there is no such segment
     */
    public static LogStart oldest(StorageDirectory directory, LogOptions options) {
        for (long number : LogScan.numbers(directory, 1)) {
            try (SegmentReader reader =
                    SegmentReader.open(directory, SegmentName.of(number), options.storeId(), new ReadBuffers())) {
                return new LogStart(number, reader.header().baseLsn() - 1);
            } catch (CorruptStoreException | StorageIoException | UnsupportedFormatException e) {
                // The next one may say it.
            }
        }
        return LogStart.BEGINNING;
    }

    /**
     * Reads the whole log of a store without writing anything.
     *
     * @param directory where
     * @param options how
     * @param replay receives the records
     * @return what was found
     * @throws CorruptWalException if acknowledged records are damaged or missing
     */
    public static ReplayReport replay(StorageDirectory directory, LogOptions options, LogVisitor replay) {
        return replay(directory, options, LogStart.BEGINNING, replay);
    }

    /**
     * Reads the log of a store without writing anything, as a store opened for reading does.
     *
     * @param directory where
     * @param options how
     * @param start where the log begins
     * @param replay receives the records behind the start
     * @return what was found
     * @throws CorruptWalException if acknowledged records are damaged or missing
     */
    public static ReplayReport replay(
            StorageDirectory directory, LogOptions options, LogStart start, LogVisitor replay) {
        LogScan scan = new LogScan(directory, options, start, replay);
        scan.run();
        return scan.report();
    }

    /**
     * Checks the whole log of a store that nobody has open, in every byte, without writing anything.
     *
     * @param directory where
     * @param options how
     * @param visitor receives every record that can be read, and the progress
     * @return what was found; damage is in it and not thrown
     */
    public static LogVerification verify(StorageDirectory directory, LogOptions options, LogVisitor visitor) {
        return verify(directory, options, LogStart.BEGINNING, visitor);
    }

    /**
     * Checks the log of a store that nobody has open, in every byte, without writing anything.
     *
     * @param directory where
     * @param options how
     * @param start where the log begins
     * @param visitor receives every record behind the start that can be read, and the progress
     * @return what was found; damage is in it and not thrown
     */
    public static LogVerification verify(
            StorageDirectory directory, LogOptions options, LogStart start, LogVisitor visitor) {
        LogScan scan = new LogScan(directory, options, start, visitor);
        return scan.verification(scan.verify(LogScan.numbers(directory, start.segment()), LogScan.NO_LIMIT));
    }

    /**
     * Checks this log in every byte, from where it was opened or {@link #retire retired} to up to the last record
     * appended, while it may be written on. Any thread that is never interrupted.
     *
     * @param visitor receives every record that can be read, and the progress
     * @return what was found; damage is in it and not thrown
     */
    public LogVerification verify(LogVisitor visitor) {
        retireLock.lock();
        try {
            List<Long> numbers;
            long limit;
            LogStart from = start;
            syncLock.lock();
            try {
                // The lock keeps the last segment what it is, so the last record is in it or in one before.
                numbers = LogScan.numbers(directory, from.segment());
                limit = lastLsn + 1;
            } finally {
                syncLock.unlock();
            }
            LogScan scan = new LogScan(directory, options, from, visitor);
            return scan.verification(scan.verify(numbers, limit));
        } finally {
            retireLock.unlock();
        }
    }

    /**
     * Copies the frames behind a start, up to the last one known to be durable, into a new log, while this one may be
     * written on. Any thread that is never interrupted.
     *
     * @param from where the copy begins
     * @param target where it goes; the caller syncs nothing
     * @param targetOptions how
     * @return the LSN of the last record of the copy, which is closed
     * @throws CorruptWalException if records of this log are damaged or missing
     */
    public long copyTo(LogStart from, StorageDirectory target, LogOptions targetOptions) {
        retireLock.lock();
        try (LogCopy copy = new LogCopy(create(target, targetOptions, from))) {
            List<Long> numbers;
            long limit;
            syncLock.lock();
            try {
                numbers = LogScan.numbers(directory, from.segment());
                limit = Math.max(syncedLsn, from.lsn()) + 1;
            } finally {
                syncLock.unlock();
            }
            new LogScan(directory, options, from, copy).run(numbers, limit);
            return copy.finish();
        } finally {
            retireLock.unlock();
        }
    }

    /**
     * The log's one builder of frames. Writer thread only.
     *
     * @return the builder, to be begun at {@link #lastLsn()} + 1
     */
    public Frame frame() {
        return frame;
    }

    /**
     * Writes a frame behind the last one; it is not durable before {@link #sync}. Writer thread only.
     *
     * @param appended what {@link #frame()} built, with at least one record
     * @throws StoreFullException if there is no room; nothing was stored
     * @throws StorageIoException if the medium refuses; nothing was stored
     * @throws WriteOutcomeUnknownException if the medium also refuses to undo what it may have stored in part
     * @throws StoreFailedException if the log failed, now or before
     */
    public void append(Frame appended) {
        requireUsable();
        if (appended.count() == 0 || appended.firstLsn() != lastLsn + 1) {
            throw new IllegalArgumentException("frame does not continue the log: expected=" + (lastLsn + 1) + ", first="
                    + appended.firstLsn() + ", count=" + appended.count());
        }
        try {
            int blockBytes = appended.blockBytes();
            SegmentWriter segment = current;
            if (segment == null || !segment.room(blockBytes)) {
                segment = next(blockBytes);
            }
            write(segment, appended);
            lastLsn = appended.lastLsn();
        } catch (StorageException e) {
            throw e;
        } catch (RuntimeException | Error e) {
            throw fail("append failed", e);
        }
    }

    /**
     * Makes everything appended before this call durable. One thread at a time, beside the writer.
     *
     * @throws StoreFailedException if that failed, now or before: nobody knows what is durable, and the log is done
     */
    public void sync() {
        syncLock.lock();
        try {
            requireUsable();
            long target = lastLsn;
            if (target > syncedLsn) {
                syncCurrent(Objects.requireNonNull(current), target);
            }
        } finally {
            syncLock.unlock();
        }
    }

    /**
     * Makes every name in the directory durable, beside the writer, who does the same for its segments. Any thread that is
     * never interrupted.
     *
     * @throws StorageException if that failed, now or before: nobody knows which names are durable, and no segment follows
     *     the present one
     */
    public void syncDirectory() {
        requireUsable();
        names.sync();
    }

    /**
     * Makes the next segment ahead of its need, so that no append waits for it. Any thread that is never interrupted.
     *
     * @throws StoreFailedException if the lock was lost
     * @throws StoreFullException if there is no room for it; appends go on while the present segment has room
     * @throws StorageIoException if the medium refuses; likewise
     */
    public void prepare() {
        requireUsable();
        ensureProtected();
        factory.prepare();
    }

    /**
     * Ends the present segment and begins the next, so that the log up to here can be done without once a checkpoint holds
     * it. A segment that holds no record yet is kept. Writer thread only.
     *
     * @return where the log begins for whoever has everything up to {@link #lastLsn()}; that segment is durable with its
     *     name, and everything before it is durable
     * @throws StoreFullException if there is no room for a segment; the log goes on where it was
     * @throws StorageIoException if the medium refuses; likewise
     * @throws StoreFailedException if the log failed, now or before
     */
    public LogStart rotate() {
        requireUsable();
        try {
            SegmentWriter segment = current;
            if (segment == null || segment.sealed() || segment.position() > NO_FRAME) {
                segment = next(SegmentLayout.BLOCK_BYTES);
            }
            return new LogStart(segment.header().number(), lastLsn);
        } catch (StorageException e) {
            throw e;
        } catch (RuntimeException | Error e) {
            throw fail("the log could not go on to the next segment", e);
        }
    }

    /**
     * Removes segments that nothing needs any more; the last one stays. The caller makes the directory durable. Any
     * thread that is never interrupted.
     *
     * @param needed where the part begins that is still needed, as {@link #rotate} said; if that is gone nothing is removed
     * @throws StorageIoException if the medium refuses; what is left is removed by a later call
     */
    public void retire(LogStart needed) {
        requireUsable();
        retireLock.lock();
        try {
            List<Long> numbers = LogScan.numbers(directory, 0);
            if (numbers.isEmpty() || needed.segment() > numbers.getLast()) {
                throw new IllegalArgumentException("no segment of this log: " + needed);
            }
            // First, because who reads the log from here on must not look for what is gone.
            start = needed.segment() > start.segment() ? needed : start;
            for (long number : numbers) {
                if (number < needed.segment()) {
                    directory.delete(SegmentName.of(number));
                    sizes.removeBelow(number + 1);
                }
            }
        } finally {
            retireLock.unlock();
        }
    }

    /**
     * Lists segments that nothing needs any more, and unfinished ones that nobody is making: a medium refused to remove
     * them. Any thread that is never interrupted.
     *
     * @param needed where the part begins that is still needed
     * @return names of files, ascending; in a sound log there are none
     */
    public List<String> needless(LogStart needed) {
        retireLock.lock();
        try {
            // The writer may go on to its next segments meanwhile; what it makes is never before this one.
            long next = factory.nextNumber();
            return directory.list().stream()
                    .filter(name -> SegmentName.isUnfinished(name)
                            ? SegmentName.unfinishedNumber(name) < next
                            : SegmentName.number(name) >= 0 && SegmentName.number(name) < needed.segment())
                    .toList();
        } finally {
            retireLock.unlock();
        }
    }

    /**
     * Whether the present segment is more than half full, so that it is time to {@link #prepare} the next one. Writer
     * thread only.
     *
     * @return false while there is no segment
     */
    public boolean halfFull() {
        SegmentWriter segment = current;
        return segment != null && segment.position() > segment.header().capacity() / 2;
    }

    /**
     * The LSN of the last record appended or replayed.
     *
     * @return the LSN, 0 while there is none
     */
    public long lastLsn() {
        return lastLsn;
    }

    /**
     * The LSN of the last record known to be durable.
     *
     * @return the LSN, at most {@link #lastLsn()}
     */
    public long syncedLsn() {
        return syncedLsn;
    }

    /**
     * The bytes in use: headers and frames, without the room segments keep for what follows.
     *
     * @return bytes
     */
    public long bytes() {
        return sizes.bytes();
    }

    /**
     * The segments of the log.
     *
     * @return their number
     */
    public int segments() {
        return sizes.segments();
    }

    /**
     * What opening found.
     *
     * @return the report
     */
    public ReplayReport report() {
        return report;
    }

    /**
     * Closes the log: unless it failed, everything is made durable and a mark says so, which saves the next opening the
     * rewriting. Writer thread only, when no other thread uses the log any more. Every file is closed whatever this throws.
     * Closing again does nothing.
     *
     * @throws StoreFailedException if something appended could not be made durable, or the lock was lost
     * @throws StorageException if the mark could not be written; everything is durable
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        SegmentWriter segment = current;
        try (factory) {
            if (segment != null && failure == null) {
                ensureProtected();
                if (syncedLsn < lastLsn) {
                    syncCurrent(segment, lastLsn);
                }
                if (!segment.sealed()) {
                    frame.begin(lastLsn + 1);
                    segment.append(frame, lastLsn, FrameLayout.FLAG_CLOSED);
                    segment.sync();
                    segment.cutToSize();
                }
            }
        } finally {
            if (segment != null) {
                segment.close();
            }
        }
    }

    /** Finishes the making of a log, or closes what there is of it. */
    private static WriteAheadLog prepared(WriteAheadLog log, Runnable step) {
        boolean done = false;
        try {
            step.run();
            done = true;
            return log;
        } finally {
            if (!done) {
                log.abandon();
            }
        }
    }

    /** Copies the frames that may not be durable into a new segment, whose base LSN makes the old ones void. */
    private void rewrite(LogScan scan) {
        List<LogScan.TailFrame> tail = scan.tail();
        long baseLsn = tail.isEmpty() ? lastLsn + 1 : tail.getFirst().firstLsn();
        long needed = SegmentLayout.BLOCK_BYTES + SegmentWriter.CLOSING_BYTES;
        for (LogScan.TailFrame one : tail) {
            needed += one.blockBytes();
        }
        SegmentWriter segment = beginOnFullDevice(baseLsn, needed);
        try (SegmentReader reader = scan.open(scan.lastHeader().number())) {
            for (LogScan.TailFrame one : tail) {
                if (reader.read(one.position()) != FrameState.VALID) {
                    throw reader.problem("it was whole a moment ago");
                }
                reader.copyTo(frame);
                segment.append(frame, baseLsn - 1, 0);
            }
        } catch (StorageException e) {
            segment.close();
            throw e;
        }
        install(segment);
        report = report.rewritten(tail.size());
    }

    /** A segment of the usual size, or on a device that is full of just the size it takes to open the store at all. */
    private SegmentWriter beginOnFullDevice(long baseLsn, long needed) {
        long usual = Math.max(needed, options.segmentBytes());
        try {
            return begin(baseLsn, usual);
        } catch (StoreFullException e) {
            if (needed == usual) {
                throw e;
            }
            return begin(baseLsn, Math.max(needed, LogLimits.SEGMENT_BYTES_MIN));
        }
    }

    private SegmentWriter begin(long baseLsn, long capacity) {
        return factory.begin(incarnation, baseLsn, capacity, sectors);
    }

    /**
     * Has a lock asked before each new segment is made or named, and before the closing mark. Before other threads use the log.
     *
     * @param protection what gives the right to write
     */
    public void guardBy(StorageLock protection) {
        lock = protection;
    }

    private void ensureProtected() {
        StorageLock protection = lock;
        if (protection != null) {
            try {
                protection.ensureValid();
            } catch (StoreFailedException e) {
                throw fail("the log may not be written any more", e);
            }
        }
    }

    /** Goes on to a new segment with room for a frame. Up to the change of the name a failure leaves all as it was. */
    private SegmentWriter next(int blockBytes) {
        ensureProtected();
        long needed = SegmentLayout.BLOCK_BYTES + (long) blockBytes + SegmentWriter.CLOSING_BYTES;
        SegmentWriter next = begin(lastLsn + 1, Math.max(needed, options.segmentBytes()));
        boolean installed = false;
        syncLock.lock();
        try {
            SegmentWriter before = current;
            if (before != null) {
                // The next segment's base LSN promises that everything below it is durable.
                syncCurrent(before, lastLsn);
            }
            install(next);
            installed = true;
            if (before != null) {
                markContinued(before);
            }
        } finally {
            syncLock.unlock();
            if (!installed) {
                next.close();
            }
        }
        return next;
    }

    /** Makes a begun segment the log's last one, durable with its name. */
    private void install(SegmentWriter segment) {
        try {
            factory.complete(segment);
        } catch (StoreFailedException e) {
            segment.close();
            throw fail("the log could not go on to the next segment", e);
        }
        try {
            names.sync();
        } catch (StorageException e) {
            segment.close();
            throw fail("the directory could not be synced", e);
        }
        current = segment;
        sizes.begin(segment.header().number(), segment.position());
        SegmentHeader before = opened;
        opened = null;
        if (before != null) {
            try {
                markContinued(new SegmentWriter(
                        before, directory.open(SegmentName.of(before.number()), Access.READ_WRITE), sectors));
            } catch (StorageException e) {
                // As there.
            }
        }
    }

    /**
     * Says in a segment that another one follows, and closes it. Nothing depends on that but the chance to notice the
     * loss of the segments behind it, so a medium that refuses is not minded here.
     */
    private void markContinued(SegmentWriter before) {
        try {
            before.markContinued(
                    mark.begin(Objects.requireNonNull(current).header().baseLsn()));
        } catch (StorageException e) {
            // What was durable in it still is.
        } finally {
            before.close();
        }
    }

    private void write(SegmentWriter segment, Frame appended) {
        try {
            segment.append(appended, syncedLsn, 0);
            sizes.add(appended.blockBytes());
        } catch (StorageException e) {
            if (segment.erase(appended.blockBytes())) {
                syncLock.lock();
                try {
                    syncCurrent(segment, lastLsn);
                } finally {
                    syncLock.unlock();
                }
            } else {
                cutOff(appended, e);
            }
            throw e;
        }
    }

    /** Begins the segment whose base LSN makes void what a refused append may have left, perhaps all of it. */
    private void cutOff(Frame refused, StorageException refusal) {
        try {
            next(refused.blockBytes());
        } catch (StoreFailedException e) {
            throw e;
        } catch (StorageException e) {
            throw new WriteOutcomeUnknownException(
                    refusal.file(),
                    refusal.offset(),
                    "the write was refused, but what is left of it could not be undone: " + e.getMessage(),
                    refusal);
        }
    }

    /** Syncs the last segment; the lock is held. */
    private void syncCurrent(SegmentWriter segment, long target) {
        try {
            segment.sync();
        } catch (StorageException e) {
            throw fail("sync of the log failed", e);
        }
        syncedLsn = target;
    }

    private void requireUsable() {
        if (closed) {
            throw new IllegalStateException("the log is closed");
        }
        Throwable first = failure;
        if (first != null) {
            throw new StoreFailedException(
                    directory.path(),
                    StorageException.NO_OFFSET,
                    "the log failed before: " + first.getMessage(),
                    first);
        }
    }

    /** Ends the log for good; the first failure is the one that is kept. */
    private StoreFailedException fail(String what, Throwable cause) {
        if (failure == null) {
            failure = cause;
        }
        return new StoreFailedException(
                directory.path(), StorageException.NO_OFFSET, what + ": " + cause.getMessage(), cause);
    }

    /** Closes the log as a kill would leave it: nothing is written, nothing is made durable. As {@link #close}. */
    public void abandon() {
        if (closed) {
            return;
        }
        closed = true;
        factory.close();
        SegmentWriter segment = current;
        if (segment != null) {
            segment.close();
        }
    }
}
