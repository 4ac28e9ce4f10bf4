// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

/**
 * Texts for a terminal: what is stored came from somewhere, and must not move the cursor, break lines or turn the
 * reading direction.
 */
final class Printable {
    private static final int REPLACEMENT = 0xFFFD;

    private Printable() {}

    /** The text with spaces for white space, and the replacement character for everything else that steers. */
    static String of(String text) {
        return text.codePoints()
                .map(Printable::of)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static int of(int codePoint) {
        if (codePoint == '\t' || codePoint == '\n' || codePoint == '\r' || codePoint == 0x2028 || codePoint == 0x2029) {
            return ' ';
        }
        boolean turns = (codePoint >= 0x202A && codePoint <= 0x202E) || (codePoint >= 0x2066 && codePoint <= 0x2069);
        return turns || Character.isISOControl(codePoint) ? REPLACEMENT : codePoint;
    }
}
