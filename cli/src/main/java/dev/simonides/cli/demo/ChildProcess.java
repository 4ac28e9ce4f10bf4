// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Starts another process like this one: the same java, the same options, the same classes, another main class. */
final class ChildProcess {
    private ChildProcess() {}

    static Process start(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(ChildProcess::inheritable)
                .forEach(command::add);
        Module module = main.getModule();
        if (module.isNamed()) {
            command.addAll(List.of(
                    "--module-path",
                    System.getProperty("jdk.module.path"),
                    "--module",
                    module.getName() + "/" + main.getName()));
        } else {
            // A manifest's Enable-Native-Access counts for java -jar only.
            command.addAll(List.of(
                    "--enable-native-access=ALL-UNNAMED",
                    "-classpath",
                    System.getProperty("java.class.path"),
                    main.getName()));
        }
        command.addAll(Arrays.asList(arguments));
        try {
            return new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("a second Java process cannot be started: " + e.getMessage(), e);
        }
    }

    /** Agents and debuggers watch one process; a second one could not bind their port. */
    private static boolean inheritable(String option) {
        return !option.startsWith("-agent") && !option.startsWith("-javaagent") && !option.startsWith("-Xrun");
    }
}
