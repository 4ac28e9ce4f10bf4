// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.kernels;

import dev.simonides.bench.Machine;
import dev.simonides.simd.KernelTier;
import dev.simonides.simd.Kernels;
import java.io.PrintStream;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * A program that runs {@link KernelBenchmark} on every tier of this machine and prints nanoseconds a vector as a table.
 *
 * <p>Its arguments are JMH's: {@code -p tier=VECTOR_API} for one tier, {@code -wi 1 -i 1 -r 1} for a quick look.
 */
public final class KernelTable {
    private KernelTable() {}

    /**
     * Runs the benchmark.
     *
     * @param arguments options of JMH, which come before the benchmark's own
     * @throws CommandLineOptionException if an option is wrong
     * @throws RunnerException if the benchmark fails
     */
    public static void main(String[] arguments) throws CommandLineOptionException, RunnerException {
        String[] tiers = Stream.of(KernelTier.values())
                .sorted(Comparator.reverseOrder())
                .filter(KernelTable::present)
                .map(KernelTier::name)
                .toArray(String[]::new);
        CommandLineOptions given = new CommandLineOptions(arguments);
        OptionsBuilder options = new OptionsBuilder();
        options.parent(given);
        options.include(KernelBenchmark.class.getName());
        if (!given.getParameter("tier").hasValue()) {
            options.param("tier", tiers);
        }
        Collection<RunResult> results = new Runner(options.build()).run();
        print(results, System.out);
    }

    private static boolean present(KernelTier tier) {
        try {
            return Kernels.of(tier).tier() == tier;
        } catch (UnsupportedOperationException absent) {
            System.out.println("# not measured: " + absent.getMessage());
            return false;
        }
    }

    private static void print(Collection<RunResult> results, PrintStream out) {
        Map<String, Map<KernelTier, Double>> rows = new TreeMap<>();
        for (RunResult result : results) {
            String name = result.getParams().getBenchmark();
            String row = String.format(
                    "%-28s %9s %7s",
                    name.substring(name.lastIndexOf('.') + 1),
                    result.getParams().getParam("dimension"),
                    result.getParams().getParam("records"));
            rows.computeIfAbsent(row, key -> new EnumMap<>(KernelTier.class))
                    .put(
                            KernelTier.valueOf(result.getParams().getParam("tier")),
                            result.getPrimaryResult().getScore());
        }
        List<KernelTier> tiers = rows.values().stream()
                .flatMap(row -> row.keySet().stream())
                .distinct()
                .sorted(Comparator.reverseOrder())
                .toList();
        out.println("# " + Machine.current().line());
        out.println("# nanoseconds a vector");
        out.printf("%-28s %9s %7s", "kernel", "dimension", "records");
        tiers.forEach(tier -> out.printf(" %19s", tier.label()));
        out.println();
        rows.forEach((row, scores) -> {
            out.print(row);
            tiers.forEach(tier -> out.printf(" %19.2f", scores.getOrDefault(tier, Double.NaN)));
            out.println();
        });
    }
}
