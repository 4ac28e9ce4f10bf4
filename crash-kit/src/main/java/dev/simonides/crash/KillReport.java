// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash;

import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What kill rounds did. Immutable.
 *
 * @param seed of the first history; the same seed gives the same directories and operations
 * @param rounds children started, each ended and looked at
 * @param histories directories, each with many rounds
 * @param kills how many children came to which end
 * @param openingsInARow the most openings killed one after the other in one directory, which nothing recovered in between
 * @param acknowledged operations acknowledged, all of them found
 * @param unacknowledged operations found that were issued and not yet acknowledged
 * @param copies checks of a copy, so that the next child met the directory as the kill had left it
 * @param freshChecks checks in a process of their own
 * @param millis how long it took
 */
public record KillReport(
        long seed,
        int rounds,
        int histories,
        Map<String, Integer> kills,
        int openingsInARow,
        long acknowledged,
        long unacknowledged,
        int copies,
        int freshChecks,
        long millis) {
    /** Copies the map, in order of its keys. */
    public KillReport {
        kills = Collections.unmodifiableMap(new TreeMap<>(kills));
    }

    /** Both together. */
    KillReport plus(KillReport other) {
        Map<String, Integer> sum = new TreeMap<>(kills);
        other.kills.forEach((kind, count) -> sum.merge(kind, count, Integer::sum));
        return new KillReport(
                seed,
                rounds + other.rounds,
                histories + other.histories,
                sum,
                Math.max(openingsInARow, other.openingsInARow),
                acknowledged + other.acknowledged,
                unacknowledged + other.unacknowledged,
                copies + other.copies,
                freshChecks + other.freshChecks,
                millis + other.millis);
    }

    /** The same with another duration. */
    KillReport took(long duration) {
        return new KillReport(
                seed,
                rounds,
                histories,
                kills,
                openingsInARow,
                acknowledged,
                unacknowledged,
                copies,
                freshChecks,
                duration);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("kill rounds: seed=" + seed + ", rounds=" + rounds + ", histories="
                + histories + ", acknowledged=" + acknowledged + ", found beyond=" + unacknowledged
                + ", checked in a copy=" + copies + ", in a fresh process=" + freshChecks
                + ", openings killed in a row=" + openingsInARow + ", seconds=" + millis / 1000);
        kills.forEach((kind, count) -> text.append(String.format(Locale.ROOT, "%n%7d %s", count, kind)));
        return text.toString();
    }
}
