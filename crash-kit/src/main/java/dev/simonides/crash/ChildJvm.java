// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/**
 * How the children of one application are started. Immutable.
 *
 * <p>Most of what a child costs is loading the classes of what it does. So one child, which nobody kills, works a little, checks
 * and ends; the virtual machine keeps what it has loaded in an archive (JEP 483, 514), and the others begin with that: they
 * take a third less processor time. A few children, and a virtual machine that cannot make or read such an archive, do without.
 */
final class ChildJvm {
    private static final int REHEARSAL_SECONDS_MAX = 60;

    /** A rehearsal costs what so many children save by it. */
    private static final int CHILDREN_MIN = 20;

    private final List<String> command;
    private final List<String> main;

    private ChildJvm(List<String> command, List<String> main) {
        this.command = List.copyOf(command);
        this.main = List.copyOf(main);
    }

    /**
     * Prepares the start of children.
     *
     * @param application its class has the main method
     * @param folder for the archive, as long as there are children
     * @param seed of the rehearsal
     * @param children how many there will be
     * @param jvmArguments of the user
     */
    static ChildJvm of(CrashApplication application, Path folder, long seed, int children, List<String> jvmArguments)
            throws IOException, InterruptedException {
        Files.createDirectories(folder);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-ea",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-XX:-CreateCoredumpOnCrash"));
        command.addAll(jvmArguments);
        ChildJvm plain = new ChildJvm(command, main(application.getClass(), folder));
        if (children < CHILDREN_MIN) {
            return plain;
        }
        Path archive = folder.resolve("classes.aot");
        if (plain.rehearse(application.sequences(), folder, seed, archive) && Files.exists(archive)) {
            command.add("-XX:AOTCache=" + archive);
        }
        return new ChildJvm(command, plain.main);
    }

    /** The command of a child, to be followed by what {@link CrashChild#arguments} says; where it reports its own crash. */
    List<String> command(Path crash) {
        List<String> whole = new ArrayList<>(command);
        whole.add("-XX:ErrorFile=" + crash);
        whole.addAll(main);
        return whole;
    }

    private static List<String> main(Class<?> application, Path folder) throws IOException {
        Module module = application.getModule();
        if (module.isNamed()) {
            return List.of(
                    "--enable-native-access=dev.simonides.simd,dev.simonides.crash",
                    "--module-path",
                    System.getProperty("jdk.module.path"),
                    "--module",
                    module.getName() + "/" + application.getName());
        }
        return List.of("--enable-native-access=ALL-UNNAMED", "-cp", classPath(folder), application.getName());
    }

    /** This process's own, with jars in place of folders: an archive knows none. */
    private static String classPath(Path folder) throws IOException {
        // Surefire hides the class path in a jar; this is what it has put into it.
        String own = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> entries = new ArrayList<>();
        for (String entry : own.split(File.pathSeparator, -1)) {
            Path path = Path.of(entry);
            if (entry.isEmpty()) {
                continue; // the working directory, and always by mistake
            }
            if (Files.isDirectory(path)) {
                Path jar = folder.resolve("classes-" + entries.size() + ".jar");
                pack(path, jar);
                entries.add(jar.toString());
            } else if (Files.exists(path)) {
                entries.add(entry);
            }
        }
        return String.join(File.pathSeparator, entries);
    }

    private static void pack(Path classes, Path jar) throws IOException {
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                out.putNextEntry(
                        new ZipEntry(classes.relativize(file).toString().replace(File.separatorChar, '/')));
                Files.copy(file, out);
                out.closeEntry();
            }
        }
    }

    /** Whether the application did as it should; what is wrong with it is for the rounds to find and to say. */
    private boolean rehearse(int sequences, Path folder, long seed, Path archive)
            throws IOException, InterruptedException {
        Path notes = folder.resolve("rehearsal-control");
        Path store = folder.resolve("rehearsal");
        Files.createDirectories(store);
        try (ControlFile _ = ControlFile.create(notes, sequences)) {
            List<String> rehearsal = new ArrayList<>(command);
            rehearsal.add("-XX:AOTCacheOutput=" + archive);
            rehearsal.addAll(main);
            rehearsal.addAll(CrashChild.arguments(
                    CrashChild.Task.REHEARSAL, notes, new CrashRun.Place(seed, 0, store), Optional.empty()));
            Process process = new ProcessBuilder(rehearsal)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                return process.waitFor(REHEARSAL_SECONDS_MAX, TimeUnit.SECONDS) && process.exitValue() == 0;
            } finally {
                // A virtual machine makes the archive by means of another.
                List<ProcessHandle> helpers = process.descendants().toList();
                process.destroyForcibly();
                helpers.forEach(ProcessHandle::destroyForcibly);
                helpers.forEach(one -> one.onExit().join());
                process.onExit().join();
            }
        }
    }
}
