// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.crash.example.Diary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class CrashChildTest {
    @TempDir
    private Path folder;

    /** Its standard input ends when the parent is killed, as when it is closed. */
    @Test
    @Timeout(60)
    void aChildWithoutAParentEnds() throws IOException, InterruptedException {
        Path notes = folder.resolve("notes");
        try (ControlFile control = ControlFile.create(notes, 1)) {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                    Diary.class.getName()));
            command.addAll(CrashChild.arguments(
                    CrashChild.Task.WORK, notes, new CrashRun.Place(1, 0, folder.resolve("store")), Optional.empty()));
            Process child = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                while (control.acknowledged(0) == 0) {
                    assertTrue(child.isAlive(), "it works as long as it has a parent");
                    Thread.onSpinWait();
                }

                child.getOutputStream().close();

                assertTrue(child.waitFor(30, TimeUnit.SECONDS), "it goes on without a parent");
                assertEquals(1, child.exitValue());
            } finally {
                child.destroyForcibly();
            }
        }
    }
}
