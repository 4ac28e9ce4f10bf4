// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.MemoryIndexProperties.Shape;
import dev.simonides.MemoryIndexProperties.Step;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.wal.Durability;
import dev.simonides.wal.LogOptions;
import dev.simonides.wal.simulation.CrashModel;
import dev.simonides.wal.simulation.CrashStates;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * A store on a simulated disk beside its model: for every LSN that a write ended with, the map that the store must hold when
 * that is its last one. Confined to one thread.
 */
final class StoreBesideModel implements AutoCloseable {
    private static final int UNITS_MAX = 4_096;
    private static final int NEVER = Integer.MAX_VALUE;
    private static final int RECALL_TOP = 5;
    private static final int RECALL_EF = 5;

    private final Shape shape;
    private final JumpingClock clock = new JumpingClock(1_700_000_000_000L);
    private final NavigableMap<Long, State> states = new TreeMap<>(Map.of(0L, new State(new TreeMap<>(), 0, 0)));
    private final NavigableMap<Long, Long> times = new TreeMap<>();
    private SimulatedDirectory disk = SimulatedDirectory.empty();
    private MemoryIndex index;
    private long lsn;

    /** What the disk had done when checkpoints that were asked for were made, and up to which LSN they go. */
    private final NavigableMap<Integer, Long> checkpoints = new TreeMap<>();

    /** What the disk had done when the store was opened. */
    private int openedAt;

    private long wanted;
    private long found;

    /** What the model knows of a memory. */
    private record Known(int vector, String text, long lsn) {}

    /** What the store holds behind a write, and what the disk had done when that began and when it was known to be durable. */
    private record State(NavigableMap<String, Known> contents, int begunAt, int durableAt) {}

    StoreBesideModel(Shape shape) {
        this.shape = shape;
        this.index = opened(Residency.RESIDENT);
    }

    int openFiles() {
        return disk.openFiles();
    }

    long wanted() {
        return wanted;
    }

    long found() {
        return found;
    }

    private static LogOptions smallLog(LogOptions log) {
        // Segments of a few frames, so that every chain crosses their ends.
        return log.segmentBytes(32 << 10);
    }

    private MemoryIndexOptions options(Residency residency) {
        return shape.options().residency(residency).clock(clock);
    }

    private MemoryIndex opened(Residency residency) {
        return MemoryIndex.open(disk, options(residency), StoreBesideModel::smallLog);
    }

    private NavigableMap<String, Known> present() {
        return Objects.requireNonNull(states.get(lsn)).contents();
    }

    void step(Step step) {
        switch (step) {
            case Step.Put put -> putAll(put.tenant(), put.key(), 1, put.vector());
            case Step.PutAll put -> putAll(put.tenant(), put.firstKey(), put.count(), put.vector());
            case Step.Delete delete -> delete("tenant-" + delete.tenant(), "key-" + delete.key());
            case Step.Get get -> get("tenant-" + get.tenant(), "key-" + get.key());
            case Step.Search search -> search(search);
            case Step.Link link -> index.awaitLinked(ProgressListener.SILENT);
            case Step.Flush flush -> {
                index.flush();
                everythingIsDurable();
            }
            case Step.Checkpoint checkpoint -> {
                assertEquals(lsn, index.checkpoint());
                everythingIsDurable();
                checkpoints.put(disk.operations(), lsn);
            }
            case Step.Compact compact -> compact();
            case Step.Jump jump -> clock.jump(jump.millis());
            case Step.Look look -> look();
            case Step.Backup backup -> backup();
            case Step.Reopen reopen -> {
                index.close();
                everythingIsDurable();
                assertThrows(IllegalStateException.class, () -> index.get("key-1"));
                assertThrows(IllegalStateException.class, () -> index.search(Query.of(vector(1))));
                open(disk, disk.operations(), reopen.residency());
            }
            case Step.Kill kill -> {
                SimulatedDirectory left = disk.afterKill();
                index.close();
                everythingIsDurable();
                open(left, disk.operations(), kill.residency());
            }
            case Step.PowerCut cut -> powerCut(cut);
        }
    }

