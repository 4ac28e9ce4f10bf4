// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.pages;

import dev.simonides.MemoryIndex;
import dev.simonides.Navigation;
import dev.simonides.ProgressListener;
import dev.simonides.bench.Machine;
import dev.simonides.bench.recall.RecallSweep;
import dev.simonides.quantization.OriginalFormat;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A program that prints what a search costs of a mapped store that is larger than the memory there is for it, beside the same
 * store with memory for all of it: by each navigation, vectors as they arrived and compacted, with advice to the system,
 * with a part of it and without.
 *
 * <p>Arguments: base vectors, queries, their true neighbours, and a directory that is there, in which two stores with F32
 * originals are made and left for the next run; then {@code --ef N} (40), {@code --rounds N} (5), {@code --seconds S} (5) of a
 * measurement, {@code --share S} (0.15) of the vectors for which there is memory. Each measurement is a JVM of its own in a
 * control group of its own, and begins with nothing of the store in memory. Of the rounds the one with the median p50 is printed.
 */
public final class LimitedMemory {
    private static final List<String> FLAGS = List.of(
            "-Xms256m",
            "-Xmx256m",
            "-XX:+AlwaysPreTouch",
            "-XX:+UseSerialGC",
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED");

    private final List<String> files;
    private final PrintStream out;
    private int ef = 40;
    private int rounds = 5;
    private double seconds = 5;
    private double share = 0.15;

    private LimitedMemory(List<String> files, PrintStream out) {
        this.files = files;
        this.out = out;
    }

    /**
     * Measures and prints.
     *
     * @param arguments as above
     * @throws IOException if there is nothing to limit memory with, or a child fails
     * @throws InterruptedException never: nobody interrupts
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        parse(List.of(arguments), System.out).run();
    }

    /** Reads the arguments; wrong ones are refused in one line. */
    static LimitedMemory parse(List<String> arguments, PrintStream out) {
        if (arguments.size() < 4 || arguments.subList(0, 4).stream().anyMatch(one -> one.startsWith("--"))) {
            throw new IllegalArgumentException(
                    "arguments: expected=base queries truth directory, actual=" + String.join(" ", arguments));
        }
        LimitedMemory parsed = new LimitedMemory(arguments.subList(0, 4), out);
        for (int i = 4; i < arguments.size(); i += 2) {
            String option = arguments.get(i);
            double value = i + 1 < arguments.size() ? Double.parseDouble(arguments.get(i + 1)) : 0;
            if (!(value > 0)) {
                throw new IllegalArgumentException("a number above 0 is missing: " + option);
            }
            switch (option) {
                case "--ef" -> parsed.ef = (int) value;
                case "--rounds" -> parsed.rounds = (int) value;
                case "--seconds" -> parsed.seconds = value;
                case "--share" -> parsed.share = value;
                default -> throw new IllegalArgumentException("not an option: " + option);
            }
        }
        return parsed;
    }

    /** What the system is told, as {@code -Ddev.simonides.advice} has it. */
    enum Advice {
        /** Nothing. */
        NONE,
        /** That mappings are read here and there. */
        RANDOM,
        /** Also what will be read. */
        ALL;

        String lower() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** One row of the table. */
    record Case(String pages, Navigation navigation, boolean limited, Advice advice) {}

    void run() throws IOException, InterruptedException {
        fill(PageStores.ARRIVED);
        fill(PageStores.COMPACTED);
        out.println("# " + Machine.current().line());
        out.printf(
                Locale.ROOT,
                "# ef %d, mapped, F32 originals, durability none; limited: memory for %.0f %% of the vectors%n",
                ef,
                100 * share);
        List<Case> cases = cases();
        List<List<Map<String, Double>>> measured = new ArrayList<>();
        cases.forEach(_ -> measured.add(new ArrayList<>()));
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < cases.size(); i++) {
                measured.get(i).add(measure(cases.get(i)));
            }
        }
        out.printf(
                Locale.ROOT,
                "%-10s %-10s %-9s %-7s %8s %9s %12s %10s %10s %10s%n",
                "pages as",
                "navigation",
                "memory",
                "advice",
                "recall",
                "faults",
                "KiB read",
                "mean us",
                "p50 us",
                "p99 us");
        for (int i = 0; i < cases.size(); i++) {
            print(cases.get(i), median(measured.get(i)));
        }
    }

