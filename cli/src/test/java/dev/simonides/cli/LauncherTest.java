// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.simonides.MemoryIndex;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code bin/simonides} in a project of its own, whose jar holds nothing but the class path of this test, and whose Maven
 * is a script: so the launcher is tested before there is anything to launch, and in a folder with spaces in its name.
 */
@DisabledOnOs(OS.WINDOWS)
final class LauncherTest {
    @TempDir
    private Path folder;

    private Path project;
    private Path jar;
    private Path launcher;
    private Path nativeLibrary;

    @BeforeEach
    void copyLauncher() throws IOException {
        project = Files.createDirectories(folder.resolve("a project"));
        jar = project.resolve("cli/target/simonides.jar");
        launcher = project.resolve("bin/simonides");
        Files.createDirectories(launcher.getParent());
        Files.createDirectories(jar.getParent());
        Files.copy(original(), launcher);
        nativeLibrary = project.resolve("cli/target/lib/simonides-native-simd-1.jar");
        Files.createDirectories(nativeLibrary.getParent());
        Files.writeString(nativeLibrary, "..native/linux-x86_64/libsimonides_kernels.so..");
    }

    @Test
    void runsTheJarAndPassesItsArgumentsAndItsExitCodeOn() throws IOException, InterruptedException {
        makeJar(jar);
        Path store = folder.resolve("my 'store'");

        Result created = run(Map.of(), launcher, "create", store.toString(), "--dim", "8", "--json");
        Result refused = run(Map.of(), launcher, "create", store.toString(), "--dim", "0");

        assertEquals(ExitCode.DONE, created.exitCode(), created::toString);
        assertEquals(List.of(), created.err(), "the JVM has nothing to say");
        assertEquals(1, created.out().size());
        assertTrue(Files.isDirectory(store));
        assertEquals(ExitCode.USAGE, refused.exitCode(), refused::toString);
        assertEquals(1, refused.err().size(), refused::toString);
    }

    @Test
    void offersTheVectorApiWhereThereIsNoNativeLibrary() throws IOException, InterruptedException {
        makeJar(jar);
        Files.writeString(nativeLibrary, "a jar built without a C compiler");

        Result version = run(Map.of(), launcher, "--version");

        assertEquals(ExitCode.DONE, version.exitCode(), version::toString);
        assertTrue(version.err().getFirst().contains("jdk.incubator.vector"), version::toString);
    }

    @Test
    void isFoundThroughSymbolicLinks() throws IOException, InterruptedException {
        makeJar(jar);
        Path far = Files.createSymbolicLink(folder.resolve("far"), Path.of("a project", "bin", "simonides"));
        Path near = Files.createSymbolicLink(folder.resolve("near"), far.toAbsolutePath());

        Result version = run(Map.of(), near, "--version");

        assertEquals(ExitCode.DONE, version.exitCode(), version::toString);
        assertTrue(version.out().getFirst().contains("on Java 25"), version::toString);
    }

    @Test
    void anotherProcessFindsTheStoreLocked() throws IOException, InterruptedException {
        makeJar(jar);
        Path store = folder.resolve("s");
        Outcome.of("create", store, "--dim", 8).done();

        Result second;
        try (MemoryIndex index = MemoryIndex.open(store)) {
            assertEquals(0, index.stats().liveCount());
            second = run(Map.of(), launcher, "checkpoint", store.toString());
            Result seen = run(Map.of(), launcher, "info", store.toString());
            assertEquals(ExitCode.DONE, seen.exitCode(), seen::toString);
            assertTrue(seen.out().getFirst().contains("its last checkpoint"), seen::toString);
        }

        assertEquals(ExitCode.LOCKED, second.exitCode(), second::toString);
        assertEquals(1, second.err().size(), second::toString);
        assertTrue(second.err().getFirst().contains("process"), second::toString);
        assertEquals(
                ExitCode.DONE,
                run(Map.of(), launcher, "checkpoint", store.toString()).exitCode());
    }