    // Writes

    private static float[] vector(int number) {
        return Vectors.gaussian(number, MemoryIndexProperties.DIMENSION);
    }

    private void begin(long last, NavigableMap<String, Known> contents) {
        lsn = last;
        states.put(last, new State(contents, disk.operations(), NEVER));
    }

    private void acknowledged() {
        if (shape.durability() instanceof Durability.Group) {
            everythingIsDurable();
        }
    }

    private void everythingIsDurable() {
        int at = disk.operations();
        states.replaceAll((_, state) -> new State(state.contents(), state.begunAt(), Math.min(state.durableAt(), at)));
        assertTrue(index.state() == StoreState.CLOSED || index.stats().durableLsn() == lsn);
    }

    private void putAll(int tenant, int firstKey, int count, int vector) {
        NavigableMap<String, Known> contents = new TreeMap<>(present());
        List<Memory> memories = new ArrayList<>();
        long last = lsn;
        for (int i = 0; i < count; i++) {
            String key = "key-" + (firstKey + i) % MemoryIndexProperties.KEYS;
            Known known = new Known((vector + i) % MemoryIndexProperties.VECTORS, "text " + ++last, last);
            memories.add(Memory.of(key, vector(known.vector)).text(known.text).tenant("tenant-" + tenant));
            contents.put("tenant-" + tenant + "/" + key, known);
        }
        begin(last, contents);
        assertEquals(last, count == 1 ? index.put(memories.getFirst()) : index.putAll(memories));
        acknowledged();
    }

    private void delete(String tenant, String key) {
        NavigableMap<String, Known> contents = new TreeMap<>(present());
        boolean known = contents.remove(tenant + "/" + key) != null;
        if (known) {
            begin(lsn + 1, contents);
        }
        assertEquals(known, index.delete(tenant, key));
        acknowledged();
    }

    /** Takes an LSN and changes nothing that can be read. */
    private void compact() {
        begin(lsn + 1, present());
        assertEquals(lsn, index.compact(ProgressListener.SILENT));
        everythingIsDurable();
        checkpoints.put(disk.operations(), lsn);
        assertEquals(index.stats().liveCount(), index.stats().ordinalCount());
    }

    // Reads

    private void get(String tenant, String key) {
        Known known = present().get(tenant + "/" + key);
        assertEquals(
                known == null ? null : known.text,
                index.get(tenant, key).map(Memory::text).orElse(null));
    }

    /** The memories of a tenant by key. */
    private Map<String, Known> alive(int tenant) {
        String prefix = "tenant-" + tenant + "/";
        Map<String, Known> alive = new HashMap<>();
        present().forEach((name, known) -> {
            if (name.startsWith(prefix)) {
                alive.put(name.substring(prefix.length()), known);
            }
        });
        return alive;
    }

    private void search(Step.Search search) {
        Map<String, Known> alive = alive(search.tenant());
        Query query = Query.of(vector(search.vector()))
                .tenant("tenant-" + search.tenant())
                .top(search.top())
                .ef(search.ef());
        int expected = Math.min(search.top(), alive.size());
        checkHits(alive, index.search(query), expected);
        SearchResult exactly = index.exact().search(query);
        checkHits(alive, exactly, expected);
        checkOrder(search, alive, exactly);
    }

    /** Live memories only, none twice, in order, as many as there can be, each in its one present version. */
    private static void checkHits(Map<String, Known> alive, SearchResult result, int expected) {
        Set<String> keys = new HashSet<>();
        for (int rank = 0; rank < result.size(); rank++) {
            Hit hit = result.get(rank);
            Known memory = alive.get(hit.key());
            assertTrue(memory != null, () -> "not alive: " + hit);
            assertTrue(keys.add(hit.key()), () -> "twice: " + hit);
            assertEquals(memory.text, hit.text());
            assertEquals(memory.lsn, hit.lsn());
            assertTrue(rank == 0 || hit.score() <= result.get(rank - 1).score(), () -> "out of order: " + result);
        }
        assertEquals(expected, result.size());
    }

