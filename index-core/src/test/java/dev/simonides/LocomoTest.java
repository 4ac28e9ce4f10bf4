// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.simonides.wal.Durability;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The workload of an agent's memory: ten long conversations (LoCoMo), each a tenant, and questions of which it is known
 * which turns answer them. The data is not part of the project; it is looked for in a folder {@code shared} beside it.
 */
class LocomoTest {
    private static final int DIMENSION = 768;
    private static final int TOP = 10;

    /** The share of the evidence that exact search finds, as the data's own README states it. */
    private static final double EXACT_SHARE = 0.508;

    private static final double TOLERANCE = 0.005;

    private static final Pattern CONVERSATION = Pattern.compile("\"conversation\": (\\d+)");
    private static final Pattern EVIDENCE = Pattern.compile("\"evidence\": \\[([0-9, ]*)]");

    private static List<float[]> turns = List.of();
    private static List<float[]> questions = List.of();
    private static List<String> tenantOfTurn = List.of();
    private static List<String> tenantOfQuestion = List.of();
    private static List<Set<String>> evidence = List.of();

    @TempDir
    private Path directory;

    @BeforeAll
    static void read() throws IOException {
        Path data = find();
        assumeTrue(Files.isDirectory(data), "no data: shared/data/locomo-768 is not beside the project");
        turns = vectors(data.resolve("turns.fvecs"));
        questions = vectors(data.resolve("questions.fvecs"));
        tenantOfTurn = lines(data.resolve("turns.jsonl.gz"), LocomoTest::conversation);
        tenantOfQuestion = lines(data.resolve("questions.jsonl.gz"), LocomoTest::conversation);
        evidence = lines(data.resolve("questions.jsonl.gz"), LocomoTest::evidence);
        assertEquals(turns.size(), tenantOfTurn.size());
        assertEquals(questions.size(), evidence.size());
    }

    private static Path find() {
        Path nowhere = Path.of("shared", "data", "locomo-768");
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            Path here = folder.resolve(nowhere);
            if (Files.isDirectory(here)) {
                return here;
            }
        }
        return nowhere;
    }

    private static List<float[]> vectors(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        List<float[]> vectors = new ArrayList<>();
        while (bytes.hasRemaining()) {
            float[] vector = new float[bytes.getInt()];
            bytes.asFloatBuffer().get(vector);
            bytes.position(bytes.position() + vector.length * Float.BYTES);
            vectors.add(vector);
        }
        return vectors;
    }

    private static <T> List<T> lines(Path file, Function<String, T> parse) throws IOException {
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            return reader.lines().map(parse).toList();
        }
    }

    private static String conversation(String line) {
        Matcher matcher = CONVERSATION.matcher(line);
        assertEquals(true, matcher.find(), line);
        return "conversation-" + matcher.group(1);
    }

    private static Set<String> evidence(String line) {
        Matcher matcher = EVIDENCE.matcher(line);
        assertEquals(true, matcher.find(), line);
        Set<String> rows = new HashSet<>();
        for (String row : matcher.group(1).split(", ", -1)) {
            rows.add("row-" + row);
        }
        return rows;
    }

    @Test
    void findsTheEvidenceWithTheUsualOptions() {
        assertFindsTheEvidence(MemoryIndexOptions.ofDimension(DIMENSION), Strategy.EXACT_SCAN);
    }

    @Test
    void findsTheEvidenceByGraphsAlone() {
        assertFindsTheEvidence(MemoryIndexOptions.ofDimension(DIMENSION).exactScanMax(0), Strategy.GRAPH);
    }

    private void assertFindsTheEvidence(MemoryIndexOptions options, Strategy strategy) {
        try (MemoryIndex index = MemoryIndex.open(directory, options.durability(new Durability.None()))) {
            put(index);
            index.awaitLinked(ProgressListener.SILENT);

            Map<Strategy, Integer> used = new EnumMap<>(Strategy.class);
            double share = share(query -> {
                SearchResult found = index.search(query);
                used.merge(found.strategy(), 1, Integer::sum);
                return found;
            });
            double exactShare = share(index.exact()::search);

            System.out.printf("LoCoMo, evidence in the top 10: search %.4f, exact %.4f, %s%n", share, exactShare, used);
            assertEquals(EXACT_SHARE, exactShare, 0.001, "exact");
            assertEquals(exactShare, share, TOLERANCE, "search");
            assertEquals(Map.of(strategy, questions.size()), used);
        }
    }

    private static void put(MemoryIndex index) {
        List<Memory> batch = new ArrayList<>();
        for (int row = 0; row < turns.size(); row++) {
            batch.add(Memory.of("row-" + row, turns.get(row)).tenant(tenantOfTurn.get(row)));
            if (batch.size() == 256 || row == turns.size() - 1) {
                index.putAll(batch);
                batch.clear();
            }
        }
    }

    /** The mean over the questions of the share of their evidence that is found. */
    private static double share(Function<Query, SearchResult> search) {
        double sum = 0;
        for (int i = 0; i < questions.size(); i++) {
            Query query =
                    Query.of(questions.get(i)).tenant(tenantOfQuestion.get(i)).top(TOP);
            Set<String> wanted = evidence.get(i);
            int found = 0;
            for (Hit hit : search.apply(query)) {
                found += wanted.contains(hit.key()) ? 1 : 0;
            }
            sum += (double) found / wanted.size();
        }
        return sum / questions.size();
    }
}
