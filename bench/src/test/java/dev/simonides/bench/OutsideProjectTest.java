// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Builds the Maven project in {@code src/test/outside-project} against the installed artifacts and runs it, on the class
 * path and on the module path, with the Vector API and without.
 *
 * <p>The artifacts are installed into a repository under {@code target} that otherwise consists of links into the user's, so
 * nothing is downloaded twice and none of our snapshots reaches the user's repository. Runs after {@code package}, where the
 * jars are; the build hands over the properties.
 */
@Tag("outside")
class OutsideProjectTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path WORK = Path.of("target", "outside").toAbsolutePath();
    private static final Path REPOSITORY = WORK.resolve("repository");
    private static final Path PROJECT = WORK.resolve("project");
    private static final Path CLASSES = PROJECT.resolve("target/classes");
    private static final Path LIBRARIES = PROJECT.resolve("target/lib");
    private static final List<String> MODULES = List.of("native-simd", "quantization", "wal", "index-core");
    private static final List<String> PLUGINS = List.of("toolchains", "resources", "compiler", "dependency");
    private static final int MINUTES_MAX = 5;

    @BeforeAll
    static void buildsAgainstTheInstalledArtifacts() throws Exception {
        delete(WORK);
        Files.createDirectories(REPOSITORY);
        linkRepository(Path.of(property("local.repository")), REPOSITORY, Path.of("dev", "simonides"));
        install();
        copy(Path.of("src", "test", "outside-project").toAbsolutePath(), PROJECT);

        var command = new ArrayList<>(
                List.of(Path.of(property("maven.home"), "bin", "mvn").toString(), "-B", "-ntp"));
        if (property("maven.network").equals("offline=true")) {
            command.add("-o");
        }
        command.add("-Dmaven.repo.local=" + REPOSITORY);
        command.add("-Dsimonides.version=" + property("simonides.version"));
        PLUGINS.forEach(
                plugin -> command.add("-D" + plugin + "-plugin.version=" + property(plugin + "-plugin.version")));
        command.add("process-classes");
        var output = run(command, PROJECT, "maven.log");
        assertTrue(Files.isDirectory(LIBRARIES), output);
    }

    /** The links go at once, so that no tool that follows links meets the user's repository under {@code target}. */
    @AfterAll
    static void removesTheLinks() throws IOException {
        delete(REPOSITORY);
    }

    @ParameterizedTest
    @CsvSource({
        "class path,  false, ''",
        "module path, false, ''",
        "class path,  false, scalar",
        "class path,  true,  vector-api",
        "module path, false, scalar",
        "module path, true,  vector-api",
    })
    void storesAndFinds(String path, boolean vectorApi, String tier, @TempDir Path folder) throws Exception {
        var command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        if (vectorApi) {
            command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
        }
        if (!tier.isEmpty()) {
            // Without the native tiers the Vector API runs if and only if its module is there.
            command.add("-Ddev.simonides.kernels=vector-api");
        }
        command.addAll(path.equals("class path") ? onTheClassPath() : onTheModulePath());
        command.add(folder.resolve("store").toString());

        var output = run(command, PROJECT, "run-" + path.replace(' ', '-') + "-" + vectorApi + tier + ".log");

        assertTrue(output.contains("found seat-2 Pollux\n"), output);
        assertTrue(output.contains("kernels " + tier), output);
        var module = path.equals("class path") ? "null" : "dev.simonides.core";
        assertTrue(output.contains("module " + module + "\n"), output);
    }

    private static List<String> onTheClassPath() {
        return List.of(
                "-classpath", CLASSES + File.pathSeparator + LIBRARIES.resolve("*"), "org.example.outside.Outside");
    }

    private static List<String> onTheModulePath() {
        return List.of(
                "--module-path",
                CLASSES + File.pathSeparator + LIBRARIES,
                "--module",
                "org.example.outside/org.example.outside.Outside");
    }

    private static String property(String name) {
        var value = System.getProperty("outside." + name, "");
        assertTrue(!value.isEmpty(), () -> "run by the build, which sets outside." + name);
        return value;
    }

    /** Links every entry of a repository, except the one named, whose parents become folders of their own. */
    private static void linkRepository(Path from, Path to, Path except) throws IOException {
        var kept = except.getName(0);
        try (var entries = Files.list(from)) {
            for (var entry : entries.toList()) {
                var name = entry.getFileName();
                if (!name.equals(kept)) {
                    Files.createSymbolicLink(to.resolve(name), entry.toAbsolutePath());
                } else if (except.getNameCount() > 1) {
                    linkRepository(
                            entry, Files.createDirectories(to.resolve(name)), except.subpath(1, except.getNameCount()));
                }
            }
        }
    }

    /** Lays the parent and the modules of the library into the repository, as installing them does. */
    private static void install() throws IOException {
        install("simonides", ROOT.resolve("pom.xml"), List.of());
        for (var module : MODULES) {
            var artifact = "simonides-" + module;
            var jar = ROOT.resolve(module)
                    .resolve("target")
                    .resolve(artifact + "-" + property("simonides.version") + ".jar");
            install(artifact, ROOT.resolve(module).resolve("pom.xml"), List.of(jar));
        }
    }

    private static void install(String artifact, Path pom, List<Path> jars) throws IOException {
        var version = property("simonides.version");
        var folder = Files.createDirectories(
                REPOSITORY.resolve("dev/simonides").resolve(artifact).resolve(version));
        Files.copy(pom, folder.resolve(artifact + "-" + version + ".pom"));
        for (var jar : jars) {
            Files.copy(jar, folder.resolve(jar.getFileName()));
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (var file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)));
            }
        }
    }

    /** Deletes a folder; links are taken away, not followed. */
    private static void delete(Path folder) throws IOException {
        if (Files.isDirectory(folder) && !Files.isSymbolicLink(folder)) {
            try (Stream<Path> entries = Files.list(folder)) {
                for (var entry : entries.toList()) {
                    delete(entry);
                }
            }
        }
        Files.deleteIfExists(folder);
    }

    /** Runs a command to its end and returns what it printed; fails unless it exits with 0. */
    private static String run(List<String> command, Path folder, String log) throws Exception {
        var file = WORK.resolve(log);
        var builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(file.toFile());
        builder.environment().put("JAVA_HOME", property("maven.java.home"));
        var process = builder.start();
        try {
            assertTrue(process.waitFor(MINUTES_MAX, TimeUnit.MINUTES), () -> "still running: " + command);
        } finally {
            process.destroyForcibly();
        }
        var output = Files.readString(file);
        assertEquals(0, process.exitValue(), () -> String.join(" ", command) + "\n" + output);
        return output;
    }
}