    /** A memory with the score that brute force gives what {@code get} returns. */
    private record Scored(String key, Known known, double score) {}

    /** In the order of brute force, but for roundings; of equal vectors the older memory comes first. */
    private void checkOrder(Step.Search search, Map<String, Known> alive, SearchResult exactly) {
        List<Scored> order = new ArrayList<>();
        alive.forEach((key, known) -> {
            float[] stored =
                    index.get("tenant-" + search.tenant(), key).orElseThrow().vector();
            order.add(new Scored(key, known, score(vector(search.vector()), stored)));
        });
        order.sort(Comparator.comparingDouble(Scored::score).reversed().thenComparingLong(scored -> scored.known.lsn));
        Map<Integer, Deque<Scored>> equal = new HashMap<>();
        order.forEach(scored -> equal.computeIfAbsent(scored.known.vector, _ -> new ArrayDeque<>())
                .add(scored));
        // The codes' query is quantised too: an error of half a step in each of 8 components.
        double tolerance = shape.originals() == OriginalFormat.NONE ? 0.5 : 1e-4;
        for (int rank = 0; rank < exactly.size(); rank++) {
            Hit hit = exactly.get(rank);
            Known known = Objects.requireNonNull(alive.get(hit.key()));
            Scored oldest = Objects.requireNonNull(equal.get(known.vector)).remove();
            assertEquals(oldest.key, hit.key(), "of equal vectors the older first");
            assertEquals(order.get(rank).score, hit.score(), tolerance, "rank " + rank);
            assertEquals(oldest.score, hit.score(), tolerance, "rank " + rank);
        }
    }

    private double score(float[] query, float[] stored) {
        if (shape.similarity() != Similarity.COSINE) {
            return Vectors.score(shape.similarity(), query, stored);
        }
        // Stored at unit length but for its rounding, which is part of the score.
        return Vectors.dot(query, stored) / Math.sqrt(Vectors.dot(query, query));
    }

    /** Everything that can be read, as long as it can be told from the LSN what that must be. */
    private void checkContents(MemoryIndex reader) {
        State state = states.get(reader.stats().lastLsn());
        assertTrue(state != null, () -> "within a write: " + reader.stats());
        for (int tenant = 0; tenant < MemoryIndexProperties.TENANTS; tenant++) {
            for (int key = 0; key < MemoryIndexProperties.KEYS; key++) {
                Known known = state.contents.get("tenant-" + tenant + "/key-" + key);
                assertEquals(
                        known == null ? null : known.text,
                        reader.get("tenant-" + tenant, "key-" + key)
                                .map(Memory::text)
                                .orElse(null));
            }
        }
        assertEquals(state.contents.size(), reader.stats().liveCount());
    }

    /** Beside the writer a reader sees the last checkpoint. */
    private void look() {
        try (MemoryIndex reader = MemoryIndex.openReadOnly(disk, options(Residency.AUTO), StoreBesideModel::smallLog)) {
            checkContents(reader);
            long least = checkpoints.isEmpty() ? 0 : checkpoints.lastEntry().getValue();
            assertTrue(
                    reader.stats().lastLsn() >= least, () -> "before the checkpoint " + least + ": " + reader.stats());
        }
    }

