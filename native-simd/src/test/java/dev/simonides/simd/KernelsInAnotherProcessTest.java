// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What depends on how the virtual machine was started: the system property and the incubator module. */
final class KernelsInAnotherProcessTest {
    @Test
    void thePropertyCapsTheTierAndKeepsTheLibraryOut() throws Exception {
        String output = run("-Ddev.simonides.kernels=scalar");

        assertTrue(output.contains("scalar: capped by -Ddev.simonides.kernels=scalar\n"), output);
        assertTrue(output.contains("dot=12\n"), output);
        assertTrue(output.contains("library=false\n"), output);
    }

    @Test
    void thePropertyKeepsAdviceFromTheSystem() throws Exception {
        assertTrue(run("-Ddev.simonides.advice=none").contains("ahead=false\n"));
        assertTrue(run("-Ddev.simonides.advice=random").contains("ahead=false\n"));
        assertTrue(run().contains("ahead=" + PosixCalls.advises() + "\n"));
    }

    @Test
    void thePropertyRefusesAnUnknownTier() throws Exception {
        String output = run("-Ddev.simonides.kernels=fastest");

        assertTrue(output.contains("refused: -Ddev.simonides.kernels: expected=scalar|"), output);
    }

    @Test
    void theLibraryIsLoadedWithoutAFlag() throws Exception {
        assumeTrue(Kernels.best().tier().compareTo(KernelTier.NATIVE_C) >= 0, Kernels.describe());

        String output = run();

        assertTrue(output.startsWith(Kernels.best().tier().label()), output);
        assertTrue(output.contains("dot=12\n"), output);
        assertTrue(output.contains("library=true\n"), output);
    }

    @Test
    void withoutTheIncubatorItsTierIsNeverTouched() throws Exception {
        String output = run("-Ddev.simonides.kernels=vector-api", "-Xlog:class+load=info");

        assertTrue(
                output.contains("scalar: capped by -Ddev.simonides.kernels=vector-api; not available: vector-api"
                        + " (needs --add-modules jdk.incubator.vector)\n"),
                output);
        assertTrue(output.contains("dev.simonides.simd.ScalarKernels "), "loaded classes are logged");
        assertFalse(output.contains("dev.simonides.simd.VectorApi"), "no class of the Vector API tier is loaded");
    }

    @Test
    void withTheIncubatorItsTierRuns() throws Exception {
        String output = run("--add-modules=jdk.incubator.vector", "-Ddev.simonides.kernels=vector-api");

        assertTrue(output.contains("vector-api: capped by -Ddev.simonides.kernels=vector-api\n"), output);
        assertTrue(output.contains("dot=12\n"), output);
    }

    private static String run(String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.add("--enable-native-access=ALL-UNNAMED");
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), DescribeKernels.class.getName()));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output;
    }
}