    /** Of the mount, because permissions do not keep root from writing. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void looksAtAStoreThatCannotBeWritten() throws IOException, InterruptedException {
        makeJar(jar);
        Path store = folder.resolve("s");
        Outcome.of("create", store, "--dim", 8).done();
        Files.delete(store.resolve("LOCK"));
        String mounting = "mount --bind s s && mount -o remount,ro,bind s s || { echo skipped; exit 0; };"
                + " \"$0\" checkpoint s; for command in info verify; do \"$0\" $command s --json || exit; done";

        Result seen = run(
                Map.of(),
                Path.of("unshare"),
                "--mount",
                "--map-root-user",
                "sh",
                "-c",
                "cd '" + folder + "' && " + mounting,
                launcher.toString());

        assumeFalse(
                seen.out().contains("skipped") || seen.err().stream().anyMatch(line -> line.startsWith("unshare:")),
                () -> "nothing can be mounted: " + seen);
        assertEquals(ExitCode.DONE, seen.exitCode(), seen::toString);
        assertEquals(2, seen.out().size(), seen::toString);
        for (String line : seen.out()) {
            assertTrue(line.contains("\"read_only\":true,\"checkpoint_only\":false"), line);
        }
        assertTrue(seen.err().getFirst().contains("not permitted"), seen::toString);
        assertTrue(Files.notExists(store.resolve("LOCK")));
    }

    @Test
    void buildsTheJarWhereItIsMissing() throws IOException, InterruptedException {
        Path made = folder.resolve("made.jar");
        makeJar(made);
        Path tools = mavenScript("echo noise; cp '" + made + "' cli/target/simonides.jar");

        Result version = run(Map.of("PATH", tools + File.pathSeparator + System.getenv("PATH")), launcher, "--version");

        assertEquals(ExitCode.DONE, version.exitCode(), version::toString);
        assertEquals(1, version.out().size(), version::toString);
        assertEquals(1, version.err().size(), version::toString);
        assertTrue(version.err().getFirst().contains("building"), version::toString);
    }

    @Test
    void passesOnThatTheBuildFoundNoCompiler() throws IOException, InterruptedException {
        Path made = folder.resolve("made.jar");
        makeJar(made);
        String said = "native-simd: no C compiler (cc, gcc, clang) on the PATH: built without the native kernels";
        Path tools = mavenScript("echo noise; echo '" + said + "'; cp '" + made + "' cli/target/simonides.jar");

        Result version = run(Map.of("PATH", tools + File.pathSeparator + System.getenv("PATH")), launcher, "--version");

        assertEquals(ExitCode.DONE, version.exitCode(), version::toString);
        assertEquals(2, version.err().size(), version::toString);
        assertEquals("simonides: " + said, version.err().getLast());
    }

    @Test
    void buildsAgainWhereTheLibrariesBesideTheJarAreMissing() throws IOException, InterruptedException {
        makeJar(jar);
        Path aside = Files.move(nativeLibrary, folder.resolve("aside.jar"));
        Files.delete(nativeLibrary.getParent());
        Path tools = mavenScript("mkdir cli/target/lib; cp '" + aside + "' '" + nativeLibrary + "'");

        Result version = run(Map.of("PATH", tools + File.pathSeparator + System.getenv("PATH")), launcher, "--version");

        assertEquals(ExitCode.DONE, version.exitCode(), version::toString);
        assertEquals(1, version.err().size(), version::toString);
        assertTrue(version.err().getFirst().contains("building"), version::toString);
        assertTrue(Files.exists(nativeLibrary));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void failsWhereItsOutputFindsNoRoom() throws IOException, InterruptedException {
        makeJar(jar);
        Path err = folder.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(launcher.toString(), "--help")
                .redirectOutput(Path.of("/dev/full").toFile())
                .redirectError(err.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));

        int exitCode = builder.start().waitFor();

        assertEquals(ExitCode.FAILED, exitCode);
        assertEquals(1, Files.readAllLines(err).size(), () -> "one line: " + err);
        assertTrue(Files.readString(err).contains("stdout"));
    }

    @Test
    void aDemonstrationThatIsToldToEndRemovesItsStore() throws IOException, InterruptedException {
        makeJar(jar);
        Path temporary = Files.createDirectory(folder.resolve("temporary"));
        ProcessBuilder builder = new ProcessBuilder(launcher.toString(), "demo")
                .redirectError(folder.resolve("err").toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        // The options are split at spaces, so the path may have none.
        builder.environment().put("SIMONIDES_JAVA_OPTS", "-Djava.io.tmpdir=" + temporary);
        Process demo = builder.start();
        try (BufferedReader said = demo.inputReader(StandardCharsets.UTF_8)) {
            assertTrue(said.readLine().startsWith("1. Storing"));
            assertEquals(1, names(temporary).size());

            demo.destroy();

            assertTrue(demo.waitFor() != ExitCode.DONE);
            assertEquals(List.of(), names(temporary));
        } finally {
            demo.destroyForcibly();
        }
    }

    private static List<String> names(Path directory) {
        return List.of(Objects.requireNonNull(
                directory.toFile().list((_, name) -> name.startsWith("simonides-demo-")), directory.toString()));
    }

    @Test
    void showsTheOutputOfABuildThatFails() throws IOException, InterruptedException {
        Path tools = mavenScript("echo no such compiler; exit 1");

        Result version = run(Map.of("PATH", tools + File.pathSeparator + System.getenv("PATH")), launcher, "--version");

        assertEquals(1, version.exitCode(), version::toString);
        assertEquals(List.of(), version.out());
        assertTrue(version.err().contains("no such compiler"), version::toString);
        assertTrue(version.err().getLast().contains("build failed"), version::toString);
    }

    @Test
    void saysThatThereIsNoJava() throws IOException, InterruptedException {
        makeJar(jar);
        String script = Files.readString(launcher);
        // No machine has a Java 9999, wherever it looks.
        Files.writeString(launcher, script.replace("=\"25[", "=\"9999["));

        Result version = run(Map.of(), launcher, "--version");

        assertEquals(1, version.exitCode(), version::toString);
        assertEquals(1, version.err().size(), version::toString);
        assertTrue(version.err().getFirst().contains("JAVA_HOME"), version::toString);
    }

    private record Result(int exitCode, List<String> out, List<String> err) {}

    private Result run(Map<String, String> environment, Path program, String... arguments)
            throws IOException, InterruptedException {
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        int exitCode = builder.start().waitFor();
        return new Result(exitCode, Files.readAllLines(out), Files.readAllLines(err));
    }

    /** The launcher of this project: the test runs in the module's folder or in the project's. */
    private static Path original() {
        return List.of(Path.of("../bin/simonides"), Path.of("bin/simonides")).stream()
                .filter(Files::isRegularFile)
                .findFirst()
                .orElseThrow();
    }

    private static void makeJar(Path file) throws IOException {
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.put(Attributes.Name.MAIN_CLASS, Simonides.class.getName());
        attributes.put(
                Attributes.Name.CLASS_PATH,
                Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                        .map(entry -> Path.of(entry).toAbsolutePath().toUri().toString())
                        .collect(Collectors.joining(" ")));
        new JarOutputStream(Files.newOutputStream(file), manifest).close();
    }

    private Path mavenScript(String line) throws IOException {
        Path tools = Files.createDirectories(folder.resolve("tools"));
        Path maven = tools.resolve("mvn");
        Files.write(maven, ("#!/bin/sh\n" + line + "\n").getBytes(StandardCharsets.UTF_8));
        Files.setPosixFilePermissions(maven, PosixFilePermissions.fromString("rwxr-xr-x"));
        return tools;
    }
}
