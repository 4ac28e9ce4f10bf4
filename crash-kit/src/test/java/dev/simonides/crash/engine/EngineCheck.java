// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash.engine;

import dev.simonides.Hit;
import dev.simonides.Limits;
import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.ProgressListener;
import dev.simonides.Query;
import dev.simonides.RecoveryReport;
import dev.simonides.SearchResult;
import dev.simonides.VerifyReport;
import dev.simonides.crash.CrashFailure;
import dev.simonides.crash.CrashRun;
import dev.simonides.crash.Sequence;
import dev.simonides.crash.oracle.VectorOracle;
import dev.simonides.wal.StorageDirectory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;

/** Everything that must be true of a store after a crash. Confined to one thread. */
final class EngineCheck {
    private static final int QUESTIONS = 8;

    private final CrashRun run;
    private final EnginePlan plan;
    private final VectorOracle oracle;

    EngineCheck(CrashRun run) {
        this.run = run;
        this.plan = EnginePlan.of(run.seed());
        this.oracle = new VectorOracle(plan.options());
    }

    void run() {
        try {
            try (MemoryIndex index = Engine.open(run)) {
                check(index);
            }
            checkClosed();
        } catch (RuntimeException | AssertionError e) {
            throw new CrashFailure(e.getMessage() + "; store: " + plan, e);
        }
    }

    private void check(MemoryIndex index) {
        Map<String, Memory> contents = contents(index);
        for (Sequence sequence : run.sequences()) {
            findPrefix(sequence, contents);
        }
        require(
                contents.size() == index.stats().liveCount(),
                () -> "alive: found=" + contents.size() + ", " + index.stats());
        for (String tenant : Operation.TENANTS) {
            checkSearches(index, tenant, contents);
            checkRecall(index, tenant);
        }
        requireClean(index);
    }

    /** Every file is named by a generation that is kept, or a part of the log that is: opening again finds nothing to do. */
    private void checkClosed() {
        List<String> names = names();
        require(names.stream().noneMatch(name -> name.endsWith(".tmp")), () -> "left behind: " + names);
        require(names.stream().filter(name -> name.startsWith("MANIFEST")).count() <= 2, () -> "kept: " + names);
        // With a checkpoint due, what was left would be replaced in the background.
        MemoryIndexOptions options = plan.options().checkpointLogBytes(1L << 30).checkpointOnClose(false);
        try (MemoryIndex index = MemoryIndex.open(run.directory(), options, plan::shape)) {
            RecoveryReport recovery = index.recovery();
            require(recovery.orphans() == 0, recovery::describe);
            require(names().equals(names), () -> "opening made " + names() + " of " + names);
            requireClean(index);
        }
        require(names().equals(names), () -> "opening and closing made " + names() + " of " + names);
    }

    /** Every living vector is reached, too, once the graphs are at rest. */
    private static void requireClean(MemoryIndex index) {
        index.awaitLinked(ProgressListener.SILENT);
        VerifyReport report = index.verify(ProgressListener.SILENT);
        require(report.clean(), () -> "verify: " + report.findings());
    }

    private List<String> names() {
        try (StorageDirectory directory = run.directory()) {
            return directory.list();
        }
    }

    /** Every memory, by each key that there can be; each is what its operation put, its vector what the codec makes of that. */
    private Map<String, Memory> contents(MemoryIndex index) {
        Map<String, Memory> contents = new HashMap<>();
        for (int thread = 0; thread < run.sequences().size(); thread++) {
            for (int key = 0; key < Operation.KEYS; key++) {
                String name = Operation.name(thread, key);
                Memory memory = index.get(Operation.tenant(name), name).orElse(null);
                if (memory != null) {
                    contents.put(name, memory);
                    checkMemory(name, memory);
                }
            }
        }
        return contents;
    }

    /** The operation that put what is under a key. */
    private Operation operation(String name, Memory memory) {
        return Operation.of(run.seed(), Operation.thread(name), Operation.index(memory.text()));
    }

