// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.tidy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Breaks each rule once, in a small project of its own, and expects the finding at its line. */
class TidyRulesTest {
    private static final String PACKAGE_INFO = """
        /**
         * Bytes.
         *
         * <p><b>Read first:</b> nothing.
         *
         * <p><b>May import:</b> %s
         *
         * <p><b>Threads:</b> any.
         */
        package %s;
        """;

    @TempDir
    Path root;

    @BeforeEach
    void describePackages() throws IOException {
        write("wal/src/main/java/module-info.java", "module dev.simonides.wal {\n    exports dev.simonides.wal;\n}\n");
        write(
                "wal/src/main/java/dev/simonides/wal/package-info.java",
                PACKAGE_INFO.formatted("none.", "dev.simonides.wal"));
        write("docs/FORMAT.md", "# Formats\n\n## Frames: `FrameLayout`\n");
    }

    @Test
    void findsNothingInATidyProject() throws IOException {
        write("wal/src/main/java/dev/simonides/wal/Log.java", """
            package dev.simonides.wal;

            /** Class.forName, Thread.sleep(1) and java.nio.file.Files are only named here. Immutable. */
            public final class Log {
                private final String name = "java.nio.file.Files";
            }
            """);

        assertEquals(List.of(), findings());
    }

    @Test
    void findsForbiddenTokensOutsideCommentsAndLiterals() throws IOException {
        write("wal/src/main/java/dev/simonides/wal/Log.java", """
            package dev.simonides.wal;

            import java.nio.file.Files;

            // Class.forName is spoken of
            final class Log {
                private static final String TEXT = \"""
                        "Class.forName(" \\\""" sun.misc.Unsafe
                        \""";
                private static final char QUOTE = '"';

                static Object load() throws Exception {
                    Files.size(null);
                    return Class.forName("sun.misc.Unsafe");
                }
            }
            """);
        write("wal/src/test/java/dev/simonides/wal/LogTest.java", """
            package dev.simonides.wal;

            import java.nio.file.Files;

            class LogTest {
                void waits() throws Exception {
                    Thread.sleep(5);
                }
            }
            """);

        assertEquals(
                List.of(
                        "wal/src/main/java/dev/simonides/wal/Log.java:3 file-access",
                        "wal/src/main/java/dev/simonides/wal/Log.java:14 reflection",
                        "wal/src/test/java/dev/simonides/wal/LogTest.java:7 sleep"),
                findings());
    }

    @Test
    void letsTheFileSystemDirectoryReachFiles() throws IOException {
        write(
                "wal/src/main/java/dev/simonides/wal/FileSystemDirectory.java",
                "package dev.simonides.wal;\n\nimport java.nio.file.Files;\n\nfinal class FileSystemDirectory {}\n");

        assertEquals(List.of(), findings());
    }

    @Test
    void takesASilenceWithAReasonAndNoOther() throws IOException {
        write("wal/src/main/java/dev/simonides/wal/Log.java", """
            package dev.simonides.wal;

            import java.nio.file.Files; // tidy: file-access, reads a library and no store
            import java.nio.channels.FileChannel; // tidy: file-access
            import java.io.File; // tidy: sleep, the wrong rule

            final class Log {} // tidy: order, nothing is wrong here
            """);

        assertEquals(
                List.of(
                        "wal/src/main/java/dev/simonides/wal/Log.java:4 file-access",
                        "wal/src/main/java/dev/simonides/wal/Log.java:4 silence",
                        "wal/src/main/java/dev/simonides/wal/Log.java:5 file-access",
                        "wal/src/main/java/dev/simonides/wal/Log.java:5 silence",
                        "wal/src/main/java/dev/simonides/wal/Log.java:7 silence"),
                findings());
    }

    @Test
    void findsOrderedAccessesWithoutTheirComment() throws IOException {
        write("wal/src/main/java/dev/simonides/wal/Log.java", """
            package dev.simonides.wal;

            import java.lang.invoke.MethodHandles;
            import java.lang.invoke.VarHandle;
            import java.util.concurrent.atomic.AtomicLong;

            final class Log {
                private static final VarHandle X = MethodHandles.arrayElementVarHandle(long[].class);
                private final AtomicLong count = new AtomicLong();
                private final long[] words = new long[4];

                void write() {
                    X.setRelease(words, 0, 1L);
                    // ORDER: release; pairs with Log#read; else the words are torn.
                    X.setRelease(words, 1, 1L);
                    X.setRelease(words, 2, 1L);
                    count.setRelease(3);
                    X.setRelease(words, 3, 1L);
                }

                // ORDER: acquire; pairs with Log#write; else the words
                // are torn.
                long read() {
                    return (long)
                            X.getAcquire(words, 0);
                }

                void fence() {
                    words[0] = 1;
                    VarHandle.fullFence();
                    // ORDER: full fence
                    VarHandle.fullFence();
                    X.set(words, 0, 2L);
                }
            }
            """);

        assertEquals(
                List.of(
                        "wal/src/main/java/dev/simonides/wal/Log.java:13 order",
                        "wal/src/main/java/dev/simonides/wal/Log.java:18 order",
                        "wal/src/main/java/dev/simonides/wal/Log.java:30 order",
                        "wal/src/main/java/dev/simonides/wal/Log.java:32 order"),
                findings());
    }

