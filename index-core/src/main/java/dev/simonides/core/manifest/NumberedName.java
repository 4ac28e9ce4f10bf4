// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.manifest;

/** Names of files that have a number: a prefix, a dash and at least ten digits, {@code vec-0000000007}. */
final class NumberedName {
    /** No number; files are numbered from 1. */
    static final long NONE = 0;

    private static final int DIGITS_MIN = 10;
    private static final int DIGITS_MAX = 19;

    private NumberedName() {}

    static String of(String prefix, long number) {
        String digits = Long.toString(number);
        return prefix + "-" + "0".repeat(Math.max(0, DIGITS_MIN - digits.length())) + digits;
    }

    /** The number in a name that {@link #of} makes with a prefix, {@link #NONE} if it is another name. */
    static long number(String prefix, String name) {
        // Without a pattern: every opening asks for each of its files, and a tiny store would spend a tenth of its time
        // in it.
        int first = prefix.length() + 1;
        int digits = name.length() - first;
        boolean shaped = digits >= DIGITS_MIN
                && digits <= DIGITS_MAX
                && name.startsWith(prefix)
                && name.charAt(first - 1) == '-'
                && (digits == DIGITS_MIN || name.charAt(first) != '0');
        long number = 0;
        for (int i = first; shaped && i < name.length(); i++) {
            int digit = name.charAt(i) - '0';
            shaped = digit >= 0 && digit <= 9;
            number = 10 * number + digit;
        }
        // Nineteen digits are at most a few more than a long holds, which makes it negative.
        return shaped && number > 0 ? number : NONE;
    }
}
