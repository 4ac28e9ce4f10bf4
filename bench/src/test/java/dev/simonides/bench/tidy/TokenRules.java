// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.tidy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** The tokens that break a promise of the project, each with what takes its place. */
final class TokenRules {
    /** Modules that reach files only through the storage directory. */
    private static final Set<String> ENGINE = Set.of("native-simd", "quantization", "wal", "index-core");

    private static final List<TokenRule> RULES = List.of(
            new TokenRule(
                    "unsafe",
                    "\\bsun\\.misc\\.Unsafe\\b|\\bjdk\\.internal\\.",
                    source -> true,
                    "use MemorySegment with the VarHandles and offsets of a *Layout"),
            new TokenRule(
                    "reflection",
                    "\\bClass\\.forName\\s*\\(|\\.setAccessible\\s*\\(",
                    source -> true,
                    "use a sealed interface and plain new behind a module-presence check, or ServiceLoader"),
            new TokenRule(
                    "sleep",
                    "\\bThread\\.sleep\\s*\\(|\\b(NANO|MICRO|MILLI)?SECONDS\\.sleep\\s*\\(",
                    JavaSource::test,
                    "await a latch or a future, or a condition with a limit"),
            new TokenRule(
                    "file-access",
                    "\\bjava\\.nio\\.file\\.(Files\\b|\\*)|\\bjava\\.nio\\.channels\\.(Asynchronous)?FileChannel\\b"
                            + "|\\bjava\\.io\\.(File(\\w*Stream|Reader|Writer)?|RandomAccessFile)\\b",
                    source -> ENGINE.contains(source.module())
                            && !source.test()
                            && !source.fileName().startsWith("FileSystem"),
                    "reach files through StorageDirectory"));

    private TokenRules() {}

    static List<Finding> check(JavaSource source) {
        var findings = new ArrayList<Finding>();
        for (var rule : RULES) {
            if (rule.scope().test(source)) {
                findings.addAll(rule.check(source));
            }
        }
        return findings;
    }

    /** Looks for a pattern in the code of the sources of a scope. */
    private record TokenRule(String name, Pattern token, Predicate<JavaSource> scope, String replacement) {
        TokenRule(String name, String token, Predicate<JavaSource> scope, String replacement) {
            this(name, Pattern.compile(token), scope, replacement);
        }

        List<Finding> check(JavaSource source) {
            var findings = new ArrayList<Finding>();
            for (var line = 1; line <= source.lineCount(); line++) {
                var matcher = token.matcher(source.code(line));
                if (matcher.find()) {
                    findings.add(new Finding(name, source.path(), line, matcher.group() + ": " + replacement));
                }
            }
            return findings;
        }
    }
}