    @Test
    void letsLayoutsOrderAccesses() throws IOException {
        write("wal/src/main/java/dev/simonides/wal/FrameLayout.java", """
            package dev.simonides.wal;

            import java.lang.invoke.MethodHandles;
            import java.lang.invoke.VarHandle;

            final class FrameLayout {
                private static final VarHandle X = MethodHandles.arrayElementVarHandle(long[].class);

                static void publish(long[] words) {
                    X.setRelease(words, 0, 1L);
                }
            }
            """);

        assertEquals(List.of(), findings());
    }

    @Test
    void findsImportsAgainstTheDirection() throws IOException {
        write(
                "wal/src/main/java/dev/simonides/wal/Log.java",
                "package dev.simonides.wal;\n\npublic final class Log {}\n");
        write(
                "index-core/src/main/java/dev/simonides/core/graph/package-info.java",
                PACKAGE_INFO.formatted("{@code dev.simonides.core.page} only.", "dev.simonides.core.graph"));
        write(
                "index-core/src/main/java/dev/simonides/core/page/package-info.java",
                PACKAGE_INFO.formatted("dev.simonides.wal, nothing else.", "dev.simonides.core.page"));
        write("index-core/src/main/java/dev/simonides/core/graph/Graph.java", """
            package dev.simonides.core.graph;

            import dev.simonides.core.page.Page;

            public final class Graph {
                static int of(Page page) {
                    return page.log().hashCode();
                }
            }
            """);
        write("index-core/src/main/java/dev/simonides/core/page/Page.java", """
            package dev.simonides.core.page;

            import dev.simonides.wal.Log;
            import dev.simonides.core.graph.Graph;

            public abstract class Page {
                public abstract Log log();

                abstract Graph graph();
            }
            """);
        write("wal/src/main/java/dev/simonides/wal/Loop.java", """
            package dev.simonides.wal;

            final class Loop {
                static int of(dev.simonides.core.graph.Graph graph) {
                    return graph.hashCode();
                }
            }
            """);

        assertEquals(
                List.of(
                        "index-core/src/main/java/dev/simonides/core/graph/Graph.java:1 imports",
                        "index-core/src/main/java/dev/simonides/core/page/Page.java:4 imports",
                        "wal/src/main/java/dev/simonides/wal/Loop.java:4 imports"),
                findings());
    }

    @Test
    void readsWhatAPackageMayImport() {
        var text = """
            /**
             * Pages.
             *
             * <p><b>May import:</b> dev.simonides (limits), dev.simonides.core.graph, .page,
             * every other package of dev.simonides.wal, dev.simonides.bench.*, {@code org.agrona}.
             * <p><b>Threads:</b> those of dev.simonides.core.link.
             */
            package dev.simonides.core.tenant;
            """;

        var names = ImportRules.mayImport(JavaSource.of("index-core/src/main/java/a/package-info.java", text));

        assertEquals(
                Set.of(
                        "dev.simonides",
                        "dev.simonides.core.graph",
                        "dev.simonides.core.page",
                        "dev.simonides.wal.*",
                        "dev.simonides.bench.*",
                        "org.agrona"),
                names);
    }

    @Test
    void findsWhatIsNotDocumented() throws IOException {
        write(
                "wal/src/main/java/dev/simonides/wal/SegmentLayout.java",
                "package dev.simonides.wal;\n\nfinal class SegmentLayout {}\n");
        write("wal/src/main/java/dev/simonides/wal/Log.java", """
            package dev.simonides.wal;

            /** A log. */
            public final class Log {
                private int count;
            }
            """);
        write(
                "wal/src/main/java/dev/simonides/wal/simulation/Medium.java",
                "package dev.simonides.wal.simulation;\n\nfinal class Medium {}\n");
        write(
                "bench/src/main/java/dev/simonides/bench/package-info.java",
                "/** Read first: nothing. <b>May import:</b> all. */\npackage dev.simonides.bench;\n");

        assertEquals(
                List.of(
                        "bench/src/main/java/dev/simonides/bench/package-info.java:1 package-info",
                        "bench/src/main/java/dev/simonides/bench/package-info.java:1 package-info",
                        "wal/src/main/java/dev/simonides/wal/Log.java:4 threads",
                        "wal/src/main/java/dev/simonides/wal/SegmentLayout.java:3 format",
                        "wal/src/main/java/dev/simonides/wal/simulation/Medium.java:1 package-info"),
                findings());
    }

    private void write(String path, String text) throws IOException {
        var file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private List<String> findings() throws IOException {
        compile();
        return Project.read(root).findings().stream()
                .map(finding -> finding.file() + ":" + finding.line() + " " + finding.rule())
                .toList();
    }

    /** Compiles the main sources of all modules and leaves each module's classes where a build would. */
    private void compile() throws IOException {
        for (var module : List.of("wal", "index-core")) {
            var folder = root.resolve(module).resolve("src/main/java/dev");
            if (Files.isDirectory(folder)) {
                compile(folder, root.resolve(module).resolve("target/classes"));
            }
        }
    }

    private void compile(Path folder, Path classes) throws IOException {
        var sourcePath =
                root.resolve("wal/src/main/java") + File.pathSeparator + root.resolve("index-core/src/main/java");
        var arguments = new ArrayList<>(List.of("-implicit:none", "-d", classes.toString(), "-sourcepath", sourcePath));
        try (var files = Files.walk(folder)) {
            files.map(Path::toString).filter(file -> file.endsWith(".java")).forEach(arguments::add);
        }
        var messages = new ByteArrayOutputStream();

        var status = ToolProvider.getSystemJavaCompiler().run(null, null, messages, arguments.toArray(String[]::new));

        assertEquals(0, status, () -> messages.toString(StandardCharsets.UTF_8));
    }
}
