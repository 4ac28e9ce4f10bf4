// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

/** The names of segment files: {@code wal-0000000001}, and with {@code .tmp} behind while being made. */
public final class SegmentName {
    private static final String PREFIX = "wal-";
    private static final String UNFINISHED = ".tmp";
    private static final int DIGITS = 10;

    private SegmentName() {}

    /**
     * Says whether a file is a segment of a log.
     *
     * @param name any file name
     * @return whether it is that of a segment, finished or not
     */
    public static boolean matches(String name) {
        return number(name) >= 0 || isUnfinished(name);
    }

    static String of(long number) {
        String digits = Long.toString(number);
        return PREFIX + "0".repeat(Math.max(0, DIGITS - digits.length())) + digits;
    }

    static String unfinished(long number) {
        return of(number) + UNFINISHED;
    }

    static boolean isUnfinished(String name) {
        return unfinishedNumber(name) >= 0;
    }

    /** The number in the name of an unfinished segment, or −1 if it is none. */
    static long unfinishedNumber(String name) {
        return name.endsWith(UNFINISHED) ? number(name.substring(0, name.length() - UNFINISHED.length())) : -1;
    }

    /** The number in a segment's name, or −1 if it is no segment's name. */
    static long number(String name) {
        // Without a pattern: recovery of a tiny store would spend a tenth of its time in it.
        if (name.length() != PREFIX.length() + DIGITS || !name.startsWith(PREFIX)) {
            return -1;
        }
        long number = 0;
        for (int i = PREFIX.length(); i < name.length(); i++) {
            int digit = name.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = 10 * number + digit;
        }
        return number;
    }
}
