// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;

/**
 * Reads a chain of segments from a start and decides where the log ends. Confined to one thread.
 *
 * <p>What it relies on, and the writer keeps:
 *
 * <ol>
 *   <li>S1: a segment gets its final name only when all its bytes and its header are durable, and nothing is appended to
 *       it before that name is durable too.
 *   <li>S2: a segment's base LSN is given only when every record below it is durable.
 *   <li>S3: so a segment contributes the records from its base LSN to the next segment's, all of them, and what lies
 *       behind them in the file is void. Only the last segment may end in the work of a crash.
 *   <li>S4: the last block of a segment says that another one follows only once that is durable with its name. So if it
 *       says so, and there is none, a segment was lost.
 * </ol>
 */
final class LogScan {
    /** The limit of the last segment of a log that nobody writes: its end is to be found. */
    static final long NO_LIMIT = Long.MAX_VALUE;

    private final StorageDirectory directory;
    private final LogOptions options;
    private final LogStart start;
    private final LogVisitor visitor;
    private final ReadBuffers buffers = new ReadBuffers();
    private final Deque<TailFrame> tail = new ArrayDeque<>();
    private final SegmentSizes sizes = new SegmentSizes();

    private List<SegmentHeader> headers = List.of();
    private long bytesTotal;
    private long bytesBefore;
    private long expectedLsn;
    private long durableLsn;
    private long frames;
    private long records;
    private long position;
    private long bytes;
    private long tornBytes;
    private boolean closed;

    /** A frame that only its own presence proves to have been written. */
    record TailFrame(long position, long firstLsn, long lastLsn, int blockBytes) {}

    LogScan(StorageDirectory directory, LogOptions options, LogStart start, LogVisitor visitor) {
        this.directory = directory;
        this.options = options;
        this.start = start;
        this.visitor = visitor;
    }

    /** The numbers of the segments in a directory, from one on, ascending. */
    static List<Long> numbers(StorageDirectory directory, long from) {
        List<Long> numbers = new ArrayList<>();
        for (String name : directory.list()) {
            long number = SegmentName.number(name);
            if (number >= from) {
                numbers.add(number);
            }
        }
        if (numbers.size() > LogLimits.SEGMENTS_MAX) {
            throw new CorruptWalException(
                    directory.path(), StorageException.NO_OFFSET, "too many segments: actual=" + numbers.size());
        }
        Collections.sort(numbers);
        return numbers;
    }

    /**
     * Reads the whole log from its start.
     *
     * @throws CorruptWalException if acknowledged records are damaged or missing
     */
    void run() {
        run(numbers(directory, start.segment()), NO_LIMIT);
    }

    /**
     * Reads the log up to a limit.
     *
     * @param numbers the segments, ascending
     * @param limit the LSN behind the last record to read, which somebody knows to be there; or {@link #NO_LIMIT}
     */
    void run(List<Long> numbers, long limit) {
        headers = readHeaders(numbers, limit);
        expectedLsn = headers.getFirst().baseLsn();
        for (int i = 0; i < headers.size(); i++) {
            boolean last = i + 1 == headers.size();
            try (SegmentReader reader = open(headers.get(i).number())) {
                long before = bytes;
                begin(reader);
                segment(reader, last ? limit : headers.get(i + 1).baseLsn());
                bytesBefore += reader.size();
                sizes.begin(headers.get(i).number(), bytes - before);
            }
        }
        if (lastLsn() < start.lsn()) {
            throw new CorruptWalException(
                    SegmentName.of(lastHeader().number()),
                    position,
                    "the log ends before it was to begin: expected=" + start.lsn() + ", last=" + lastLsn());
        }
    }

    /**
     * Reads everything that can be read, and collects what is wrong instead of stopping at it.
     *
     * @param numbers the segments to look at, ascending
     * @param limit the LSN behind the last record, or {@link #NO_LIMIT} where nobody writes
     */
    List<StorageException> verify(List<Long> numbers, long limit) {
        List<StorageException> findings = new ArrayList<>();
        List<SegmentHeader> found = new ArrayList<>();
        long expectedNumber = start.segment();
        for (long number : numbers) {
            if (number != expectedNumber) {
                findings.add(missing(expectedNumber));
            }
            try (SegmentReader reader = open(number)) {
                check(found, reader);
                found.add(reader.header());
                bytesTotal += reader.size();
            } catch (StorageException e) {
                findings.add(e);
            }
            expectedNumber = number + 1;
        }
        if (numbers.isEmpty()) {
            findings.add(missing(start.segment()));
        }
        headers = found;
        for (int i = 0; i < found.size(); i++) {
            long number = found.get(i).number();
            boolean followed = i + 1 < found.size() && found.get(i + 1).number() == number + 1;
            if (followed) {
                verifySegment(number, found.get(i + 1).baseLsn(), findings);
            } else {
                verifySegment(number, numbers.getLast() == number ? limit : NO_LIMIT, findings);
            }
        }
        return findings;
    }

