// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash.model;

import dev.simonides.Hit;
import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.Query;
import dev.simonides.SearchResult;
import dev.simonides.crash.oracle.VectorOracle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** What searches must answer: brute force over what is there. Confined to one thread. */
final class Answers {
    static final int DIMENSION = 6;
    private static final int RECALL_TOP = 5;
    private static final int RECALL_EF = 5;

    private final VectorOracle oracle;
    private long wanted;
    private long found;

    Answers(MemoryIndexOptions options) {
        this.oracle = new VectorOracle(options);
    }

    static float[] vector(int number) {
        Random random = new Random(number);
        float[] vector = new float[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return vector;
    }

    /** Checks what is given back of a memory's vector: bit by bit what the codec makes of it. */
    private void check(Expected.Known known, Memory memory) {
        float[] stored = oracle.stored(vector(known.vector()));
        if (!Arrays.equals(stored, memory.vector())) {
            throw new AssertionError(
                    memory + ": expected=" + Arrays.toString(stored) + ", found=" + Arrays.toString(memory.vector()));
        }
    }

    /** How many hits of exact searches there were that other searches were asked to find. */
    long wanted() {
        return wanted;
    }

    /** How many of them were found. */
    long found() {
        return found;
    }

    /**
     * Checks a search: live memories only, each once, in order, as many as there can be; and if it is exact, those of brute
     * force in the order of brute force.
     *
     * @param alive the tenant's memories by key
     */
    void check(MemoryIndex index, Command.Search search, Map<String, Expected.Known> alive) {
        String tenant = "tenant-" + search.tenant();
        float[] question = vector(search.vector());
        Query query = Query.of(question).tenant(tenant).top(search.top()).ef(search.ef());
        SearchResult result = search.exactly() ? index.exact().search(query) : index.search(query);
        if (result.size() != Math.min(search.top(), alive.size())) {
            throw new AssertionError(
                    search + ": expected=" + Math.min(search.top(), alive.size()) + ", found=" + result);
        }
        Set<String> seen = new HashSet<>();
        float last = Float.POSITIVE_INFINITY;
        for (Hit hit : result) {
            Expected.Known known = alive.get(hit.key());
            boolean there = known != null && known.text().equals(hit.text());
            if (!there || !seen.add(hit.key()) || hit.score() > last) {
                throw new AssertionError(
                        (!there ? "not there: " : hit.score() > last ? "out of order: " : "twice: ") + hit);
            }
            last = hit.score();
        }
        oracle.ask(question);
        checkScores(alive, result);
        if (search.exactly()) {
            alive.forEach((key, known) -> check(known, index.get(tenant, key).orElseThrow()));
            checkOrder(alive, result);
        }
    }

    private void checkScores(Map<String, Expected.Known> alive, SearchResult result) {
        for (Hit hit : result) {
            VectorOracle.Score score = score(alive.get(hit.key()));
            if (!score.allows(hit.score())) {
                throw new AssertionError("score of " + hit + ": " + score);
            }
        }
    }

    private VectorOracle.Score score(Expected.Known known) {
        return oracle.score(vector(known.vector()));
    }

    /** A memory of a tenant with the score that brute force gives it. */
    private record Scored(String key, Expected.Known known, VectorOracle.Score score) {
        double value() {
            return score.value();
        }
    }

    /** Each rank has the score of brute force, but for the rounding of sums; of equal vectors the older memory comes first. */
    private void checkOrder(Map<String, Expected.Known> alive, SearchResult result) {
        List<Scored> order = new ArrayList<>();
        alive.forEach((key, known) -> order.add(new Scored(key, known, score(known))));
        order.sort(Comparator.comparingDouble(Scored::value)
                .reversed()
                .thenComparingLong(scored -> scored.known().write()));
        Map<Integer, Deque<String>> equal = new HashMap<>();
        order.forEach(scored -> equal.computeIfAbsent(scored.known().vector(), _ -> new ArrayDeque<>())
                .add(scored.key()));
        // Sums that are rounded may change places: then each rank is off by no more than one of them.
        double allowed =
                order.stream().mapToDouble(scored -> scored.score.error()).max().orElse(0);
        for (int rank = 0; rank < result.size(); rank++) {
            Hit hit = result.get(rank);
            String oldest = equal.get(alive.get(hit.key()).vector()).remove();
            if (Math.abs(order.get(rank).value() - hit.score()) > allowed || !oldest.equals(hit.key())) {
                throw new AssertionError("rank " + rank + ": brute force=" + order + ", search=" + result);
            }
        }
    }

    /** Counts what searches find of what exact ones do; a hit with the score of the last one is as good as that. */
    void countRecall(MemoryIndex index, int tenant) {
        for (int number = 0; number < Command.VECTORS; number++) {
            Query query = Query.of(vector(number))
                    .tenant("tenant-" + tenant)
                    .top(RECALL_TOP)
                    .ef(RECALL_EF);
            SearchResult exactly = index.exact().search(query);
            if (exactly.size() > 0) {
                float least = exactly.get(exactly.size() - 1).score();
                wanted += exactly.size();
                for (Hit hit : index.search(query)) {
                    found += hit.score() >= least ? 1 : 0;
                }
            }
        }
    }
}
