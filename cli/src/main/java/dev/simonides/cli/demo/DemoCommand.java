// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli.demo;

import com.google.errorprone.annotations.FormatMethod;
import dev.simonides.Hit;
import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.ProgressListener;
import dev.simonides.Query;
import dev.simonides.VerifyReport;
import dev.simonides.bench.Machine;
import dev.simonides.bench.data.NeighbourTable;
import dev.simonides.bench.recall.MemoryIndexSearcher;
import dev.simonides.bench.recall.PassListener;
import dev.simonides.bench.recall.RecallRow;
import dev.simonides.bench.recall.RecallSweep;
import dev.simonides.cli.ExitCode;
import dev.simonides.cli.ImportTimes;
import dev.simonides.cli.Importer;
import dev.simonides.cli.JsonRow;
import dev.simonides.cli.NewStore;
import dev.simonides.cli.Output;
import dev.simonides.cli.ProgressBars;
import dev.simonides.cli.Refusal;
import dev.simonides.embedding.Embedder;
import dev.simonides.embedding.HashingEmbedder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code simonides demo}: the main job on real text, measured while it runs. */
@Command(
        name = "demo",
        description = "Store real texts, ask, measure, kill the writing process, and prove that nothing is lost.")
public final class DemoCommand implements Callable<Integer> {
    private static final int HITS_SHOWN = 3;
    private static final int TOP = 10;
    private static final int TEXTS_MIN = TOP;
    private static final int QUERY_COUNT = 300;
    private static final long QUERY_SEED = 0x51_30_11_1DE5L;
    private static final List<Integer> EFS = List.of(10, 20, 40, 80);
    private static final double RECALL_MIN = 0.95;
    private static final double NANOS_A_SECOND = 1e9;

    @Mixin
    private final Output output = new Output();

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Where to make the store, and keep it (default: a temporary directory, removed at the end).")
    private Optional<Path> directory = Optional.empty();

    @Option(names = "--dim", paramLabel = "D", description = "Components of a vector (default ${DEFAULT-VALUE}).")
    private int dimension = 768;

    @Option(names = "--texts", paramLabel = "N", description = "How many of the texts to use (default: all).")
    private int textCount = Integer.MAX_VALUE;

    @Option(
            names = "--notes",
            paramLabel = "N",
            description = "Acknowledged writes after which the writer is killed (default ${DEFAULT-VALUE}).")
    private long noteCount = 2_000;

    private final Table table = new Table();
    private final List<String> failures = new ArrayList<>();

    @Override
    public Integer call() {
        requireAtLeast("--texts", textCount, TEXTS_MIN);
        requireAtLeast("--notes", noteCount, 1);
        MemoryIndexOptions options = MemoryIndexOptions.ofDimension(dimension);
        if (directory.isPresent()) {
            NewStore.requirePossible(directory.get());
            run(directory.get(), options);
            output.say(
                    "%nThe store stays in %s; ask it: bin/simonides search %s --text '...'",
                    directory.get(), NewStore.quoted(directory.get()));
        } else {
            runInTemporary(options);
        }
        return failures.isEmpty() ? ExitCode.DONE : ExitCode.FAILED;
    }

    private void runInTemporary(MemoryIndexOptions options) {
        try (TemporaryStore temporary = TemporaryStore.create()) {
            run(temporary.directory(), options);
            if (!failures.isEmpty()) {
                temporary.keep();
                output.say("%nThe store stays in %s, to be looked at.", temporary.directory());
            }
        }
        if (failures.isEmpty()) {
            output.say("%nThe store is removed; demo --dir DIR keeps it, to be asked and looked at afterwards.");
        }
    }

    private static void requireAtLeast(String option, long value, long min) {
        if (value < min) {
            throw Refusal.usage(option + ": expected=" + min + " or more, actual=" + value);
        }
    }

    private void run(Path store, MemoryIndexOptions options) {
        Corpus corpus = Corpus.load().thinned(textCount);
        Embedder embedder = HashingEmbedder.ofDimension(dimension);
        try (MemoryIndex index = MemoryIndex.create(store, options)) {
            fill(index, corpus, embedder);
            ask(index, embedder);
            compare(index, corpus, embedder);
        }
        kill(store, new Notes(corpus, embedder));
        table.line("machine", "%s", Machine.current().line());
        output.say("%nWhat was measured");
        table.text().forEach(line -> output.say("%s", line));
        failures.forEach(failure -> output.say("%nFAILED: %s", failure));
        output.row(JsonRow.create()
                .with("step", "proof")
                .with("proven", failures.isEmpty())
                .with("failures", failures)
                .with("machine", Machine.current().line()));
    }

    /** Creates the memories, and stores them. */
    private void fill(MemoryIndex index, Corpus corpus, Embedder embedder) {
        output.say("1. Storing %,d texts from WordNet as vectors of %d dimensions", corpus.size(), dimension);
        long begin = System.nanoTime();
        List<Memory> memories = corpus.facts().stream()
                .map(fact -> Memory.of(fact.key(), embedder.embed(fact.text())).text(fact.text()))
                .toList();
        double embeddedPerSecond = corpus.size() / ((System.nanoTime() - begin) / NANOS_A_SECOND);
        ImportTimes times;
        try (ProgressBars bars = output.bars()) {
            times = new Importer(index, bars).store(memories.iterator(), memories.size());
        }
        output.say(
                "   stored at %,.0f/s, stored and linked into the graph at %,.0f/s",
                times.storedPerSecond(), times.linkedPerSecond());
        table.line("texts", "%,d from WordNet 3.0, %d dimensions", corpus.size(), dimension);
        table.line("embedded", "%,.0f/s by the built-in hashing embedder", embeddedPerSecond);
        table.line("stored", "%,.0f/s acknowledged", times.storedPerSecond());
        table.line("stored and linked", "%,.0f/s, all in %.2f s", times.linkedPerSecond(), times.seconds());
        output.row(JsonRow.create()
                .with("step", "import")
                .with("texts", corpus.size())
                .with("dimension", dimension)
                .with("embedded_per_s", Math.round(embeddedPerSecond))
                .with("stored_per_s", Math.round(times.storedPerSecond()))
                .with("linked_per_s", Math.round(times.linkedPerSecond()))
                .with("seconds", times.seconds()));
    }

