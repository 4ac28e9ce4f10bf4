// SPDX-License-Identifier: Apache-2.0
package dev.simonides.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.simonides.wal.Soak;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A process that is root in a machine of its own: its mounts and its children are seen by nobody else and end with it, and
 * it ends with the test that started it. So whatever goes wrong, nothing stays mounted and no loop device attached.
 *
 * <p>The test calls {@link #run}, which starts the main method of a class; that calls {@link #enter} first.
 */
final class World {
    private static final int UNAVAILABLE = 77;
    private static final int ABANDONED = 78;
    private static final int FAILED = 1;
    private static final int SECONDS_MAX = 120;
    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private final Path directory;

    private World(Path directory) {
        this.directory = directory;
    }

    /** What a scenario does in its world. */
    interface Scenario {
        void play(World world) throws Exception;
    }

    /**
     * Runs a scenario in a world of its own and prints what it prints; skips the test, and says why, where that is
     * impossible.
     *
     * @param scenario has a main method, which calls {@link #enter}
     * @param directory an empty directory
     */
    static void run(Class<?> scenario, Path directory) throws IOException, InterruptedException {
        requireRoot();
        for (String tool : List.of("unshare", "mount", "umount", "losetup", "mkfs.ext4")) {
            requireTool(tool);
        }
        // The child of unshare is the first process of its world: when it ends, everything in the world does.
        List<String> command = new ArrayList<>(
                List.of("unshare", "--mount", "--pid", "--fork", "--kill-child=SIGKILL", "--mount-proc"));
        command.addAll(java(scenario, directory));
        command.add(directory.toString());
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("PATH", PATH);
        Process process = builder.start();
        StringBuilder output = new StringBuilder();
        Thread reader = Thread.ofVirtual().start(() -> copy(process, output));
        try {
            long limitSeconds = limitSeconds();
            if (!process.waitFor(limitSeconds, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                reader.join();
                fail(scenario.getSimpleName() + " did not end within " + limitSeconds + " s:\n" + text(output));
            }
            reader.join();
        } finally {
            process.destroyForcibly();
        }
        String text = text(output);
        if (process.exitValue() == UNAVAILABLE || text.startsWith("unshare:")) {
            abort("skipped: " + text.strip());
        }
        assertEquals(0, process.exitValue(), () -> scenario.getSimpleName() + ":\n" + text);
        System.out.print(text);
    }

    /** The command that runs a class on this process's class path. */
    static List<String> java(Class<?> main, Path directory) {
        return new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-ea",
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=" + directory.resolve("hs_err.log"),
                "--enable-native-access=ALL-UNNAMED",
                property("soak.amount"),
                property("soak.minutes"),
                "-Djava.util.logging.config.file=src/test/resources/logging.properties",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                main.getName()));
    }

    private static String property(String name) {
        return "-D" + name + "=" + System.getProperty(name, "0");
    }

    /** After that many seconds a scenario counts as hanging. */
    private static long limitSeconds() {
        return Soak.amount(SECONDS_MAX, 30 * SECONDS_MAX) + (long) (60 * Soak.minutes());
    }

    /** Skips the test unless it runs as root. */
    private static void requireRoot() throws IOException {
        if (!Files.exists(Path.of("/proc/self/ns/mnt"))
                || !Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
            abort("skipped: mounting needs root on Linux");
        }
    }

    /** Skips the test unless a program is installed. */
    static void requireTool(String tool) {
        if (Stream.of(PATH.split(":")).noneMatch(folder -> Files.isExecutable(Path.of(folder, tool)))) {
            abort("skipped: the program " + tool + " is not installed");
        }
    }

    /** Plays a scenario in the world that {@link #run} started, and ends its process. */
    static void enter(String[] arguments, Scenario scenario) {
        endWithTheTest();
        int status = FAILED;
        try {
            Path directory = Path.of(arguments[0]);
            try {
                shell("mount", "--make-rprivate", "/");
                shell("mount", "-t", "tmpfs", "-o", "size=512m,mode=0755", "tmpfs", directory.toString());
                new Ext4(directory.resolve("probe"), Ext4.LEAST_BYTES, Ext4.Journal.WITH).probe();
            } catch (IOException e) {
                System.out.println(e.getMessage());
                halt(UNAVAILABLE);
            }
            scenario.play(new World(directory));
            status = 0;
        } catch (Throwable e) { // whatever it is, the test shows it
            e.printStackTrace(System.out);
        }
        halt(status);
    }

    /** The test holds the other end of this process's input, and loses it with its life. */
    private static void endWithTheTest() {
        Thread.ofPlatform().daemon().start(() -> {
            try {
                while (System.in.read() >= 0) {
                    // Nothing is ever said.
                }
            } catch (IOException e) {
                // The end as well.
            }
            Runtime.getRuntime().halt(ABANDONED);
        });
    }

    private static void halt(int status) {
        System.out.flush();
        Runtime.getRuntime().halt(status);
    }

    /** An empty directory on a tmpfs, which nothing that happens to the disks of the world touches. */
    Path directory() {
        return directory;
    }

    /** A new ext4 file system in a file. */
    Ext4 ext4(String name, long bytes, Ext4.Journal journal) throws IOException {
        Ext4 disk = new Ext4(directory.resolve(name), bytes, journal);
        disk.format();
        return disk;
    }

    /** A new tmpfs. */
    Path tmpfs(String name, String size) throws IOException {
        Path mounted = Files.createDirectory(directory.resolve(name));
        shell("mount", "-t", "tmpfs", "-o", "size=" + size + ",mode=0755", "tmpfs", mounted.toString());
        return mounted;
    }

    /** Runs a program; what it says is in the exception if it fails. */
    static void shell(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(Arrays.toString(command) + ": " + output.strip());
            }
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        }
    }

    private static void copy(Process process, StringBuilder output) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                synchronized (output) {
                    output.append(line).append('\n');
                }
            }
        } catch (IOException e) {
            // The process was ended: what it said until then is there.
        }
    }

    private static String text(StringBuilder output) {
        synchronized (output) {
            return output.toString();
        }
    }
}
