// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.tidy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** What must be written down: a package-info a package, a thread contract a stateful exported type, a format a layout. */
final class DocumentRules {
    private static final Pattern CONTRACT =
            Pattern.compile("(?i)\\b(immutable|any thread|writer thread only|one thread|confined to)\\b");
    private static final List<String> CLAUSES = List.of("<b>Read first:</b>", "<b>May import:</b>", "<b>Threads:</b>");

    private DocumentRules() {}

    /** Every package of the main sources has a package-info with its clauses. */
    static List<Finding> checkPackages(Collection<JavaSource> sources) {
        var findings = new ArrayList<Finding>();
        var packages = new TreeMap<String, JavaSource>();
        for (var source : sources) {
            var folder = source.path().substring(0, source.path().lastIndexOf('/'));
            if (!source.test() && !source.packageName().isEmpty()) {
                packages.merge(
                        folder, source, (known, other) -> other.fileName().equals("package-info.java") ? other : known);
            }
        }
        for (var source : packages.values()) {
            if (!source.fileName().equals("package-info.java")) {
                findings.add(new Finding(
                        "package-info", source.path(), 1, source.packageName() + " has no package-info.java"));
                continue;
            }
            for (var clause : CLAUSES) {
                if (!source.prose().contains(clause)) {
                    findings.add(new Finding("package-info", source.path(), 1, "has no clause " + clause));
                }
            }
        }
        return findings;
    }

    /** A stateful type of an exported package says which threads may use it. */
    static List<Finding> checkThreads(JavaSource source, List<CompiledType> types, Set<String> exported) {
        var findings = new ArrayList<Finding>();
        for (var type : types) {
            if (type.stateful() && exported.contains(type.packageName())) {
                var line = source.lineOf("class " + type.simpleName());
                if (!CONTRACT.matcher(source.commentAbove(line)).find()) {
                    findings.add(new Finding(
                            "threads",
                            source.path(),
                            line,
                            type.simpleName()
                                    + " states no thread contract: Immutable, Any thread, Writer thread only,"
                                    + " or Confined to …"));
                }
            }
        }
        return findings;
    }

    /** A layout of bytes is named in the document of the formats. */
    static List<Finding> checkFormat(JavaSource source, String formats) {
        if (source.test() || !source.fileName().endsWith("Layout.java")) {
            return List.of();
        }
        var name = source.fileName().replace(".java", "");
        return Pattern.compile("\\b" + name + "\\b").matcher(formats).find()
                ? List.of()
                : List.of(new Finding(
                        "format",
                        source.path(),
                        source.lineOf("class " + name),
                        name + " is not named in docs/FORMAT.md; add its table"));
    }
}
