// SPDX-License-Identifier: Apache-2.0
package dev.simonides.embedding;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Splits a text into words that are spelt alike whenever they are meant alike. */
final class TextWords {
    private static final int TYPEWRITER_APOSTROPHE = '\'';
    private static final int RIGHT_SINGLE_QUOTE = 0x2019;

    private TextWords() {}

    /**
     * The words of a text: runs of letters and digits, without case, accents, apostrophes and other spellings of the
     * same character (compatibility forms such as ﬁ and ①). A text without letters and digits gives its runs of other
     * characters, so that a lone emoji or question mark is a word, too.
     *
     * @return in the order of the text; empty only if the text is blank
     */
    static List<String> of(String text) {
        // To upper case first: only there do ß and SS, ς and σ meet.
        String folded = Normalizer.normalize(text, Normalizer.Form.NFKD)
                .toUpperCase(Locale.ROOT)
                .toLowerCase(Locale.ROOT);
        List<String> words = runs(folded, false);
        return words.isEmpty() ? runs(folded, true) : words;
    }

    private static List<String> runs(String folded, boolean anySign) {
        List<String> runs = new ArrayList<>();
        StringBuilder run = new StringBuilder();
        folded.codePoints().forEach(c -> {
            if (Character.isLetterOrDigit(c) || (anySign && !blank(c))) {
                run.appendCodePoint(c);
            } else if (!insideWord(c) && !run.isEmpty()) {
                runs.add(run.toString());
                run.setLength(0);
            }
        });
        if (!run.isEmpty()) {
            runs.add(run.toString());
        }
        return runs;
    }

    private static boolean insideWord(int c) {
        return Character.getType(c) == Character.NON_SPACING_MARK
                || c == TYPEWRITER_APOSTROPHE
                || c == RIGHT_SINGLE_QUOTE;
    }

    private static boolean blank(int c) {
        return Character.isWhitespace(c)
                || Character.isSpaceChar(c)
                || Character.isISOControl(c)
                || Character.getType(c) == Character.FORMAT;
    }
}
