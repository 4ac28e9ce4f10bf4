// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash.model;

import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.MemoryIndexStats;
import dev.simonides.ProgressListener;
import dev.simonides.Query;
import dev.simonides.StoreState;
import dev.simonides.crash.model.Expected.Known;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.wal.CorruptManifestException;
import dev.simonides.wal.simulation.CrashModel;
import dev.simonides.wal.simulation.CrashStates;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** A store on a simulated disk beside what it is expected to hold. Confined to one thread. */
final class ModelRun implements AutoCloseable {
    private static final int PENDING_UNITS_MAX = 4_096;

    private final MemoryIndexOptions fixed;
    private final Expected expected = new Expected();
    private final Times times = new Times();
    private final Answers answers;
    private Opening opening;
    private SimulatedDirectory disk = SimulatedDirectory.empty();
    private MemoryIndex index;
    private long writes;

    /** Names of files that were damaged or taken away. */
    private final Set<String> damaged = new HashSet<>();

    /** What the disk had done when the present opening began. */
    private int beganAt;

    ModelRun(long seed) {
        Random random = new Random(seed);
        Similarity similarity = Opening.one(random, Similarity.values());
        OriginalFormat originals = Opening.one(random, OriginalFormat.F32, OriginalFormat.F16, OriginalFormat.NONE);
        this.fixed = MemoryIndexOptions.ofDimension(Answers.DIMENSION)
                .similarity(similarity)
                .originals(originals)
                .indexerThreads(1)
                .m(4)
                .efConstruction(8)
                .clock(times.clock());
        this.answers = new Answers(fixed);
        this.opening = Opening.random(random);
        this.index = opening.open(disk, fixed);
    }

    Answers answers() {
        return answers;
    }

    void step(Command command) {
        switch (command) {
            case Command.Put put -> putAll(put.tenant(), put.key(), List.of(known(put.vector())));
            case Command.PutLong put ->
                putAll(put.tenant(), put.key(), List.of(known(put.vector(), put.kibibytes() << 10)));
            case Command.PutAll put -> putAll(put.tenant(), put.key(), known(put));
            case Command.PutRefused put -> putRefused(put);
            case Command.Submit submit -> submit(submit);
            case Command.Delete delete -> delete(delete);
            case Command.Get get -> get(name(get.tenant(), get.key()));
            case Command.Search search -> answers.check(index, search, alive(search.tenant()));
            case Command.Link link -> index.awaitLinked(ProgressListener.SILENT);
            case Command.Flush flush -> {
                index.flush();
                expected.durable(disk.operations());
            }
            case Command.Checkpoint checkpoint -> checkpoint();
            case Command.Compact compact -> compact();
            case Command.Jump jump -> times.jump(jump.millis());
            case Command.Look look -> look();
            case Command.Backup backup -> backup();
            case Command.Verify verify -> verify();
            case Command.Reopen reopen -> reopen(reopen.opening());
            case Command.Kill kill -> open(killed(), kill.opening());
            case Command.LoseGraphs lose -> loseGraphs(lose.opening());
            case Command.LoseManifest lose -> loseManifest(lose);
            case Command.Crash crash -> crash(crash);
            case Command.CrashAgain crash -> crashAgain(crash);
        }
    }

    // Writes

    private Known known(int vector) {
        return known(vector, (int) (writes * 37 % 300));
    }

    private Known known(int vector, int length) {
        return new Known(vector % Command.VECTORS, "write " + ++writes + "x".repeat(length), writes);
    }

    private List<Known> known(Command.PutAll put) {
        List<Known> many = new ArrayList<>();
        for (int i = 0; i < put.count(); i++) {
            many.add(known(put.vector() + i));
        }
        return many;
    }

    private static Memory memory(String name, Known known) {
        return Memory.of(key(name), Answers.vector(known.vector()))
                .text(known.text())
                .tenant(tenant(name));
    }

    private void acknowledged() {
        if (opening.durableWhenAcknowledged()) {
            expected.durable(disk.operations());
        }
    }

    private void putAll(int tenant, int firstKey, List<Known> many) {
        NavigableMap<String, Known> contents = new TreeMap<>(expected.present());
        List<Memory> memories = new ArrayList<>();
        for (int i = 0; i < many.size(); i++) {
            String name = name(tenant, (firstKey + i) % Command.KEYS);
            contents.put(name, many.get(i));
            memories.add(memory(name, many.get(i)));
        }
        expected.begin(contents, disk.operations());
        long _ = memories.size() == 1 ? index.put(memories.getFirst()) : index.putAll(memories);
        acknowledged();
    }

    private void putRefused(Command.PutRefused put) {
        List<Memory> memories = new ArrayList<>();
        for (int i = 0; i < put.count(); i++) {
            memories.add(memory(name(put.tenant(), (put.key() + i) % Command.KEYS), known(put.vector())));
        }
        float[] infinite = Answers.vector(put.vector());
        infinite[put.count() % infinite.length] = Float.POSITIVE_INFINITY;
        memories.add(Memory.of("refused", infinite).tenant("tenant-" + put.tenant()));
        long lastLsn = index.stats().lastLsn();
        requireThrown(IllegalArgumentException.class, () -> {
            long _ = index.putAll(memories);
        });
        require(index.stats().lastLsn() == lastLsn, () -> "a refused batch was stored");
    }

