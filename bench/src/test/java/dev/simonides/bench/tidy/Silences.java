// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.tidy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Takes out the findings that a comment on the same line silences: {@code // tidy: <rule>, <reason>}.
 *
 * <p>A silence without a reason, and one that silences nothing, are findings themselves.
 */
final class Silences {
    private static final Pattern SILENCE = Pattern.compile("^//\\s*tidy:\\s*([\\w-]*)\\s*,?\\s*(.*)");

    private Silences() {}

    static List<Finding> apply(Map<String, JavaSource> sources, Collection<Finding> findings) {
        var remaining = new ArrayList<>(findings);
        for (var source : sources.values()) {
            for (var line = 1; line <= source.lineCount(); line++) {
                var silence = SILENCE.matcher(source.comment(line));
                if (silence.find()) {
                    var problem = apply(source.path(), line, silence.group(1), silence.group(2), remaining);
                    if (!problem.isEmpty()) {
                        remaining.add(new Finding("silence", source.path(), line, problem));
                    }
                }
            }
        }
        return remaining.stream().sorted().toList();
    }

    private static String apply(String path, int line, String rule, String reason, List<Finding> remaining) {
        if (reason.isBlank()) {
            return "no reason; write: // tidy: <rule>, <reason>";
        }
        var silenced = new HashSet<>(remaining);
        silenced.removeIf(finding -> !finding.file().equals(path)
                || finding.line() != line
                || !finding.rule().equals(rule));
        remaining.removeAll(silenced);
        return silenced.isEmpty() ? "silences nothing; remove it" : "";
    }
}
