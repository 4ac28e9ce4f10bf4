// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.MemoryIndex;
import dev.simonides.crash.example.Diary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ChildJvmTest {
    private static final int MANY = 100;

    @TempDir
    private Path folder;

    /** Fails its rehearsal, as an application does that is wrong. */
    public static final class Failing implements CrashApplication {
        /** For the children. */
        public static void main(String[] arguments) throws Exception {
            CrashChild.run(new Failing(), arguments);
        }

        @Override
        public void work(CrashRun run) {
            Runtime.getRuntime().halt(3);
        }

        @Override
        public void check(CrashRun run) {
            throw new IllegalStateException("never asked");
        }
    }

    @Test
    @Timeout(120)
    void manyChildrenBeginWithClassesLoadedBefore() throws IOException, InterruptedException {
        ChildJvm jvm = ChildJvm.of(new Diary(), folder, 1, MANY, List.of("-Xmx256m"));

        assertEquals("shared objects file", sourceOfTheIndex(jvm));
    }

    @Test
    @Timeout(120)
    void aFewChildrenAreNotWorthTheRehearsal() throws IOException, InterruptedException {
        ChildJvm jvm = ChildJvm.of(new Diary(), folder, 1, 3, List.of("-Xmx256m"));

        assertTrue(sourceOfTheIndex(jvm).startsWith("file:"), "there is no archive");
    }

    @Test
    @Timeout(120)
    void anApplicationThatFailsIsStartedWithoutAnArchive() throws IOException, InterruptedException {
        ChildJvm jvm = ChildJvm.of(new Failing(), folder, 1, MANY, List.of("-Xmx256m"));

        List<String> command = jvm.command(folder.resolve("crash"));
        assertTrue(command.stream().noneMatch(one -> one.startsWith("-XX:AOT")), command.toString());
    }

    /** From where a child loads the engine's class. */
    private String sourceOfTheIndex(ChildJvm jvm) throws IOException, InterruptedException {
        Path store = Files.createDirectory(folder.resolve("store"));
        Path notes = folder.resolve("notes");
        try (ControlFile control = ControlFile.create(notes, 1)) {
            List<String> command = new ArrayList<>(jvm.command(folder.resolve("crash")));
            command.add(1, "-Xlog:class+load:stdout");
            command.addAll(CrashChild.arguments(
                    CrashChild.Task.REHEARSAL, notes, new CrashRun.Place(1, 0, store), Optional.empty()));
            Process child = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertEquals(0, child.waitFor());
            assertEquals(ControlFile.State.FINISHED, control.state());
            assertTrue(control.acknowledged(0) >= MANY, "it works before it checks: " + control.acknowledged(0));
            return output.lines()
                    .filter(line -> line.contains(" " + MemoryIndex.class.getName() + " source: "))
                    .map(line -> line.substring(line.indexOf("source: ") + "source: ".length()))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
