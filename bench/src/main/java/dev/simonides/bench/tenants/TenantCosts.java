// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.tenants;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.simonides.bench.Machine;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A program that fills a store with many small tenants and prints what they cost, as a whole, a tenant, a vector, and
 * compared with one byte a component.
 *
 * <p>Arguments: a directory, in which it makes the store and an empty one, and leaves them for the next run; then
 * {@code --tenants N} (100,000), {@code --vectors N} of each (10), {@code --dimension N} (384), {@code --json} for one JSON
 * object a line. What is resident is that of a JVM that has just opened the store, less that of one that has opened the empty
 * one; both shrink their heaps to what lives.
 */
public final class TenantCosts {
    private static final JsonFactory JSON = new JsonFactory();
    private static final List<String> FLAGS = List.of(
            "-XX:MinHeapFreeRatio=0",
            "-XX:MaxHeapFreeRatio=5",
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED");

    private final Path directory;
    private final boolean json;
    private final PrintStream out;
    private int tenants = 100_000;
    private int vectors = 10;
    private int dimension = 384;

    private TenantCosts(Path directory, boolean json, PrintStream out) {
        this.directory = directory;
        this.json = json;
        this.out = out;
    }

    /**
     * Measures and prints.
     *
     * @param arguments directory and options, as above
     * @throws IOException if files cannot be read
     */
    public static void main(String[] arguments) throws IOException {
        parse(List.of(arguments), System.out).run();
    }

    /** Reads the arguments; a wrong one is refused in one line. */
    static TenantCosts parse(List<String> arguments, PrintStream out) {
        if (arguments.isEmpty() || arguments.getFirst().startsWith("--")) {
            throw new IllegalArgumentException("a directory for the stores comes first");
        }
        TenantCosts costs = new TenantCosts(Path.of(arguments.getFirst()), arguments.contains("--json"), out);
        for (int i = 1; i < arguments.size(); i++) {
            String option = arguments.get(i);
            if (option.equals("--json")) {
                continue;
            }
            if (i + 1 == arguments.size()) {
                throw new IllegalArgumentException("not an option, or its value is missing: " + option);
            }
            int value = Integer.parseInt(arguments.get(++i));
            if (value < 1) {
                throw new IllegalArgumentException(option + ": expected at least 1, actual=" + value);
            }
            switch (option) {
                case "--tenants" -> costs.tenants = value;
                case "--vectors" -> costs.vectors = value;
                case "--dimension" -> costs.dimension = value;
                default -> throw new IllegalArgumentException("not an option: " + option);
            }
        }
        return costs;
    }

    /** Fills what is missing, measures and prints. */
    void run() throws IOException {
        print(measure());
    }

    /**
     * What was measured.
     *
     * @param disk bytes by what the files hold
     * @param opened what the JVM says that opened the store
     * @param nothing what the JVM says that opened the empty one
     */
    record Costs(Map<String, Long> disk, Map<String, Long> opened, Map<String, Long> nothing) {
        long difference(String name) {
            return value(opened, name) - value(nothing, name);
        }
    }

    /** Fills what is missing, and opens both stores, each in a JVM of its own. */
    Costs measure() throws IOException {
        Path full = filled(store(tenants));
        Path empty = filled(store(0));
        return new Costs(TenantStore.bytesByKind(full), probe(full, tenants), probe(empty, 0));
    }

    private TenantStore store(int count) {
        return new TenantStore(count, vectors, dimension);
    }

    void print(Costs costs) {
        out.println(json ? Machine.current().json() : "# " + Machine.current().line());
        if (!json) {
            out.println("# " + tenants + " tenants of " + vectors + " vectors of " + dimension + " dimensions");
            out.printf(Locale.ROOT, "%-28s %16s %12s %12s %8s%n", "what", "bytes", "a tenant", "a vector", "ratio");
        }
        costs.disk().forEach((kind, bytes) -> printBytes("disk " + kind, bytes));
        printBytes(
                "disk",
                costs.disk().values().stream().mapToLong(Long::longValue).sum());
        long resident = costs.difference(TenantProbe.RESIDENT_BYTES);
        long heap = costs.difference(TenantProbe.HEAP_BYTES);
        printBytes("memory heap", heap);
        printBytes("memory besides", resident - heap);
        printBytes("memory", resident);
        printBytes("memory charged", costs.difference(TenantProbe.CHARGED_BYTES));
        printMillis("opening in a cold JVM", value(costs.opened(), TenantProbe.OPEN_MILLIS));
        printMillis("opening again", value(costs.opened(), TenantProbe.OPEN_AGAIN_MILLIS));
        printSearch("search in random tenants", costs.opened(), TenantProbe.RANDOM_P50, TenantProbe.RANDOM_P99);
        printSearch("search in one tenant", costs.opened(), TenantProbe.ONE_P50, TenantProbe.ONE_P99);
    }

    private Path filled(TenantStore wanted) throws IOException {
        Path folder = directory.resolve(wanted.tenants() + "-" + wanted.vectors() + "-" + wanted.dimension());
        Path finished = folder.resolve("made");
        if (!Files.exists(finished)) {
            Files.createDirectories(folder);
            wanted.fill(folder.resolve("store"));
            Files.createFile(finished);
        }
        return folder.resolve("store");
    }

    private Map<String, Long> probe(Path store, int tenantCount) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(FLAGS);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), TenantProbe.class.getName()));
        command.addAll(List.of(store.toString(), Integer.toString(tenantCount), Integer.toString(dimension)));
        Process child = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String text = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Map<String, Long> values = new HashMap<>();
        text.lines().forEach(line -> {
            int space = line.indexOf(' ');
            values.put(line.substring(0, space), Long.parseLong(line.substring(space + 1)));
        });
        if (!values.containsKey(TenantProbe.OPEN_AGAIN_MILLIS)) {
            throw new IOException("the JVM that opened " + store + " said: " + text);
        }
        return values;
    }

    private static long value(Map<String, Long> values, String name) {
        Long value = values.get(name);
        if (value == null) {
            throw new IllegalStateException("not measured: " + name);
        }
        return value;
    }

    private void printBytes(String what, long bytes) {
        double aTenant = (double) bytes / tenants;
        double ratio = (double) bytes / store(tenants).rawBytes();
        if (json) {
            Map<String, Number> numbers = new LinkedHashMap<>();
            numbers.put("bytes", bytes);
            numbers.put("bytes_a_tenant", Math.round(aTenant));
            numbers.put("ratio", Math.round(ratio * 1000) / 1000.0);
            out.println(json(what, numbers));
        } else {
            out.printf(Locale.ROOT, "%-28s %16d %12.0f %12.1f %8.3f%n", what, bytes, aTenant, aTenant / vectors, ratio);
        }
    }

    private void printMillis(String what, long millis) {
        out.println(json ? json(what, Map.of("millis", millis)) : what + ": " + millis + " ms");
    }

    private void printSearch(String what, Map<String, Long> opened, String p50, String p99) {
        double micros50 = value(opened, p50) / 1e3;
        double micros99 = value(opened, p99) / 1e3;
        if (json) {
            Map<String, Number> numbers = new LinkedHashMap<>();
            numbers.put("p50_us", micros50);
            numbers.put("p99_us", micros99);
            out.println(json(what, numbers));
        } else {
            out.printf(Locale.ROOT, "%s: p50 %.2f us, p99 %.2f us%n", what, micros50, micros99);
        }
    }

    private static String json(String what, Map<String, ? extends Number> numbers) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("what", what);
            for (Map.Entry<String, ? extends Number> number : numbers.entrySet()) {
                if (number.getValue() instanceof Double value) {
                    json.writeNumberField(number.getKey(), value);
                } else {
                    json.writeNumberField(number.getKey(), number.getValue().longValue());
                }
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }
}
