// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash.model;

import dev.simonides.Hit;
import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.ProgressListener;
import dev.simonides.Query;
import dev.simonides.Residency;
import dev.simonides.SearchResult;
import dev.simonides.VerifyReport;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.wal.Durability;
import dev.simonides.wal.simulation.CrashModel;
import dev.simonides.wal.simulation.CrashStates;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * A store on a simulated disk beside its model, a sorted map. Confined to one thread.
 *
 * <p>The model keeps every state since the store was opened: what a crash leaves must be one of them, none before the last one
 * that the durability promised, none after the last one that was begun.
 */
final class ModelRun implements AutoCloseable {
    private static final int DIMENSION = 6;
    private static final int PENDING_UNITS_MAX = 4_096;

    private final Random shape;
    private final MemoryIndexOptions options;
    private final int segmentBytes;
    private final boolean durableWhenAcknowledged;
    private SimulatedDirectory disk = SimulatedDirectory.empty();
    private MemoryIndex index;

    /** States in their order, each with what the disk had done when its write began and when it was acknowledged. */
    private final List<State> states = new ArrayList<>();

    private long writes;

    /** What the disk had done when everything known was durable, before the present opening. */
    private int beganAt;

    /** What a key of a tenant holds. */
    private record Known(int vector, String text) {}

    private record State(NavigableMap<String, Known> contents, int begunAt, int durableAt) {}

    ModelRun(long seed) {
        this.shape = new Random(seed);
        Durability durability = one(
                new Durability.Group(),
                new Durability.Group(),
                new Durability.SyncEach(),
                new Durability.None(),
                new Durability.Async(50, 1 << 20));
        this.durableWhenAcknowledged =
                durability instanceof Durability.Group || durability instanceof Durability.SyncEach;
        this.options = MemoryIndexOptions.ofDimension(DIMENSION)
                .durability(durability)
                .similarity(one(Similarity.values()))
                .originals(one(OriginalFormat.F32, OriginalFormat.F16, OriginalFormat.NONE))
                .exactScanMax(one(0, 0, 10, 2_000))
                .pendingMax(one(1, 16, 2_048))
                .indexerThreads(1)
                .residency(one(Residency.values()))
                .checkpointLogBytes(one(16 << 10, 100 << 10, 64 << 20))
                .m(4)
                .efConstruction(8);
        this.segmentBytes = one(12 << 10, 16 << 10, 64 << 10);
        states.add(new State(new TreeMap<>(), 0, 0));
        this.index = open();
    }

    @SafeVarargs
    private <T> T one(T... values) {
        return values[shape.nextInt(values.length)];
    }

    private MemoryIndex open() {
        return MemoryIndex.open(disk, options, log -> log.segmentBytes(segmentBytes));
    }

    private NavigableMap<String, Known> present() {
        return states.getLast().contents();
    }

    void step(Command command) {
        switch (command) {
            case Command.Put put -> putAll(put.tenant(), put.key(), 1, put.vector());
            case Command.PutAll put -> putAll(put.tenant(), put.key(), put.count(), put.vector());
            case Command.Submit submit -> submit(submit);
            case Command.Delete delete -> delete(delete);
            case Command.Get get -> get(name(get.tenant(), get.key()));
            case Command.Search search -> search(search);
            case Command.Link link -> index.awaitLinked(ProgressListener.SILENT);
            case Command.Flush flush -> {
                index.flush();
                everythingIsDurable();
            }
            case Command.Checkpoint checkpoint -> {
                long _ = index.checkpoint();
                everythingIsDurable();
            }
            case Command.Reopen reopen -> {
                index.close();
                everythingIsDurable();
                restart(disk);
            }
            case Command.Kill kill -> {
                SimulatedDirectory left = disk.afterKill();
                index.close();
                restart(left);
            }
            case Command.Crash crash -> crash(crash);
            case Command.Verify verify -> verify();
        }
    }

    // Writes: the state is noted before the write begins, and that it is durable once the store has promised it.

    private void begin(NavigableMap<String, Known> contents) {
        states.add(new State(contents, disk.operations(), Integer.MAX_VALUE));
    }

    private void acknowledged() {
        if (durableWhenAcknowledged) {
            everythingIsDurable();
        }
    }

    private void everythingIsDurable() {
        int at = disk.operations();
        states.replaceAll(state -> new State(state.contents(), state.begunAt(), Math.min(state.durableAt(), at)));
    }

