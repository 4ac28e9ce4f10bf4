// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script that compiles the C library. */
final class BuildScriptTest {
    private static final Path SOURCES = Path.of("src/main/c").toAbsolutePath();

    @TempDir
    Path folder;

    @Test
    void withoutACompilerItSucceedsAndSaysSoInOneLine() throws Exception {
        assumeTrue(onPath("sh").isPresent(), "no shell");
        Path tools = Files.createDirectory(folder.resolve("tools"));
        for (String tool : new String[] {"uname", "tr", "sed", "rm"}) {
            Path script = tools.resolve(tool);
            Files.writeString(script, "#!/bin/sh\nexec " + onPath(tool).orElseThrow() + " \"$@\"\n");
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        }
        Path output = Files.createDirectory(folder.resolve("output"));
        ProcessBuilder builder = new ProcessBuilder(
                        onPath("sh").orElseThrow().toString(),
                        SOURCES.resolve("build.sh").toString(),
                        SOURCES.toString(),
                        output.toString())
                .redirectErrorStream(true);
        builder.environment().put("PATH", tools.toString());
        builder.environment().remove("CC");

        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertEquals(0, process.waitFor(), said);
        assertEquals(
                "native-simd: no C compiler (cc, gcc, clang) on the PATH: built without the native kernels\n", said);
        assertFalse(Files.exists(output.resolve("native/" + NativeLibrary.platform())));
    }

    private static Optional<Path> onPath(String tool) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(place -> Path.of(place, tool))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