    private void ask(MemoryIndex index, Embedder embedder) {
        output.say("%n2. Asking");
        for (String question : Questions.ALL) {
            output.say("   %s", question);
            int rank = 0;
            for (Hit hit : index.search(Query.of(embedder.embed(question)).top(HITS_SHOWN))) {
                rank++;
                output.say("     %.2f  %s", hit.score(), hit.text());
                output.row(JsonRow.create()
                        .with("step", "search")
                        .with("question", question)
                        .with("rank", rank)
                        .with("score", hit.score())
                        .with("key", hit.key())
                        .with("text", hit.text()));
            }
        }
    }

    /** Recall and latency, by queries that equal no stored text. */
    private void compare(MemoryIndex index, Corpus corpus, Embedder embedder) {
        float[][] queries = new Garbled(corpus, QUERY_SEED).queries(QUERY_COUNT, embedder);
        output.say(
                "%n3. Searching for %d texts with words left out and shuffled, and comparing with exact searches",
                QUERY_COUNT);
        Map<String, Integer> rows = corpus.rows();
        RecallSweep sweep = RecallSweep.of(queries, truth(index, queries, rows), TOP);
        double best = 0;
        for (RecallRow row : sweep.run(
                MemoryIndexSearcher.of(index, "", rows::get, ProgressListener.SILENT), EFS, PassListener.SILENT)) {
            best = Math.max(best, row.recall());
            table.line(
                    "recall@" + TOP + " at ef " + row.ef(),
                    "%.4f, mean %.0f µs, p50 %.0f µs, p99 %.0f µs, %.0f evaluations",
                    row.recall(),
                    row.meanMicros(),
                    row.p50Micros(),
                    row.p99Micros(),
                    row.evaluations());
            output.row(JsonRow.create()
                    .with("step", "recall")
                    .with("ef", row.ef())
                    .with("k", row.k())
                    .with("recall", row.recall())
                    .with("mean_us", row.meanMicros())
                    .with("p50_us", row.p50Micros())
                    .with("p99_us", row.p99Micros())
                    .with("evaluations", row.evaluations()));
        }
        prove(best >= RECALL_MIN, "recall@%d reaches %.4f, and should reach %.2f", TOP, best, RECALL_MIN);
    }

    /** What the store's exact twin finds. */
    private static NeighbourTable truth(MemoryIndex index, float[][] queries, Map<String, Integer> rows) {
        int[] truth = Arrays.stream(queries)
                .flatMap(query -> index.exact().search(Query.of(query).top(TOP)).hits().stream())
                .mapToInt(hit -> rows.get(hit.key()))
                .toArray();
        return NeighbourTable.of(TOP, truth);
    }

    private void kill(Path store, Notes notes) {
        output.say("%n4. Starting a process that writes notes, and killing it with SIGKILL while it does");
        KillProof proof = new KillProof(store, notes);
        KillProof.Killed killed = proof.kill(noteCount);
        long begin = System.nanoTime();
        try (ProgressBars bars = output.bars();
                MemoryIndex index = MemoryIndex.open(store, stored -> stored.progress(bars))) {
            double reopenedSeconds = (System.nanoTime() - begin) / NANOS_A_SECOND;
            KillProof.Found found = proof.find(index, killed);
            VerifyReport report = index.verify(bars);
            bars.finish();
            output.say(
                    "   it had acknowledged %,d notes when it died; the reopened store has %,d of them, and %,d more"
                            + " that it had not come to acknowledge",
                    killed.acknowledged(), found.right(), found.unacknowledged());
            table.line("acknowledged, then killed", "%,d notes", killed.acknowledged());
            table.line("reopened", "in %.2f s", reopenedSeconds);
            table.line("found with text and vector", "%,d notes, missing %,d", found.right(), found.missing());
            table.line("unacknowledged, yet there", "%,d notes (allowed)", found.unacknowledged());
            table.line(
                    "texts from before",
                    "%,d, missing or changed %,d",
                    notes.corpus().size(),
                    found.textsLost());
            table.line("verified", "%s", report.clean() ? "clean" : String.join("; ", report.findings()));
            table.line("durability", "%s", index.options().durability());
            output.row(row(killed, found, report)
                    .with("reopened_s", reopenedSeconds)
                    .with("durability", index.options().durability().toString()));
            prove(found.proven(killed), "the writer had %s, the reopened store has %s", killed, found);
            prove(report.clean(), "the reopened store is damaged: %s", report.findings());
        }
    }

    private static JsonRow row(KillProof.Killed killed, KillProof.Found found, VerifyReport report) {
        return JsonRow.create()
                .with("step", "kill")
                .with("acknowledged", killed.acknowledged())
                .with("found", found.right())
                .with("missing", found.missing())
                .with("wrong", found.wrong())
                .with("unacknowledged", found.unacknowledged())
                .with("strangers", found.strangers())
                .with("texts_lost", found.textsLost())
                .with("clean", report.clean());
    }

    @FormatMethod
    private void prove(boolean holds, String format, Object... values) {
        if (!holds) {
            failures.add(String.format(Locale.ROOT, format, values));
        }
    }
}