    private static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (Navigation navigation : List.of(Navigation.INT8, Navigation.ONE_BIT)) {
            for (boolean limited : new boolean[] {false, true}) {
                for (Advice advice : Advice.values()) {
                    for (String pages : List.of(PageStores.ARRIVED, PageStores.COMPACTED)) {
                        cases.add(new Case(pages, navigation, limited, advice));
                    }
                }
            }
        }
        return cases;
    }

    private static Map<String, Double> median(List<Map<String, Double>> runs) {
        List<Map<String, Double>> sorted = runs.stream()
                .sorted(Comparator.comparingDouble(run -> value(run, LimitedProbe.P50)))
                .toList();
        return sorted.get(sorted.size() / 2);
    }

    private static double value(Map<String, Double> values, String name) {
        Double value = values.get(name);
        if (value == null) {
            throw new IllegalStateException("not measured: " + name);
        }
        return value;
    }

    void print(Case one, Map<String, Double> values) {
        out.printf(
                Locale.ROOT,
                "%-10s %-10s %-9s %-7s %8.4f %9.2f %12.1f %10.1f %10.1f %10.1f%n",
                one.pages(),
                one.navigation(),
                one.limited() ? "limited" : "ample",
                one.advice().lower(),
                value(values, LimitedProbe.RECALL),
                value(values, LimitedProbe.FAULTS),
                value(values, LimitedProbe.READ_BYTES) / 1024,
                value(values, LimitedProbe.MEAN),
                value(values, LimitedProbe.P50),
                value(values, LimitedProbe.P99));
    }

    /** Makes a store, unless it is there. */
    void fill(String pages) throws IOException {
        Path directory = Path.of(files.get(3));
        Path finished = directory.resolve(pages + "-made");
        if (Files.exists(finished)) {
            return;
        }
        PageStores stores = new PageStores(RecallSweep.vectors(Path.of(files.get(0))), directory, OriginalFormat.F32);
        try (MemoryIndex index = stores.make(pages, 0)) {
            if (pages.equals(PageStores.COMPACTED)) {
                var _ = index.compact(ProgressListener.SILENT);
            }
        }
        Files.createFile(finished);
    }

    /** Measures a case in a JVM of its own. */
    Map<String, Double> measure(Case one) throws IOException, InterruptedException {
        Path store = Path.of(files.get(3)).resolve(one.pages());
        forget(store);
        try (MemoryLimit limit = MemoryLimit.make()) {
            Process child = new ProcessBuilder(limit.entering(command(store, one)))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            Map<String, Double> values = new HashMap<>();
            try {
                BufferedReader said = child.inputReader();
                read(said, values);
                if (one.limited() && child.isAlive()) {
                    limit.set((long) (neededBytes(limit, store) + share * value(values, LimitedProbe.VECTOR_BYTES)));
                }
                child.outputWriter().append("go\n").close();
                read(said, values);
            } finally {
                child.destroyForcibly();
                child.waitFor();
            }
            if (!values.containsKey(LimitedProbe.P99)) {
                throw new IOException("the JVM that searched " + store + " ended: " + child.exitValue());
            }
            return values;
        }
    }

    /** What the child cannot do without: what is charged to it and is no file of the store's, which can be read again. */
    private static long neededBytes(MemoryLimit limit, Path store) throws IOException {
        long ofStore = 0;
        for (Path file : filesOf(store)) {
            ofStore += Files.size(file);
        }
        return limit.usedBesidesCache() + Math.max(0, limit.cached() - ofStore);
    }

    /** Has the system forget the store: pages in memory are charged to whoever read them first. */
    private static void forget(Path store) throws IOException, InterruptedException {
        for (Path file : filesOf(store)) {
            new ProcessBuilder("dd", "if=" + file, "iflag=nocache", "count=0", "status=none")
                    .inheritIO()
                    .start()
                    .waitFor();
        }
    }

    /** The files but those of the log, of which little is read. */
    private static List<Path> filesOf(Path store) throws IOException {
        try (Stream<Path> all = Files.list(store)) {
            return all.filter(file -> !file.getFileName().toString().startsWith("wal-"))
                    .toList();
        }
    }

    private List<String> command(Path store, Case one) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(FLAGS);
        command.add("-Ddev.simonides.advice=" + one.advice().lower());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), LimitedProbe.class.getName()));
        command.addAll(List.of(store.toString(), one.navigation().name(), files.get(1), files.get(2)));
        command.addAll(List.of(Integer.toString(ef), Double.toString(seconds)));
        return command;
    }

    /** Reads names and numbers up to an empty line or the end. */
    private static void read(BufferedReader said, Map<String, Double> values) throws IOException {
        for (String line = said.readLine(); line != null && !line.isEmpty(); line = said.readLine()) {
            int space = line.indexOf(' ');
            values.put(line.substring(0, space), Double.valueOf(line.substring(space + 1)));
        }
    }
}