    private void backup() {
        SimulatedDirectory target = SimulatedDirectory.empty();
        assertEquals(lsn, index.backup(target));
        everythingIsDurable();
        // It is durable when it is made.
        SimulatedDirectory left = CrashStates.of(target, CrashModel.weak(1))
                .at(target.operations(), new BitSet())
                .image();
        try (MemoryIndex copy = MemoryIndex.open(left, options(Residency.AUTO), StoreBesideModel::smallLog)) {
            assertEquals(lsn, copy.stats().lastLsn());
            checkContents(copy);
            assertEquals(List.of(), copy.verify(ProgressListener.SILENT).findings());
        }
    }

    // Ends and beginnings

    private void powerCut(Step.PowerCut cut) {
        int position = Math.max(openedAt, disk.operations() - cut.back());
        BitSet chosen = new BitSet();
        Random random = new Random(cut.seed());
        for (int i = 0; i < UNITS_MAX; i++) {
            chosen.set(i, random.nextBoolean());
        }
        SimulatedDirectory left = CrashStates.of(disk, CrashModel.weak(cut.seed()))
                .at(position, chosen)
                .image();
        index.close();
        open(left, position, cut.residency());
    }

    /** Opens what is left of the disk that had done so many operations. */
    private void open(SimulatedDirectory left, int operations, Residency residency) {
        disk = left;
        openedAt = left.operations();
        index = opened(residency);
        long recovered = index.stats().lastLsn();
        long least = 0;
        long most = 0;
        for (Map.Entry<Long, State> state : states.entrySet()) {
            least = state.getValue().durableAt <= operations ? state.getKey() : least;
            most = state.getValue().begunAt <= operations ? state.getKey() : most;
        }
        assertTrue(
                recovered >= least && recovered <= most,
                "recovered: expected=" + least + ".." + most + ", actual=" + recovered);
        checkpoints.tailMap(operations, false).clear();
        if (!checkpoints.isEmpty()) {
            long last = checkpoints.lastEntry().getValue();
            checkpoints.clear();
            checkpoints.put(0, last);
        }
        states.tailMap(recovered, false).clear();
        states.replaceAll((_, state) -> new State(state.contents, 0, 0));
        lsn = recovered;
        checkContents(index);
        checkTimes();
    }

    /** The times in the log never go back, over all openings. */
    private void checkTimes() {
        times.tailMap(lsn, false).clear();
        assertEquals(List.of(), StoredLog.read(disk.afterKill(), entry -> {
            switch (entry) {
                case LogEntry.Put put -> times.put(put.lsn(), put.timestampMillis());
                case LogEntry.Delete delete -> times.put(delete.lsn(), delete.timestampMillis());
                case LogEntry.Compact compact -> times.put(compact.lsn(), compact.timestampMillis());
                case LogEntry.Frame frame -> {}
                case LogEntry.Unknown unknown -> throw new AssertionError(unknown);
            }
        }));
        assertEquals(times.values().stream().sorted().toList(), List.copyOf(times.values()));
    }

    void check() {
        checkContents(index);
        for (int tenant = 0; tenant < MemoryIndexProperties.TENANTS; tenant++) {
            search(new Step.Search(tenant, 3, MemoryIndexProperties.KEYS + 1, 10));
            countRecall("tenant-" + tenant);
        }
        assertEquals(lsn, index.stats().lastLsn());
        VerifyReport report = index.verify(ProgressListener.SILENT);
        assertEquals(List.of(), report.findings());
        everythingIsDurable();
    }

    /** A hit with the score of the last exact one is as good as that. */
    private void countRecall(String tenant) {
        for (int number = 0; number < MemoryIndexProperties.VECTORS; number++) {
            Query query =
                    Query.of(vector(number)).tenant(tenant).top(RECALL_TOP).ef(RECALL_EF);
            SearchResult exactly = index.exact().search(query);
            float least =
                    exactly.hits().isEmpty() ? 0 : exactly.hits().getLast().score();
            wanted += exactly.size();
            found += index.search(query).hits().stream()
                    .filter(hit -> hit.score() >= least)
                    .count();
        }
    }

    @Override
    public void close() {
        index.close();
    }
}