    /** Bit by bit, whatever the similarity and whatever is kept. */
    private void checkMemory(String name, Memory memory) {
        Operation operation = operation(name, memory);
        require(operation.text(name).equals(memory.text()), () -> "payload of " + name + ": " + memory.text());
        float[] expected = oracle.stored(operation.vector(name));
        require(
                Arrays.equals(expected, memory.vector()),
                () -> "vector of " + name + ": expected=" + Arrays.toString(expected) + ", found="
                        + Arrays.toString(memory.vector()));
    }

    /** What a thread's keys hold is the effect of a prefix of its operations, without a hole. */
    private void findPrefix(Sequence sequence, Map<String, Memory> contents) {
        Map<String, Long> found = new HashMap<>();
        contents.forEach((name, memory) -> {
            if (name.startsWith("t" + sequence.number() + "-")) {
                found.put(name, Operation.index(memory.text()));
            }
        });
        EngineModel model = new EngineModel(run.seed(), sequence.number());
        try {
            long _ = sequence.findPrefix(operations -> model.after(operations).equals(found));
        } catch (CrashFailure e) {
            throw new CrashFailure(e.getMessage() + "; found " + differences(found, sequence), e);
        }
    }

    private String differences(Map<String, Long> found, Sequence sequence) {
        Map<String, Long> least = new EngineModel(run.seed(), sequence.number()).after(sequence.acknowledged());
        List<String> differences = new ArrayList<>();
        Set<String> names = new HashSet<>(least.keySet());
        names.addAll(found.keySet());
        for (String name : names) {
            if (!Objects.equals(least.get(name), found.get(name))) {
                differences.add(name + ": operation " + found.get(name) + " and not " + least.get(name));
            }
        }
        return "beside what was acknowledged: " + differences;
    }

    /** The exact search finds everything, scored as by brute force; the other one nothing that is not there. */
    private void checkSearches(MemoryIndex index, String tenant, Map<String, Memory> contents) {
        Map<String, Memory> alive = new HashMap<>(contents);
        alive.keySet().removeIf(name -> !Operation.tenant(name).equals(tenant));
        float[] question = Operation.of(run.seed(), 0, 1).vector("question");
        oracle.ask(question);
        Query query = Query.of(question).tenant(tenant);
        checkHits(index.exact().search(query.top(Limits.TOP_MAX)), alive, alive.size());
        checkHits(index.search(query.top(10).ef(50)), alive, Math.min(10, alive.size()));
    }

    /** As many as there must be, each once, alive, with its own text and score, the closest first. */
    private void checkHits(SearchResult found, Map<String, Memory> alive, int count) {
        require(
                found.size() == count,
                () -> "search: expected=" + count + " of " + alive.keySet() + ", found=" + found);
        Set<String> seen = new HashSet<>();
        float last = Float.POSITIVE_INFINITY;
        for (Hit hit : found) {
            Memory memory = alive.get(hit.key());
            require(
                    memory != null && seen.add(hit.key()) && memory.text().equals(hit.text()),
                    () -> "search found what is not there: " + hit);
            VectorOracle.Score expected =
                    oracle.score(operation(hit.key(), memory).vector(hit.key()));
            require(
                    expected.allows(hit.score()) && hit.score() <= last,
                    () -> "search: expected=" + expected + ", found=" + hit + " in " + found);
            last = hit.score();
        }
    }

    /** The approximate search misses at most one in twenty of what the exact one finds, over some questions. */
    private void checkRecall(MemoryIndex index, String tenant) {
        int wanted = 0;
        int found = 0;
        for (int number = 1; number <= QUESTIONS; number++) {
            Query query = Query.of(Operation.of(run.seed(), 0, number).vector("question"))
                    .tenant(tenant)
                    .top(10)
                    .ef(50);
            SearchResult exact = index.exact().search(query);
            wanted += exact.size();
            for (Hit hit : index.search(query)) {
                found += hit.score() >= exact.get(exact.size() - 1).score() ? 1 : 0;
            }
        }
        String counts = "recall: found=" + found + " of " + wanted;
        require(20 * found >= 19 * wanted, () -> counts);
    }

    private static void require(boolean condition, Supplier<String> message) {
        if (!condition) {
            throw new CrashFailure(message.get());
        }
    }
}
