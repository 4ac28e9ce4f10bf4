// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** The pool is a sort that forgets the worst, and remembers what was expanded. */
class CandidatePoolProperties {
    /** An entry of the model. */
    private record Entry(int ordinal, float score) {
        /** Best first; NaN among the worst, equal scores by ordinal. */
        static final Comparator<Entry> BEST_FIRST =
                Comparator.comparingDouble((Entry entry) -> -entry.ranked()).thenComparingInt(Entry::ordinal);

        float ranked() {
            return Float.isNaN(score) ? Float.NEGATIVE_INFINITY : score;
        }
    }

    @Provide
    Arbitrary<Float> scores() {
        Arbitrary<Float> special = Arbitraries.of(
                1f,
                -1f,
                2.5f,
                0f,
                Float.NaN,
                Float.POSITIVE_INFINITY,
                Float.NEGATIVE_INFINITY,
                Float.MAX_VALUE,
                -Float.MAX_VALUE,
                Float.MIN_VALUE);
        // No negative zero: it ranks below the positive one, which no search can tell.
        return Arbitraries.oneOf(special, Arbitraries.floats().map(score -> score == 0 ? 0f : score));
    }

    private static List<Entry> fill(CandidatePool pool, List<Float> scores, long seed) {
        List<Integer> ordinals = new ArrayList<>();
        for (int i = 0; i < scores.size(); i++) {
            ordinals.add(i * 3);
        }
        Collections.shuffle(ordinals, new Random(seed));
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < scores.size(); i++) {
            pool.offer(ordinals.get(i), scores.get(i));
            entries.add(new Entry(ordinals.get(i), scores.get(i)));
        }
        entries.sort(Entry.BEST_FIRST);
        return entries;
    }

    private static void assertHolds(List<Entry> expected, CandidatePool pool) {
        assertEquals(expected.size(), pool.size());
        for (int rank = 0; rank < expected.size(); rank++) {
            assertEquals(expected.get(rank).ordinal(), pool.ordinalAt(rank), "rank " + rank);
            assertEquals(expected.get(rank).ranked(), pool.scoreAt(rank));
        }
    }

    @Property
    void keepsTheBestInOrder(
            @ForAll @Size(max = 100) List<@From("scores") Float> scores,
            @ForAll @IntRange(min = 1, max = 60) int capacity,
            @ForAll long seed) {
        CandidatePool pool = new CandidatePool();
        pool.begin(capacity);

        List<Entry> sorted = fill(pool, scores, seed);

        List<Entry> kept = sorted.subList(0, Math.min(capacity, sorted.size()));
        assertHolds(kept, pool);
        assertEquals(kept.size() == capacity ? kept.getLast().ranked() : Float.NEGATIVE_INFINITY, pool.threshold());
    }

    @Property
    void expandsBestFirstAndEachOnceWhateverComesBetween(
            @ForAll @Size(min = 1, max = 80) List<@From("scores") Float> scores,
            @ForAll @IntRange(min = 1, max = 30) int capacity,
            @ForAll @IntRange(min = 1, max = 5) int offersBetween) {
        CandidatePool pool = new CandidatePool();
        pool.begin(capacity);
        List<Entry> offered = new ArrayList<>();
        Set<Integer> expanded = new HashSet<>();
        int next = 0;
        while (true) {
            for (int i = 0; i < offersBetween && next < scores.size(); i++, next++) {
                pool.offer(next, scores.get(next));
                offered.add(new Entry(next, scores.get(next)));
            }
            offered.sort(Entry.BEST_FIRST);
            int best = offered.stream()
                    .limit(capacity)
                    .map(Entry::ordinal)
                    .filter(ordinal -> !expanded.contains(ordinal))
                    .findFirst()
                    .orElse(-1);
            assertEquals(best, pool.peekNext());
            assertEquals(best, pool.expandNext());
            if (best < 0 && next == scores.size()) {
                break;
            }
            expanded.add(best);
        }
        assertHolds(offered.subList(0, Math.min(capacity, offered.size())), pool);

        pool.unexpandAll();
        assertEquals(pool.ordinalAt(0), pool.expandNext());
    }

    @Property
    void aPackedCandidateIsUnpackedAgainAndComparesAsItsScore(
            @ForAll @IntRange(min = 0, max = Integer.MAX_VALUE - 1) int ordinal,
            @ForAll("scores") float score,
            @ForAll @IntRange(min = 0, max = Integer.MAX_VALUE - 1) int otherOrdinal,
            @ForAll("scores") float otherScore) {
        Entry entry = new Entry(ordinal, score);
        Entry other = new Entry(otherOrdinal, otherScore);
        long key = CandidatePool.key(ordinal, score);

        assertEquals(ordinal, CandidatePool.ordinal(key));
        assertEquals(entry.ranked(), CandidatePool.score(key));
        assertEquals(
                Integer.signum(Entry.BEST_FIRST.compare(entry, other)),
                Long.compare(key, CandidatePool.key(otherOrdinal, otherScore)));
    }

    @Property
    void whatDoesNotBeatTheThresholdWouldNotBeKept(
            @ForAll @Size(max = 40) List<@From("scores") Float> scores,
            @ForAll @IntRange(min = 1, max = 20) int capacity,
            @ForAll("scores") float score) {
        CandidatePool pool = new CandidatePool();
        pool.begin(capacity);
        fill(pool, scores, 1);

        int beats = CandidatePool.beats(Float.floatToRawIntBits(score), pool.thresholdOrder());

        if (beats == 0) {
            List<Integer> before = ordinals(pool);
            pool.offer(1_000, score);
            assertEquals(before, ordinals(pool));
        } else {
            assertEquals(1, beats);
            assertTrue(Float.isNaN(score) || score >= pool.threshold(), "score " + score);
        }
    }

    private static List<Integer> ordinals(CandidatePool pool) {
        List<Integer> ordinals = new ArrayList<>();
        for (int rank = 0; rank < pool.size(); rank++) {
            ordinals.add(pool.ordinalAt(rank));
        }
        return ordinals;
    }

    @Property(tries = 100)
    void aPoolBeginsAgainEmpty(
            @ForAll @IntRange(min = 1, max = 40) int first, @ForAll @IntRange(min = 1, max = 40) int second) {
        CandidatePool pool = new CandidatePool();
        pool.begin(first);
        for (int i = 0; i < 50; i++) {
            pool.offer(i, i);
        }
        assertTrue(pool.expandNext() >= 0);

        pool.begin(second);

        assertEquals(0, pool.size());
        assertEquals(-1, pool.expandNext());
        assertHolds(fill(pool, List.of(3f, 1f, 2f), 1).subList(0, Math.min(3, second)), pool);
    }
}
