// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.tidy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The sources, class files and documents of a project tree, and all findings in them. Confined to one test. */
final class Project {
    /** The modules that are compiled before this test runs. The command line is compiled after it; its sources are read. */
    static final List<String> COMPILED =
            List.of("native-simd", "quantization", "wal", "index-core", "crash-kit", "bench");

    private static final List<String> MODULES =
            List.of("native-simd", "quantization", "wal", "index-core", "crash-kit", "bench", "cli");
    private static final List<String> FORMAT_MODULES = List.of("native-simd", "quantization", "wal", "index-core");
    private static final Pattern EXPORT = Pattern.compile("exports\\s+([\\w.]+)\\s*;");

    private final Path root;

    /** By path. */
    private final Map<String, JavaSource> sources = new TreeMap<>();

    /** By the path of their source. */
    private final Map<String, List<CompiledType>> types = new TreeMap<>();

    private final String formats;

    private Project(Path root, String formats) {
        this.root = root;
        this.formats = formats;
    }

    static Project read(Path root) throws IOException {
        var document = root.resolve("docs/FORMAT.md");
        var project = new Project(root, Files.exists(document) ? Files.readString(document) : "");
        for (var module : MODULES) {
            for (var file : files(root.resolve(module).resolve("src"), ".java")) {
                var source = JavaSource.read(root, file);
                project.sources.put(source.path(), source);
            }
        }
        for (var module : COMPILED) {
            for (var file : files(root.resolve(module).resolve("target/classes"), ".class")) {
                var type = CompiledType.read(file, module + "/src/main/java");
                // Generated code has no source here and is not ours to judge; so has what an older build left behind.
                if (project.sources.containsKey(type.sourcePath())) {
                    project.types
                            .computeIfAbsent(type.sourcePath(), path -> new ArrayList<>())
                            .add(type);
                }
            }
        }
        return project;
    }

    private static List<Path> files(Path folder, String ending) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .sorted()
                    .toList();
        }
    }

    Path root() {
        return root;
    }

    Map<String, JavaSource> sources() {
        return sources;
    }

    /** How many types of a module were read from class files. */
    long typeCount(String module) {
        return types.keySet().stream()
                .filter(path -> path.startsWith(module + "/"))
                .count();
    }

    List<Finding> findings() {
        var exported = exportedPackages();
        var imports = new ImportRules(packageModules(), packageInfos());
        var findings = new ArrayList<>(DocumentRules.checkPackages(sources.values()));
        for (var source : sources.values()) {
            var compiled = types.getOrDefault(source.path(), List.of());
            findings.addAll(TokenRules.check(source));
            findings.addAll(OrderRule.check(source, compiled));
            findings.addAll(imports.check(source, compiled));
            findings.addAll(DocumentRules.checkThreads(source, compiled, exported));
            if (FORMAT_MODULES.contains(source.module())) {
                findings.addAll(DocumentRules.checkFormat(source, formats));
            }
        }
        return Silences.apply(sources, findings);
    }

    /** The longest files and methods, for the reader of the build's output. */
    List<String> lengths(int fileLinesMax, int methodLinesMax) {
        var lengths = new ArrayList<String>();
        for (var source : sources.values()) {
            if (!source.test() && source.lineCount() > fileLinesMax) {
                lengths.add(source.path() + ":1: " + source.lineCount() + " lines");
            }
        }
        types.forEach((path, compiled) -> compiled.stream()
                .flatMap(type -> type.methodLengths().stream())
                .filter(method ->
                        method.lines() > methodLinesMax && !method.name().startsWith("<"))
                .map(method -> path + ":" + method.line() + ": " + method.name() + ", " + method.lines() + " lines")
                .forEach(lengths::add));
        return lengths;
    }

    private Set<String> exportedPackages() {
        var exported = new TreeSet<String>();
        for (var source : sources.values()) {
            if (source.fileName().equals("module-info.java")) {
                for (var line = 1; line <= source.lineCount(); line++) {
                    var export = EXPORT.matcher(source.code(line));
                    if (export.find()) {
                        exported.add(export.group(1));
                    }
                }
            }
        }
        return exported;
    }

    private Map<String, String> packageModules() {
        return sources.values().stream()
                .filter(source -> !source.test() && !source.packageName().isEmpty())
                .collect(Collectors.toMap(JavaSource::packageName, JavaSource::module, (first, second) -> first));
    }

    private Map<String, JavaSource> packageInfos() {
        return sources.values().stream()
                .filter(source -> !source.test() && source.fileName().equals("package-info.java"))
                .collect(Collectors.toMap(JavaSource::packageName, source -> source));
    }
}
