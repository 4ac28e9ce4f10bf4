// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.write;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.simonides.bench.Machine;
import dev.simonides.wal.Durability;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * A program that measures acknowledged writes a second, for 1, 8 and 64 writers under each durability, and prints them beside
 * the rate at which the same disk syncs 4 KiB.
 *
 * <p>Arguments: a directory on the disk to be measured, in which it makes one store a run and leaves them there; then
 * {@code --seconds N} a run (5), {@code --durability D} for one durability only, {@code --writers N} for one number of
 * writers only, {@code --json} for one JSON object a line.
 */
public final class WriteRates {
    private static final List<String> DURABILITIES = List.of("sync-each", "group", "async", "none");
    private static final List<Integer> WRITERS = List.of(1, 8, 64);
    private static final JsonFactory JSON = new JsonFactory();
    private static final double MICRO = 1_000;

    /**
     * A run beside its disk.
     *
     * @param run what ran
     * @param diskRateMin syncs a second of the disk, before the run or after it: the lower one
     * @param diskRateMax the higher one
     * @param measured what the run gave
     */
    record Result(WriteRun run, double diskRateMin, double diskRateMax, WriteRun.Measured measured) {}

    private final Path directory;
    private final boolean json;
    private final PrintStream out;
    private double seconds = 5;
    private List<String> durabilities = DURABILITIES;
    private List<Integer> writers = WRITERS;

    private WriteRates(Path directory, boolean json, PrintStream out) {
        this.directory = directory;
        this.json = json;
        this.out = out;
    }

    /**
     * Measures and prints.
     *
     * @param arguments directory and options, as above
     */
    public static void main(String[] arguments) {
        WriteRates rates = parse(List.of(arguments), System.out);
        rates.run();
    }

    /** Reads the arguments; a wrong one is refused in one line. */
    static WriteRates parse(List<String> arguments, PrintStream out) {
        if (arguments.isEmpty() || arguments.getFirst().startsWith("--")) {
            throw new IllegalArgumentException("a directory on the disk to be measured comes first");
        }
        WriteRates rates = new WriteRates(Path.of(arguments.getFirst()), arguments.contains("--json"), out);
        for (int i = 1; i < arguments.size(); i++) {
            String option = arguments.get(i);
            if (option.equals("--json")) {
                continue;
            }
            if (i + 1 == arguments.size()) {
                throw new IllegalArgumentException("not an option, or its value is missing: " + option);
            }
            String value = arguments.get(++i);
            switch (option) {
                case "--seconds" -> rates.seconds = Double.parseDouble(value);
                case "--durability" -> rates.durabilities = List.of(value);
                case "--writers" -> rates.writers = List.of(Integer.parseInt(value));
                default -> throw new IllegalArgumentException("not an option: " + option);
            }
        }
        return rates;
    }

    /** Measures every run and prints it. */
    List<Result> run() {
        printHead();
        List<Result> results = new ArrayList<>();
        for (WriteRun run : runs()) {
            // Before and after: a disk that others use is not the same from one second to the next.
            double before = DiskRate.measure(directory, Math.min(1, seconds));
            Path store = directory.resolve("store-" + results.size());
            WriteRun.Measured measured = run.measure(store, Math.min(2, seconds), seconds);
            double after = DiskRate.measure(directory, Math.min(1, seconds));
            Result result = new Result(run, Math.min(before, after), Math.max(before, after), measured);
            results.add(result);
            print(result);
        }
        return results;
    }

    private List<WriteRun> runs() {
        List<WriteRun> runs = new ArrayList<>();
        for (String durability : durabilities) {
            for (int count : writers) {
                runs.add(new WriteRun(Durability.parse(durability), count, false));
            }
        }
        for (String durability : durabilities) {
            runs.add(new WriteRun(Durability.parse(durability), writers.getLast(), true));
        }
        return runs;
    }

    private void printHead() {
        if (json) {
            out.println(Machine.current().json());
        } else {
            out.println("# " + Machine.current().line());
            out.println("# puts of " + WriteRun.DIMENSION + " dimensions, " + seconds + " s each");
            out.printf(
                    Locale.ROOT,
                    "%-18s %7s %-8s %15s %12s %10s %10s %10s%n",
                    "durability",
                    "writers",
                    "graph",
                    "fdatasync/s",
                    "acked/s",
                    "linked/s",
                    "p50 us",
                    "p99 us");
        }
    }

    private void print(Result result) {
        Histogram latencies = result.measured().latencies();
        double p50 = latencies.getValueAtPercentile(50) / MICRO;
        double p99 = latencies.getValueAtPercentile(99) / MICRO;
        WriteRun run = result.run();
        if (json) {
            out.println(json(result, p50, p99));
        } else {
            out.printf(
                    Locale.ROOT,
                    "%-18s %7d %-8s %15s %12.0f %10s %10.0f %10.0f%n",
                    run.durability(),
                    run.writers(),
                    run.linking() ? "linking" : "none",
                    Math.round(result.diskRateMin()) + ".." + Math.round(result.diskRateMax()),
                    result.measured().acknowledgedRate(),
                    run.linking()
                            ? String.format(
                                    Locale.ROOT, "%.0f", result.measured().linkedRate())
                            : "-",
                    p50,
                    p99);
        }
    }

    private static String json(Result result, double p50, double p99) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("durability", result.run().durability().toString());
            json.writeNumberField("writers", result.run().writers());
            json.writeBooleanField("linking", result.run().linking());
            json.writeNumberField("fdatasync_per_second_min", Math.round(result.diskRateMin()));
            json.writeNumberField("fdatasync_per_second_max", Math.round(result.diskRateMax()));
            json.writeNumberField(
                    "acknowledged_per_second", Math.round(result.measured().acknowledgedRate()));
            if (result.run().linking()) {
                json.writeNumberField(
                        "linked_per_second", Math.round(result.measured().linkedRate()));
            }
            json.writeNumberField("p50_us", Math.round(p50));
            json.writeNumberField("p99_us", Math.round(p99));
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }
}