    private void verifySegment(long number, long givenLimit, List<StorageException> findings) {
        try (SegmentReader reader = open(number)) {
            begin(reader);
            expectedLsn = reader.header().baseLsn();
            long limit = givenLimit;
            long continuesAt = limit == NO_LIMIT ? reader.continuesAt() : -1;
            if (continuesAt >= 0) {
                limit = continuesAt;
                if (findings.stream().noneMatch(f -> f.file().equals(SegmentName.of(number + 1)))) {
                    findings.add(missing(number + 1));
                }
            }
            boolean more = true;
            while (more) {
                try {
                    segment(reader, limit);
                    more = false;
                } catch (CorruptWalException e) {
                    findings.add(e);
                    more = skipDamage(reader, limit);
                }
            }
            bytesBefore += reader.size();
        } catch (StorageException e) {
            findings.add(e);
        }
    }

    /** Goes on to the next whole frame behind a damaged place; whether there is one. */
    private boolean skipDamage(SegmentReader reader, long limit) {
        long end = Math.min(reader.sectorsEnd(), reader.header().capacity());
        for (position += SegmentLayout.BLOCK_BYTES; position < end; position += SegmentLayout.BLOCK_BYTES) {
            if (reader.sector(position) == FrameState.VALID
                    && reader.claimsFrame(position)
                    && reader.read(position) == FrameState.VALID
                    && reader.firstLsn() > expectedLsn
                    && reader.lastLsn() < limit) {
                expectedLsn = reader.firstLsn();
                return true;
            }
        }
        return false;
    }

    SegmentReader open(long number) {
        return SegmentReader.open(directory, SegmentName.of(number), options.storeId(), buffers);
    }

    private List<SegmentHeader> readHeaders(List<Long> numbers, long limit) {
        List<SegmentHeader> found = new ArrayList<>();
        long number = start.segment();
        for (long present : numbers) {
            if (present != number) {
                throw missing(number);
            }
            try (SegmentReader reader = open(number)) {
                check(found, reader);
                found.add(reader.header());
                bytesTotal += reader.size();
                boolean last = present == numbers.getLast();
                // A log that somebody writes goes on to another segment at any time.
                if (last && limit == NO_LIMIT && reader.continuesAt() >= 0) {
                    throw missing(number + 1);
                }
            }
            number++;
        }
        if (found.isEmpty()) {
            throw missing(start.segment());
        }
        return found;
    }

    private static CorruptWalException missing(long number) {
        return new CorruptWalException(SegmentName.of(number), StorageException.NO_OFFSET, "segment is missing");
    }

    private void check(List<SegmentHeader> before, SegmentReader reader) {
        if (reader.header().number() == start.segment()) {
            checkFirst(reader);
        } else if (!before.isEmpty()) {
            checkFollows(before.getLast(), reader);
        }
    }

    private void checkFirst(SegmentReader reader) {
        if (reader.header().baseLsn() > start.lsn() + 1) {
            throw new CorruptWalException(
                    reader.name(),
                    SegmentLayout.BASE_LSN,
                    "the log does not begin where it is needed: expected=" + (start.lsn() + 1) + ", baseLsn="
                            + reader.header().baseLsn());
        }
    }

    private static void checkFollows(SegmentHeader before, SegmentReader reader) {
        SegmentHeader header = reader.header();
        if (header.baseLsn() < before.baseLsn()) {
            throw new CorruptWalException(
                    reader.name(),
                    SegmentLayout.BASE_LSN,
                    "baseLsn goes back: before=" + before.baseLsn() + ", actual=" + header.baseLsn());
        }
        if (header.incarnation() < before.incarnation()) {
            throw new CorruptWalException(
                    reader.name(),
                    SegmentLayout.INCARNATION,
                    "incarnation goes back: before=" + before.incarnation() + ", actual=" + header.incarnation());
        }
    }

    private void begin(SegmentReader reader) {
        // S2.
        durableLsn = Math.max(durableLsn, reader.header().baseLsn() - 1);
        closed = false;
        tail.clear();
        position = SegmentLayout.BLOCK_BYTES;
        bytes += SegmentLayout.BLOCK_BYTES;
    }

