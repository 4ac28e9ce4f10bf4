// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash.mutant;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The engine with one thing wrong: replacements in its sources, as a file in {@code src/test/resources/mutants} says them.
 *
 * <pre>
 * What: acknowledges a write before it is in the log
 * Suites: power-cuts
 * File: index-core/src/main/java/dev/simonides/core/write/Writer.java
 * Replace:
 *     the text, which must be there exactly once
 * With:
 *     the other text
 * End
 * </pre>
 *
 * <p>{@code Replace} may come again, for the same file or behind a further {@code File}. Immutable.
 *
 * @param name of the file
 * @param what is wrong
 * @param suites each of which must notice
 * @param edits of sources
 */
record Mutant(String name, String what, List<Trial.Suite> suites, List<Edit> edits) {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    /** A replacement in a source. */
    record Edit(String file, String search, String replacement) {}

    static Mutant read(Path specification) throws IOException {
        String what = "";
        List<Trial.Suite> suites = new ArrayList<>();
        List<Edit> edits = new ArrayList<>();
        String file = "";
        StringBuilder search = new StringBuilder();
        StringBuilder replacement = new StringBuilder();
        StringBuilder present = null;
        for (String line : Files.readAllLines(specification)) {
            if (line.equals("Replace:")) {
                search.setLength(0);
                present = search;
            } else if (line.equals("With:")) {
                replacement.setLength(0);
                present = replacement;
            } else if (line.equals("End")) {
                edits.add(new Edit(file, search.toString(), replacement.toString()));
                present = null;
            } else if (present != null) {
                present.append(line).append('\n');
            } else if (line.startsWith("What: ")) {
                what = line.substring("What: ".length());
            } else if (line.startsWith("File: ")) {
                file = line.substring("File: ".length());
            } else if (line.startsWith("Suites: ")) {
                for (String suite : line.substring("Suites: ".length()).split(", ", -1)) {
                    suites.add(
                            Trial.Suite.valueOf(suite.toUpperCase(Locale.ROOT).replace('-', '_')));
                }
            } else if (!line.isBlank()) {
                throw new IllegalArgumentException(specification + ": not understood: " + line);
            }
        }
        String name = specification.getFileName().toString();
        if (what.isEmpty() || suites.isEmpty() || edits.isEmpty()) {
            throw new IllegalArgumentException(
                    specification + ": needs What, Suites and at least one File with Replace," + " With and End");
        }
        return new Mutant(name, what, suites, edits);
    }

    /** Compiles the changed sources into a folder, beside the classes that are built. */
    void compile(Path folder) throws IOException {
        Map<String, String> sources = new TreeMap<>();
        for (Edit edit : edits) {
            String source =
                    sources.containsKey(edit.file) ? sources.get(edit.file) : Files.readString(ROOT.resolve(edit.file));
            int at = source.indexOf(edit.search);
            if (at < 0 || source.indexOf(edit.search, at + 1) >= 0) {
                throw new AssertionError(name + ": the text to replace is " + (at < 0 ? "not" : "more than once")
                        + " in " + edit.file + "; the source has changed, so change the mutant:\n" + edit.search);
            }
            sources.put(
                    edit.file,
                    source.substring(0, at) + edit.replacement + source.substring(at + edit.search.length()));
        }
        List<Path> files = new ArrayList<>();
        for (Map.Entry<String, String> source : sources.entrySet()) {
            String path = source.getKey();
            Path file = folder.resolve("src")
                    .resolve(path.substring(path.indexOf("src/main/java/") + "src/main/java/".length()));
            Files.createDirectories(file.getParent());
            Files.writeString(file, source.getValue());
            files.add(file);
        }
        Path classes = Files.createDirectories(classes(folder));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter output = new StringWriter();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            boolean done = compiler.getTask(
                            output,
                            manager,
                            null,
                            List.of("-d", classes.toString(), "-cp", classPath(), "-proc:none", "-nowarn"),
                            null,
                            manager.getJavaFileObjectsFromPaths(files))
                    .call();
            if (!done) {
                throw new AssertionError(name + " does not compile: " + output);
            }
        }
    }

    static Path classes(Path folder) {
        return folder.resolve("classes");
    }

    static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }
}
