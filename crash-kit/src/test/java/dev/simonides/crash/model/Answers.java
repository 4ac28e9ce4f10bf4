// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash.model;

import dev.simonides.Hit;
import dev.simonides.MemoryIndex;
import dev.simonides.Query;
import dev.simonides.SearchResult;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import java.util.ArrayDeque;
import java.util.ArrayList;
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

    private final Similarity similarity;
    private final OriginalFormat originals;
    private long wanted;
    private long found;

    Answers(Similarity similarity, OriginalFormat originals) {
        this.similarity = similarity;
        this.originals = originals;
    }

    static float[] vector(int number) {
        Random random = new Random(number);
        float[] vector = new float[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return vector;
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
        if (search.exactly()) {
            checkOrder(index, tenant, question, alive, result);
        }
    }

    /** A memory of a tenant with the score that brute force gives it. */
    private record Scored(String key, Expected.Known known, double score) {}

    /** Scores are those of brute force, but for their rounding; of equal vectors the older memory comes first. */
    private void checkOrder(
            MemoryIndex index,
            String tenant,
            float[] question,
            Map<String, Expected.Known> alive,
            SearchResult result) {
        List<Scored> order = new ArrayList<>();
        alive.forEach((key, known) -> order.add(new Scored(
                key, known, score(question, index.get(tenant, key).orElseThrow().vector()))));
        order.sort(Comparator.comparingDouble(Scored::score)
                .reversed()
                .thenComparingLong(scored -> scored.known().write()));
        Map<Integer, Deque<String>> equal = new HashMap<>();
        order.forEach(scored -> equal.computeIfAbsent(scored.known().vector(), _ -> new ArrayDeque<>())
                .add(scored.key()));
        double tolerance = originals == OriginalFormat.NONE ? 1 : 1e-3;
        for (int rank = 0; rank < result.size(); rank++) {
            Scored expected = order.get(rank);
            Hit hit = result.get(rank);
            double allowed = tolerance * Math.max(1, Math.abs(expected.score()));
            String oldest = equal.get(alive.get(hit.key()).vector()).remove();
            if (Math.abs(expected.score() - hit.score()) > allowed || !oldest.equals(hit.key())) {
                throw new AssertionError("rank " + rank + ": brute force=" + order + ", search=" + result);
            }
        }
    }

    private double score(float[] question, float[] stored) {
        double dot = 0;
        double questionSquare = 0;
        double storedSquare = 0;
        for (int i = 0; i < question.length; i++) {
            dot += (double) question[i] * stored[i];
            questionSquare += (double) question[i] * question[i];
            storedSquare += (double) stored[i] * stored[i];
        }
        return switch (similarity) {
            case COSINE -> dot / Math.sqrt(questionSquare * storedSquare);
            case DOT -> dot;
            case EUCLIDEAN -> -(questionSquare - 2 * dot + storedSquare);
        };
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
