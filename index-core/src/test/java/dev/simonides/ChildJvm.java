// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A second JVM on this one's class path, for what must not happen to the tests themselves. */
final class ChildJvm {
    private ChildJvm() {}

    /** Starts the main method of a class; what it writes to its standard error is appended to a file. */
    static Process start(Class<?> main, Path errors, String... arguments) throws IOException {
        return start(main, errors, List.of(), arguments);
    }

    /** The same, with further options for the JVM. */
    static Process start(Class<?> main, Path errors, List<String> jvmArguments, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-ea",
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:ErrorFile=" + errors + ".crash",
                "-Djava.util.logging.config.file=src/test/resources/logging.properties"));
        command.addAll(jvmArguments);
        command.addAll(List.of(
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                main.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()))
                .start();
    }
}