    private void submit(Command.Submit submit) {
        List<CompletableFuture<Long>> acknowledgements = new ArrayList<>();
        for (int i = 0; i < submit.count(); i++) {
            String name = name(submit.tenant(), (submit.key() + i) % Command.KEYS);
            Known known = known(submit.vector() + i);
            NavigableMap<String, Known> contents = new TreeMap<>(expected.present());
            contents.put(name, known);
            expected.begin(contents, disk.operations());
            acknowledgements.add(index.submit(memory(name, known)));
        }
        acknowledgements.forEach(CompletableFuture::join);
        acknowledged();
    }

    private void delete(Command.Delete delete) {
        String name = name(delete.tenant(), delete.key());
        NavigableMap<String, Known> contents = new TreeMap<>(expected.present());
        boolean known = contents.remove(name) != null;
        expected.begin(contents, disk.operations());
        require(index.delete(tenant(name), key(name)) == known, () -> "delete of " + name + ": expected=" + known);
        acknowledged();
    }

    // Reads

    private void get(String name) {
        Optional<Memory> found = index.get(tenant(name), key(name));
        Known known = expected.present().get(name);
        require(
                found.map(Memory::text).equals(Optional.ofNullable(known).map(Known::text)),
                () -> "get of " + name + ": expected=" + known + ", found=" + found);
    }

    /** The memories of a tenant by key. */
    private Map<String, Known> alive(int tenant) {
        Map<String, Known> alive = new TreeMap<>();
        expected.present().forEach((name, known) -> {
            if (tenant(name).equals("tenant-" + tenant)) {
                alive.put(key(name), known);
            }
        });
        return alive;
    }

    private void verify() {
        require(index.stats().liveCount() == expected.present().size(), () -> "alive: " + index.stats());
        requireSound(index);
        expected.durable(disk.operations());
    }

    private void requireSound(MemoryIndex store) {
        List<String> findings =
                new ArrayList<>(store.verify(ProgressListener.SILENT).findings());
        // As long as they are there, or a generation wants them, a verification says so.
        findings.removeIf(finding -> damaged.stream().anyMatch(finding::contains));
        require(findings.isEmpty(), () -> "verify: " + findings);
    }

    /** Everything that can be read, by every key. */
    private static NavigableMap<String, String> contents(MemoryIndex index) {
        NavigableMap<String, String> contents = new TreeMap<>();
        for (int tenant = 0; tenant < Command.TENANTS; tenant++) {
            for (int key = 0; key < Command.KEYS; key++) {
                String name = name(tenant, key);
                index.get(tenant(name), key(name)).ifPresent(memory -> contents.put(name, memory.text()));
            }
        }
        require(index.stats().liveCount() == contents.size(), () -> "alive: " + index.stats());
        return contents;
    }

    private void look() {
        try {
            NavigableMap<String, String> found = look(disk);
            require(
                    expected.mayBeTheLastCheckpoint(found),
                    () -> "no state since the last checkpoint: " + found.keySet());
        } catch (CorruptManifestException e) {
            // Beside a writer the log is not read, so where the only manifest is damaged there is nothing to see.
            require(damaged.stream().anyMatch(disk::exists), () -> "nothing is damaged: " + e);
        }
    }

    /** What a reader finds, who changes nothing. */
    private NavigableMap<String, String> look(SimulatedDirectory store) {
        int operations = store.operations();
        int openFiles = store.openFiles();
        NavigableMap<String, String> found;
        try (MemoryIndex reader = opening.openReadOnly(store, fixed)) {
            require(reader.state() == StoreState.READ_ONLY, () -> "state: " + reader.state());
            found = contents(reader);
        }
        // Beside a writer the disk does not stand still.
        require(
                store.locked("LOCK") || (store.operations() == operations && store.openFiles() == openFiles),
                () -> "a reader has changed the store");
        return found;
    }

    // Checkpoints and copies

    private void checkpoint() {
        long lsn = index.checkpoint();
        require(lsn == index.stats().lastLsn(), () -> "a checkpoint up to " + lsn + ": " + index.stats());
        expected.checkpointed(disk.operations());
    }

    private void compact() {
        long lsn = index.compact(ProgressListener.SILENT);
        MemoryIndexStats stats = index.stats();
        require(lsn == stats.lastLsn() && stats.ordinalCount() == stats.liveCount(), () -> "compacted: " + stats);
        expected.checkpointed(disk.operations());
    }

    private void backup() {
        SimulatedDirectory target = SimulatedDirectory.empty();
        long lsn = index.backup(target);
        require(lsn == index.stats().lastLsn(), () -> "a backup up to " + lsn + ": " + index.stats());
        expected.durable(disk.operations());
        // It is durable: what was not synced may be gone.
        SimulatedDirectory left = crashed(target, target.operations(), new BitSet());
        try (MemoryIndex copy = opening.open(left, fixed)) {
            requireEqual("in the backup", Expected.texts(expected.present()), contents(copy));
            requireSound(copy);
        }
    }