    /** Reads a segment's frames from {@link #position} up to the limit, or to the log's end if there is none. */
    private void segment(SegmentReader reader, long limit) {
        long end = Math.min(reader.sectorsEnd(), reader.header().capacity());
        FrameState state = FrameState.VALID;
        while (position < end && expectedLsn < limit && !closed) {
            state = reader.read(position);
            if (state != FrameState.VALID) {
                break;
            }
            checkContinues(reader, limit);
            accept(reader);
            position += reader.frameBlockBytes();
            bytes += reader.frameBlockBytes();
            visitor.progress(bytesBefore + position, bytesTotal);
        }
        if (limit == NO_LIMIT) {
            checkEnd(reader, state);
        } else if (expectedLsn < limit) {
            throw lost(reader, state, limit);
        }
    }

    private void checkContinues(SegmentReader reader, long limit) {
        if (reader.firstLsn() != expectedLsn || reader.lastLsn() >= limit) {
            throw new CorruptWalException(
                    reader.name(),
                    position + FrameLayout.FIRST_LSN,
                    "frame does not continue the log: expected=" + expectedLsn + ", first=" + reader.firstLsn()
                            + ", last=" + reader.lastLsn());
        }
    }

    private void accept(SegmentReader reader) {
        durableLsn = Math.max(durableLsn, reader.durableLsn());
        while (!tail.isEmpty() && tail.getFirst().lastLsn() <= durableLsn) {
            tail.removeFirst();
        }
        if (reader.closing()) {
            visitor.frame(reader.frame(position));
            closed = true;
            return;
        }
        tail.addLast(new TailFrame(position, reader.firstLsn(), reader.lastLsn(), reader.frameBlockBytes()));
        frames++;
        records += reader.count();
        expectedLsn = reader.lastLsn() + 1;
        if (reader.lastLsn() > start.lsn()) {
            visitor.frame(reader.frame(position));
            reader.visit(start.lsn(), visitor);
        }
    }

    /**
     * The end-of-log rule, at the first place without a valid frame.
     *
     * <ol>
     *   <li>All sectors to the segment's end are absent: the log ends here.
     *   <li>A later frame says that the record expected here was durable: acknowledged records are damaged.
     *   <li>A sector is damaged, and sectors are not torn on this medium: damaged.
     *   <li>Otherwise the writing of unacknowledged frames was cut off: so is the log.
     * </ol>
     *
     * <p>A segment shorter than it was created is one whose log was closed, and ends right behind the closing frame.
     */
    private void checkEnd(SegmentReader reader, FrameState state) {
        long capacity = reader.header().capacity();
        if (reader.size() > capacity || (reader.size() < capacity && !(closed && position == reader.size()))) {
            throw new CorruptWalException(
                    reader.name(),
                    reader.size(),
                    "segment has not the size it was created with and was not closed: expected=" + capacity
                            + ", actual=" + reader.size());
        }
        if (state == FrameState.CONTRADICTORY) {
            throw reader.problem("not the work of a crash");
        }
        for (long at = position; at < reader.size(); at += SectorLayout.BYTES) {
            FrameState sector = reader.sector(at);
            if (sector == FrameState.INCOMPLETE) {
                continue;
            }
            if (closed || (sector == FrameState.DAMAGED && options.tornSectors() == TornSectors.REFUSE)) {
                throw reader.problem("not the work of a crash, behind LSN " + (expectedLsn - 1));
            }
            tornBytes += SectorLayout.BYTES;
            boolean block = at % SegmentLayout.BLOCK_BYTES == 0;
            if (sector == FrameState.VALID && block && at > position && reader.claimsFrame(at)) {
                checkCoversNothing(reader, at);
            }
        }
    }

    /** Rule 2: a whole frame behind the end must not prove that what is missing was durable. */
    private void checkCoversNothing(SegmentReader reader, long at) {
        if (reader.read(at) == FrameState.VALID && reader.durableLsn() >= expectedLsn) {
            throw new CorruptWalException(
                    reader.name(),
                    at,
                    "acknowledged records are damaged: from LSN " + expectedLsn + ", as this later frame proves");
        }
    }

    private CorruptWalException lost(SegmentReader reader, FrameState state, long limit) {
        String consequence = "acknowledged records are lost: LSN " + expectedLsn + ".." + (limit - 1);
        return state == FrameState.VALID
                ? new CorruptWalException(reader.name(), position, "segment ends early; " + consequence)
                : reader.problem(consequence);
    }

    SegmentSizes sizes() {
        return sizes;
    }

    SegmentHeader lastHeader() {
        return headers.getLast();
    }

    /** The frames that must be written again before anything is built on them, ascending; all in the last segment. */
    List<TailFrame> tail() {
        return List.copyOf(tail);
    }

    long lastLsn() {
        return expectedLsn - 1;
    }

    LogVerification verification(List<StorageException> findings) {
        return new LogVerification(headers.size(), frames, records, bytes, findings);
    }

    ReplayReport report() {
        return new ReplayReport(headers.size(), frames, records, lastLsn(), durableLsn, bytes, tornBytes, 0, closed);
    }
}
