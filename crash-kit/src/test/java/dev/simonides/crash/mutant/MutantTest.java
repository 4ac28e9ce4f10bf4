// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash.mutant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.Soak;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Breaks the engine in one place at a time: the crash tests must notice, else they are worth nothing. */
@Tag("crash")
@Execution(ExecutionMode.CONCURRENT) // each is a process of one thread
class MutantTest {
    private static final Path MUTANTS = Path.of("src/test/resources/mutants");
    private static final int SECONDS_MAX = 600;

    @TempDir
    private Path folder;

    private static List<Mutant> mutants() throws IOException {
        List<Mutant> mutants = new ArrayList<>();
        try (Stream<Path> files = Files.list(MUTANTS)) {
            for (Path file : files.sorted().toList()) {
                mutants.add(Mutant.read(file));
            }
        }
        return mutants;
    }

    /** Each mutant with each suite that must notice it by itself. */
    static Stream<Arguments> trials() throws IOException {
        return mutants().stream().flatMap(mutant -> mutant.suites().stream().map(suite -> Arguments.of(mutant, suite)));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("trials")
    void isCaught(Mutant mutant, Trial.Suite suite) throws IOException, InterruptedException {
        mutant.compile(folder);

        Result result = run(Mutant.classes(folder) + File.pathSeparator + Mutant.classPath(), List.of(suite));

        System.out.println("mutant " + mutant.name() + ": " + mutant.what() + ": " + result.lastLine());
        assertEquals(
                Trial.CAUGHT,
                result.status,
                () -> mutant.name() + ", which " + mutant.what() + ", was not caught by " + suite + ":\n"
                        + result.output);
    }

    @Test
    void theEngineItselfPasses() throws IOException, InterruptedException {
        List<Trial.Suite> suites = new ArrayList<>(List.of(Trial.Suite.values()));
        if (!Soak.on()) {
            suites.remove(Trial.Suite.KILLS);
        }

        Result result = run(Mutant.classPath(), suites);

        System.out.print(result.output);
        assertEquals(0, result.status, () -> result.output);
        assertTrue(mutants().size() >= 19, "mutants: " + mutants().size());
    }

    private record Result(int status, String output) {
        String lastLine() {
            String text = output.strip();
            String line = text.substring(text.lastIndexOf("caught: ") < 0 ? 0 : text.lastIndexOf("caught: "));
            return line.lines().findFirst().orElse("").replaceAll("(.{200}).*", "$1...");
        }
    }

    private Result run(String classPath, List<Trial.Suite> suites) throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-ea",
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.util.logging.config.file=src/test/resources/logging.properties",
                // Where a failed history of kills stays, and here all of them fail.
                "-Djava.io.tmpdir=" + folder,
                "-cp",
                classPath,
                Trial.class.getName()));
        suites.forEach(suite -> command.add(suite.name()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertTrue(process.waitFor(SECONDS_MAX, TimeUnit.SECONDS), () -> "still running: " + suites);
        } finally {
            process.destroyForcibly();
        }
        return new Result(process.exitValue(), Files.readString(output));
    }
}
