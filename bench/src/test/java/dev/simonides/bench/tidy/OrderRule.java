// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.tidy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Above every ordered access and fence stands a comment {@code ORDER:} that says which access it {@code pairs with}.
 *
 * <p>The accesses come from the class files, so a VarHandle is told from an {@code AtomicLong} whatever it is called. The
 * comment stands directly above the access or its statement; or above the statement before it, if that is an ordered access
 * too; or above the method or block whose first statement it is.
 */
final class OrderRule {
    private static final int STATEMENT_LINES_MAX = 20;

    private OrderRule() {}

    static List<Finding> check(JavaSource source, List<CompiledType> types) {
        var findings = new ArrayList<Finding>();
        if (source.test() || source.fileName().endsWith("Layout.java")) {
            return findings;
        }
        Map<Integer, String> accesses = types.stream()
                .flatMap(type -> type.orderedAccesses().stream())
                .collect(Collectors.toMap(
                        CompiledType.OrderedAccess::line, CompiledType.OrderedAccess::mode, (first, second) -> first));
        accesses.forEach((line, mode) -> {
            var comment = explanation(source, line, accesses.keySet());
            if (!comment.contains("ORDER:")) {
                findings.add(finding(source, line, mode + ": no ORDER: comment above it"));
            } else if (!comment.replaceAll("\\s*\n//\\s*", " ").contains("pairs with")) {
                findings.add(finding(source, line, mode + ": its ORDER: comment names no partner: pairs with …"));
            }
        });
        return findings;
    }

    private static Finding finding(JavaSource source, int line, String text) {
        return new Finding("order", source.path(), line, text);
    }

    private static String explanation(JavaSource source, int line, Set<Integer> accesses) {
        var beside = source.comment(line) + source.commentAbove(line);
        if (beside.contains("ORDER:")) {
            return beside;
        }
        var first = statementStart(source, line);
        var above = source.commentAbove(first);
        if (above.contains("ORDER:")) {
            return above;
        }
        var before = first - 1;
        if (source.code(before).endsWith("{")) {
            return source.commentAbove(statementStart(source, before));
        }
        var beforeStart = statementStart(source, before);
        for (var i = beforeStart; i <= before && !source.code(before).isEmpty(); i++) {
            if (accesses.contains(i)) {
                return explanation(source, i, accesses);
            }
        }
        return "";
    }

    /** The first line of the statement or header that goes on at a line. */
    private static int statementStart(JavaSource source, int line) {
        var first = line;
        for (var i = 0; i < STATEMENT_LINES_MAX && continues(source.code(first - 1)); i++) {
            first--;
        }
        return first;
    }

    private static boolean continues(String code) {
        return !code.isEmpty()
                && !code.startsWith("@")
                && !code.endsWith(";")
                && !code.endsWith("{")
                && !code.endsWith("}");
    }
}
