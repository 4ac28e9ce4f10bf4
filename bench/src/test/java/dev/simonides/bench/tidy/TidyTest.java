// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.tidy;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The few rules of docs/STYLE.md that guard a promise and that no compiler checks, over the whole project. */
class TidyTest {
    private static final int FILE_LINES_MAX = 500;
    private static final int METHOD_LINES_MAX = 60;

    private final Project project;

    TidyTest() throws IOException {
        project = Project.read(Path.of("..").toRealPath());
    }

    @Test
    void breaksNoRule() {
        var findings = project.findings();

        if (!findings.isEmpty()) {
            fail(findings.stream().map(Finding::toString).collect(Collectors.joining("\n", "\n", "\n")));
        }
    }

    @Test
    void seesEveryModule() {
        for (var module : Project.COMPILED) {
            assertTrue(
                    project.typeCount(module) > 0,
                    () -> "no class of " + module + " under " + project.root() + ": compile it before bench");
        }
        assertTrue(project.sources().containsKey("cli/src/main/java/module-info.java"), "the sources of cli");
    }

    /** Long files and methods are told, not refused: splitting may hide an algorithm. */
    @Test
    void reportsLengths() {
        var lengths = project.lengths(FILE_LINES_MAX, METHOD_LINES_MAX);

        lengths.forEach(length -> System.out.println("long: " + length));

        assertTrue(project.lengths(0, 0).size() > lengths.size(), "the lengths are measured");
    }
}