    private Memory memory(String name, Known known) {
        return Memory.of(key(name), vector(known.vector())).text(known.text()).tenant(tenant(name));
    }

    private Known known(int vector) {
        return new Known(vector, "write " + ++writes + "x".repeat((int) (writes * 37 % 300)));
    }

    private void putAll(int tenant, int firstKey, int count, int vector) {
        NavigableMap<String, Known> contents = new TreeMap<>(present());
        List<Memory> memories = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = name(tenant, (firstKey + i) % Command.KEYS);
            Known known = known(vector + i);
            contents.put(name, known);
            memories.add(memory(name, known));
        }
        begin(contents);
        long _ = count == 1 ? index.put(memories.getFirst()) : index.putAll(memories);
        acknowledged();
    }

    private void submit(Command.Submit submit) {
        List<CompletableFuture<Long>> answers = new ArrayList<>();
        for (int i = 0; i < submit.count(); i++) {
            String name = name(submit.tenant(), (submit.key() + i) % Command.KEYS);
            Known known = known(submit.vector() + i);
            NavigableMap<String, Known> contents = new TreeMap<>(present());
            contents.put(name, known);
            begin(contents);
            answers.add(index.submit(memory(name, known)));
        }
        answers.forEach(CompletableFuture::join);
        acknowledged();
    }

    private void delete(Command.Delete delete) {
        String name = name(delete.tenant(), delete.key());
        NavigableMap<String, Known> contents = new TreeMap<>(present());
        boolean known = contents.remove(name) != null;
        begin(contents);
        require(index.delete(tenant(name), key(name)) == known, () -> "delete of " + name + ": expected=" + known);
        acknowledged();
    }

    // Reads

    private void get(String name) {
        Optional<Memory> found = index.get(tenant(name), key(name));
        Known known = present().get(name);
        require(
                found.map(Memory::text).equals(Optional.ofNullable(known).map(Known::text)),
                () -> "get of " + name + ": expected=" + known + ", found=" + found);
    }

    private void search(Command.Search search) {
        String tenant = "tenant-" + search.tenant();
        Map<String, Known> alive = new TreeMap<>(present());
        alive.keySet().removeIf(name -> !tenant(name).equals(tenant));
        float[] question = vector(search.vector());
        Query query = Query.of(question).tenant(tenant).top(search.top()).ef(search.ef());
        SearchResult found = search.exactly() ? index.exact().search(query) : index.search(query);
        require(
                found.size() == Math.min(search.top(), alive.size()),
                () -> search + ": expected=" + Math.min(search.top(), alive.size()) + ", found=" + found);
        Set<String> seen = new HashSet<>();
        float last = Float.POSITIVE_INFINITY;
        for (Hit hit : found) {
            Known known = alive.get(tenant + "/" + hit.key());
            require(known != null && known.text().equals(hit.text()), () -> "not there: " + hit);
            require(seen.add(hit.key()), () -> "twice: " + hit);
            float before = last;
            require(hit.score() <= before, () -> "out of order: " + found);
            last = hit.score();
        }
        if (search.exactly()) {
            bruteForce(question, alive, found);
        }
    }

    private void bruteForce(float[] question, Map<String, Known> alive, SearchResult found) {
        List<Double> scores = alive.keySet().stream()
                .map(name -> score(
                        question,
                        index.get(tenant(name), key(name)).orElseThrow().vector()))
                .sorted(Comparator.reverseOrder())
                .toList();
        double tolerance = options.originals() == OriginalFormat.NONE ? 1 : 1e-3;
        for (int rank = 0; rank < found.size(); rank++) {
            double expected = scores.get(rank);
            double actual = found.get(rank).score();
            require(
                    Math.abs(expected - actual) <= tolerance * Math.max(1, Math.abs(expected)),
                    () -> "brute force: expected=" + scores + ", found=" + found);
        }
    }

    private double score(float[] question, float[] stored) {
        double dot = 0;
        double questionSquare = 0;
        double storedSquare = 0;
        for (int i = 0; i < question.length; i++) {
            dot += (double) question[i] * stored[i];
            questionSquare += (double) question[i] * question[i];
            storedSquare += (double) stored[i] * stored[i];
        }
        return switch (options.similarity()) {
            case COSINE -> dot / Math.sqrt(questionSquare * storedSquare);
            case DOT -> dot;
            case EUCLIDEAN -> -(questionSquare - 2 * dot + storedSquare);
        };
    }

    void verify() {
        require(index.stats().liveCount() == present().size(), () -> "alive: " + index.stats());
        VerifyReport report = index.verify(ProgressListener.SILENT);
        require(report.clean(), () -> "verify: " + report.findings());
        everythingIsDurable();
    }

    /** Everything that can be read, by every key. */
    private NavigableMap<String, String> contents() {
        NavigableMap<String, String> contents = new TreeMap<>();
        for (int tenant = 0; tenant < Command.TENANTS; tenant++) {
            for (int key = 0; key < Command.KEYS; key++) {
                String name = name(tenant, key);
                index.get(tenant(name), key(name)).ifPresent(memory -> contents.put(name, memory.text()));
            }
        }
        return contents;
    }

    // Ends and beginnings

    private void crash(Command.Crash crash) {
        int position = Math.max(beganAt, disk.operations() - crash.back());
        BitSet chosen = new BitSet();
        Random random = new Random(crash.subset());
        for (int i = 0; i < PENDING_UNITS_MAX; i++) {
            chosen.set(i, random.nextBoolean());
        }
        CrashModel model = CrashModel.weak(crash.subset());
        SimulatedDirectory left =
                CrashStates.of(disk, model).at(position, chosen).image();
        index.close();
        int least = 0;
        int most = 0;
        for (int i = 0; i < states.size(); i++) {
            least = states.get(i).durableAt() <= position ? i : least;
            most = states.get(i).begunAt() <= position ? i : most;
        }
        disk = left;
        beganAt = 0;
        index = open();
        NavigableMap<String, String> found = contents();
        for (int i = least; i <= Math.max(least, most); i++) {
            if (texts(states.get(i).contents()).equals(found)) {
                goOnFrom(states.get(i).contents());
                return;
            }
        }
        throw new AssertionError(crash + " at disk operation " + position + ": found no state from " + least + " to "
                + most + "; beside the first of them: "
                + differences(texts(states.get(least).contents()), found));
    }

    /** The keys that differ. */
    private static String differences(Map<String, String> expected, Map<String, String> found) {
        Set<String> names = new TreeSet<>(expected.keySet());
        names.addAll(found.keySet());
        return names.stream()
                .filter(name -> !Objects.equals(expected.get(name), found.get(name)))
                .map(name ->
                        name + ": expected=" + shortened(expected.get(name)) + ", found=" + shortened(found.get(name)))
                .toList()
                .toString();
    }

    private static String shortened(String text) {
        return text == null ? "nothing" : text.replaceAll("x+", "");
    }

    private static NavigableMap<String, String> texts(NavigableMap<String, Known> contents) {
        NavigableMap<String, String> texts = new TreeMap<>();
        contents.forEach((name, known) -> texts.put(name, known.text()));
        return texts;
    }

    private void restart(SimulatedDirectory left) {
        disk = left;
        beganAt = disk.operations();
        index = open();
        NavigableMap<String, String> found = contents();
        require(found.equals(texts(present())), () -> "after opening: " + differences(texts(present()), found));
        goOnFrom(present());
    }

    /** What an opening found is durable. */
    private void goOnFrom(NavigableMap<String, Known> contents) {
        states.clear();
        states.add(new State(contents, beganAt, beganAt));
    }

    void check() {
        require(contents().equals(texts(present())), () -> differences(texts(present()), contents()));
        verify();
    }

    @Override
    public void close() {
        index.close();
        require(disk.openFiles() == 0, () -> "files left open: " + disk.openFiles());
    }

    private static String name(int tenant, int key) {
        return "tenant-" + tenant + "/key-" + key;
    }

    private static String tenant(String name) {
        return name.substring(0, name.indexOf('/'));
    }

    private static String key(String name) {
        return name.substring(name.indexOf('/') + 1);
    }

    private static float[] vector(int number) {
        Random random = new Random(number);
        float[] vector = new float[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return vector;
    }

    private static void require(boolean condition, Supplier<String> message) {
        if (!condition) {
            throw new AssertionError(message.get());
        }
    }

    @Override
    public String toString() {
        return options.durability() + ", " + options.similarity() + ", originals=" + options.originals()
                + ", exactScanMax=" + options.exactScanMax() + ", pendingMax=" + options.pendingMax()
                + ", segmentBytes=" + segmentBytes;
    }
}
