// SPDX-License-Identifier: Apache-2.0
package dev.simonides.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.simonides.wal.Soak;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jcstress.Main;
import org.openjdk.jcstress.infra.Status;
import org.openjdk.jcstress.infra.collectors.DiskReadCollector;
import org.openjdk.jcstress.infra.collectors.InProcessCollector;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.grading.TestGrading;

/**
 * Runs the jcstress tests of this module, the classes {@code *Stress}, in JVMs of their own, and fails if one of them saw
 * what it forbids, ended with an error, or did not run.
 *
 * <p>The short form gives each test one JVM for 0.6 seconds, the compilers as they come, and fails if all of them together take
 * more than two minutes. The long one gives it a JVM for every combination of interpreter, C1 and C2 for its actors.
 * {@code -Djcstress.tests=Link} runs those whose name has a match.
 */
@Tag("stress")
class JcstressTest {
    private static final Pattern CHOSEN = Pattern.compile(System.getProperty("jcstress.tests", ""));
    private static final Path SOURCES = Path.of("src", "test", "java");
    private static final long SAMPLES_MIN = 100;

    /** What a build may spend on all of them: a test costs it less than two seconds. */
    private static final int SHORT_SECONDS_MAX = 120;

    /** So many at most: a pair of them has a JVM of 256 MiB. */
    private static final int PROCESSORS_MAX = 8;

    /** The scalar kernels, for the compiler sees through them; and it may put instructions in any order that is allowed. */
    private static final String JVM_ARGUMENTS =
            "-ea -XX:+UseSerialGC -XX:-RestrictContended -XX:+UnlockDiagnosticVMOptions -XX:+StressLCM -XX:+StressGCM"
                    + " -Ddev.simonides.kernels=scalar --enable-native-access=ALL-UNNAMED";

    @TempDir
    private Path directory;

    @Test
    void noTestSeesWhatItForbids() throws IOException, InterruptedException, ClassNotFoundException {
        assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "two actors need two processors");

        runJcstress();

        List<TestResult> results = results();
        print(results);
        assertEquals(String.join("\n", written()), names(results), "the tests that there are, and those that ran");
        List<String> findings = results.stream()
                .map(JcstressTest::finding)
                .filter(finding -> !finding.isEmpty())
                .toList();
        assertTrue(findings.isEmpty(), () -> String.join("\n", findings));
    }

    private List<String> command() {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + directory,
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Main.class.getName()));
        Map<String, Object> options = new TreeMap<>();
        options.put("-t", "^dev\\.simonides\\..*(" + CHOSEN.pattern() + ")");
        options.put("-r", "report");
        options.put("-strideSize", Generations.STRIDE_STATES);
        options.put("-strideCount", Generations.STRIDES);
        options.put("-f", Soak.amount(1, 1));
        options.put("-iters", Soak.on() ? 4 : 2);
        options.put("-time", Soak.on() ? 1_000 : 300);
        // Each combination of compilers, or what the JVM makes of it.
        options.put("-sc", Soak.on());
        options.put("-af", "NONE");
        options.put("-c", Math.min(PROCESSORS_MAX, Runtime.getRuntime().availableProcessors()));
        options.put("-pth", false);
        options.put("-jvmArgs", JVM_ARGUMENTS);
        options.forEach((name, value) -> command.addAll(List.of(name, value.toString())));
        return command;
    }

    private void runJcstress() throws IOException, InterruptedException {
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(command())
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            long start = System.nanoTime();
            boolean ended = process.waitFor(Soak.amount(10, 120), TimeUnit.MINUTES);
            assertTrue(ended, () -> "jcstress did not end: " + read(output));
            if (!Soak.on()) {
                requireShort(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start));
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        // It ends with a failure if a test does; what failed is in the results.
        assertFalse(resultFiles().isEmpty(), () -> read(output));
    }

    /**
     * More than that only where others use the processors too, as many times more as there are threads for each of them; the
     * build has a second process of tests.
     */
    private static void requireShort(long seconds) {
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()
                / Runtime.getRuntime().availableProcessors();
        long secondsMax = (long) (SHORT_SECONDS_MAX * Math.max(1.5, load));
        String took = String.format(
                Locale.ROOT, "jcstress: %d s of at most %d, threads a processor: %.1f", seconds, secondsMax, load);
        System.out.println(took);
        assertTrue(seconds <= secondsMax, took);
    }

    private List<Path> resultFiles() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".bin.gz")).toList();
        }
    }

    private List<TestResult> results() throws IOException, ClassNotFoundException {
        InProcessCollector collector = new InProcessCollector();
        DiskReadCollector reader =
                new DiskReadCollector(resultFiles().getFirst().toString(), collector);
        reader.dump();
        reader.close();
        return List.copyOf(collector.getTestResults());
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** The names of the tests in the sources: the list that jcstress reads is made by the compiler, and may be too short. */
    private static List<String> written() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            return files.map(file -> SOURCES.relativize(file)
                            .toString()
                            .replace(file.getFileSystem().getSeparator(), "."))
                    .filter(name -> name.endsWith("Stress.java"))
                    .map(name -> name.substring(0, name.length() - ".java".length()))
                    .filter(name -> CHOSEN.matcher(name).find())
                    .sorted()
                    .toList();
        }
    }

    private static String names(List<TestResult> results) {
        return results.stream().map(TestResult::getName).collect(Collectors.toCollection(TreeSet::new)).stream()
                .collect(Collectors.joining("\n"));
    }

    private static void print(List<TestResult> results) {
        Map<String, Map<String, Long>> counts = new TreeMap<>();
        for (TestResult result : results) {
            Map<String, Long> outcomes = counts.computeIfAbsent(result.getName(), name -> new TreeMap<>());
            for (String outcome : result.getStateKeys()) {
                outcomes.merge(outcome, result.getCount(outcome), Long::sum);
            }
        }
        counts.forEach((name, outcomes) -> {
            long samples = outcomes.values().stream().mapToLong(Long::longValue).sum();
            System.out.println("jcstress: " + String.format(Locale.ROOT, "%,d", samples) + " samples of " + name + ": "
                    + outcomes);
        });
    }

    /** What is wrong with a result; empty if nothing is. */
    private static String finding(TestResult result) {
        TestGrading grading = TestGrading.grade(result);
        boolean good = result.status() == Status.NORMAL && grading.isPassed && result.getTotalCount() >= SAMPLES_MIN;
        if (good) {
            return "";
        }
        StringBuilder finding = new StringBuilder(result.getName() + ": " + result.status() + ", "
                + result.getTotalCount() + " samples of at least " + SAMPLES_MIN);
        grading.gradingResults
                .values()
                .forEach(outcome -> finding.append("\n  ")
                        .append(outcome.count)
                        .append(" × (")
                        .append(outcome.id)
                        .append("), ")
                        .append(outcome.expect)
                        .append(": ")
                        .append(outcome.description));
        Stream.of(result.getMessages(), result.getVmErr(), result.getVmOut())
                .flatMap(List::stream)
                .forEach(line -> finding.append("\n  ").append(line));
        return finding.toString();
    }
}
