// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.tidy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A Java source taken apart line by line: its code with comments and literals blanked, and its comments alone. Immutable.
 *
 * <p>Blanking keeps every line and column, so a rule that looks for a token never stumbles over a comment or a string, and
 * its finding names the right line. Lines count from 1.
 */
final class JavaSource {
    private final String path;
    private final List<String> code;
    private final List<String> comments;

    private JavaSource(String path, String code, String comments) {
        this.path = path;
        this.code = List.of(code.split("\n", -1));
        this.comments = List.of(comments.split("\n", -1));
    }

    static JavaSource read(Path root, Path file) throws IOException {
        return of(root.relativize(file).toString().replace('\\', '/'), Files.readString(file));
    }

    /**
     * A source from its text.
     *
     * @param path relative to the root of the project, with slashes
     */
    static JavaSource of(String path, String text) {
        var code = new StringBuilder(text.length());
        var comments = new StringBuilder(text.length());
        for (var position = 0; position < text.length(); ) {
            var end = tokenEnd(text, position);
            var comment = text.startsWith("//", position) || text.startsWith("/*", position);
            var literal = text.charAt(position) == '"' || text.charAt(position) == '\'';
            for (var i = position; i < end; i++) {
                var c = text.charAt(i);
                var blank = c == '\n' ? '\n' : ' ';
                code.append(comment || literal ? blank : c);
                comments.append(comment ? c : blank);
            }
            position = end;
        }
        return new JavaSource(path, code.toString(), comments.toString());
    }

    /** Where the comment, literal or single character ends that begins at the position; exclusive. */
    private static int tokenEnd(String text, int position) {
        if (text.startsWith("//", position)) {
            return orEnd(text, text.indexOf('\n', position), 0);
        }
        if (text.startsWith("/*", position)) {
            return orEnd(text, text.indexOf("*/", position + 2), 2);
        }
        if (text.startsWith("\"\"\"", position)) {
            return quotedEnd(text, position + 3, "\"\"\"");
        }
        var c = text.charAt(position);
        return c == '"' || c == '\'' ? quotedEnd(text, position + 1, String.valueOf(c)) : position + 1;
    }

    private static int quotedEnd(String text, int from, String quote) {
        for (var i = from; i < text.length(); i++) {
            if (text.charAt(i) == '\\') {
                i++;
            } else if (text.startsWith(quote, i)) {
                return i + quote.length();
            }
        }
        return text.length();
    }

    private static int orEnd(String text, int found, int length) {
        return found < 0 ? text.length() : found + length;
    }

    String path() {
        return path;
    }

    String fileName() {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** The folder of the module: {@code wal} for {@code wal/src/main/java/…}. */
    String module() {
        return path.substring(0, Math.max(0, path.indexOf('/')));
    }

    boolean test() {
        return path.contains("/src/test/");
    }

    /** The package, by its folder; empty for a module descriptor or a source outside the source trees. */
    String packageName() {
        var java = path.indexOf("/java/");
        var end = path.lastIndexOf('/');
        return java < 0 || end <= java + 5 ? "" : path.substring(java + 6, end).replace('/', '.');
    }

    int lineCount() {
        return code.size();
    }

    /** The line without comments and literals, stripped. */
    String code(int line) {
        return line < 1 || line > code.size() ? "" : code.get(line - 1).strip();
    }

    /** The comments of the line, stripped; empty if there is none. */
    String comment(int line) {
        return line < 1 || line > comments.size() ? "" : comments.get(line - 1).strip();
    }

    /** The first line whose code contains the text, or 1. */
    int lineOf(String text) {
        for (var line = 1; line <= lineCount(); line++) {
            if (code(line).contains(text)) {
                return line;
            }
        }
        return 1;
    }

    /** The lines of comment directly above a line, annotations between them skipped, as one text; empty if there is none. */
    String commentAbove(int line) {
        var last = line - 1;
        while (code(last).startsWith("@") && comment(last).isEmpty()) {
            last--;
        }
        var text = new StringBuilder();
        for (var i = last; code(i).isEmpty() && !comment(i).isEmpty(); i--) {
            text.insert(0, comment(i) + "\n");
        }
        return text.toString();
    }

    /** All comments, with the stars of Javadoc and line ends taken out. */
    String prose() {
        return String.join(
                " ",
                comments.stream()
                        .map(line -> line.strip().replaceFirst("^(/\\*\\*?|\\*/|\\*|//)", ""))
                        .toList());
    }
}