    // Ends and beginnings

    private void reopen(Opening next) {
        MemoryIndex old = index;
        old.close();
        require(old.state() == StoreState.CLOSED, () -> "state: " + old.state());
        float[] question = Answers.vector(1);
        requireThrown(IllegalStateException.class, () -> old.get("key"));
        requireThrown(IllegalStateException.class, () -> old.search(Query.of(question)));
        requireThrown(IllegalStateException.class, () -> old.put(Memory.of("key", question)));
        requireThrown(IllegalStateException.class, old::checkpoint);
        open(disk, next);
    }

    /** What a killed process leaves. */
    private SimulatedDirectory killed() {
        SimulatedDirectory left = disk.afterKill();
        index.close();
        return left;
    }

    private void loseGraphs(Opening next) {
        SimulatedDirectory left = killed();
        for (String name : left.list()) {
            if (name.startsWith("graph")) {
                left = left.without(name);
                damaged.add(name);
            }
        }
        open(left, next);
    }

    private void loseManifest(Command.LoseManifest lose) {
        SimulatedDirectory left = killed();
        String newest = left.list().stream()
                .filter(name -> name.matches("MANIFEST-[0-9]+"))
                .max(String::compareTo)
                .orElse("");
        if (!newest.isEmpty()) {
            byte[] bytes = left.content(newest);
            bytes[lose.at() % bytes.length] ^= (byte) (1 << lose.at() % 8);
            left = left.with(newest, bytes);
            damaged.add(newest);
            expected.checkpointsLost();
        }
        open(left, lose.opening());
        checkpoint();
    }

    private static SimulatedDirectory crashed(SimulatedDirectory disk, int position, BitSet chosen) {
        return CrashStates.of(disk, CrashModel.weak(1)).at(position, chosen).image();
    }

    private static BitSet some(long subset) {
        BitSet chosen = new BitSet();
        Random random = new Random(subset);
        for (int i = 0; i < PENDING_UNITS_MAX; i++) {
            chosen.set(i, random.nextBoolean());
        }
        return chosen;
    }

    private void crash(Command.Crash crash) {
        int position = Math.max(beganAt, disk.operations() - crash.back());
        SimulatedDirectory left = crashed(disk, position, some(crash.subset()));
        index.close();
        open(left, crash.opening(), expected.possibleAt(position), position);
    }

    private void crashAgain(Command.CrashAgain crash) {
        crash(crash.first());
        // The disk has done nothing yet but this opening.
        int position = (int) ((long) disk.operations() * crash.permille() / 1_000);
        SimulatedDirectory left = crashed(disk, position, some(crash.subset()));
        index.close();
        open(left, crash.opening(), List.of(expected.present()), position);
    }

    /** Opens what holds everything. */
    private void open(SimulatedDirectory left, Opening next) {
        open(left, next, List.of(expected.present()), disk.operations());
    }

    private void open(SimulatedDirectory left, Opening next, List<NavigableMap<String, Known>> possible, int endedAt) {
        disk = left;
        beganAt = disk.operations();
        opening = next;
        // A crash while it was created leaves no store, which only who writes may make.
        NavigableMap<String, String> seen = next.looks() && disk.exists("STORE") ? look(disk) : null;
        index = next.open(disk, fixed);
        NavigableMap<String, String> found = contents(index);
        if (seen != null) {
            requireEqual("a reader before the opening and the opening", seen, found);
        }
        times.check(disk.afterKill(), index.stats().lastLsn());
        for (NavigableMap<String, Known> contents : possible) {
            if (Expected.texts(contents).equals(found)) {
                expected.opened(contents, endedAt, beganAt);
                return;
            }
        }
        throw new AssertionError("found none of " + possible.size() + " states; beside the first of them: "
                + Expected.differences(Expected.texts(possible.getFirst()), found));
    }

    void check() {
        requireEqual("at the end", Expected.texts(expected.present()), contents(index));
        verify();
        for (int tenant = 0; tenant < Command.TENANTS; tenant++) {
            answers.countRecall(index, tenant);
        }
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

    private static void requireEqual(
            String when, NavigableMap<String, String> expected, NavigableMap<String, String> found) {
        require(found.equals(expected), () -> when + ": " + Expected.differences(expected, found));
    }

    private static void requireThrown(Class<? extends RuntimeException> type, Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            require(type.isInstance(e), () -> "expected=" + type + ", thrown=" + e);
            return;
        }
        throw new AssertionError("expected=" + type + ", and nothing was thrown");
    }

    private static void require(boolean condition, Supplier<String> message) {
        if (!condition) {
            throw new AssertionError(message.get());
        }
    }

    @Override
    public String toString() {
        return fixed.similarity() + ", originals=" + fixed.originals() + ", " + opening;
    }
}
