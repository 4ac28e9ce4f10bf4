// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The names of segment files: {@code wal-0000000001}, and with {@code .tmp} behind while being made. */
final class SegmentName {
    private static final Pattern SEGMENT = Pattern.compile("wal-([0-9]{10})");
    private static final Pattern UNFINISHED = Pattern.compile("wal-[0-9]{10}\\.tmp");

    private SegmentName() {}

    static String of(long number) {
        return String.format("wal-%010d", number);
    }

    static String unfinished(long number) {
        return of(number) + ".tmp";
    }

    static boolean isUnfinished(String name) {
        return UNFINISHED.matcher(name).matches();
    }

    /** The number in a segment's name, or −1 if it is no segment's name. */
    static long number(String name) {
        Matcher matcher = SEGMENT.matcher(name);
        return matcher.matches() ? Long.parseLong(matcher.group(1)) : -1;
    }
}
