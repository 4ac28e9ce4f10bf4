// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;

/**
 * The texts that ship with the project; where they come from is told in {@code cli/src/corpus/README.md}.
 *
 * <p>Immutable.
 *
 * @param facts the texts, in the order of the file
 */
record Corpus(List<Fact> facts) {
    private static final String RESOURCE = "corpus.tsv.gz";

    /**
     * A text and its key.
     *
     * @param key unique in the corpus
     * @param text one statement about one person, place, event or work
     */
    record Fact(String key, String text) {
        private static Fact of(String line) {
            int tab = line.indexOf('\t');
            return new Fact(line.substring(0, tab), line.substring(tab + 1));
        }
    }

    static Corpus load() {
        try (InputStream resource = Objects.requireNonNull(Corpus.class.getResourceAsStream(RESOURCE), RESOURCE);
                BufferedReader lines = new BufferedReader(
                        new InputStreamReader(new GZIPInputStream(resource), StandardCharsets.UTF_8))) {
            return new Corpus(lines.lines().map(Fact::of).toList());
        } catch (IOException e) {
            throw new UncheckedIOException("the texts in the jar cannot be read: " + RESOURCE, e);
        }
    }

    /** Texts spread evenly over the file, at most so many. */
    Corpus thinned(int count) {
        int size = facts.size();
        return count >= size
                ? this
                : new Corpus(IntStream.range(0, count)
                        .mapToObj(i -> facts.get((int) ((long) i * size / count)))
                        .toList());
    }

    /** The place of each text in the corpus, by its key. */
    Map<String, Integer> rows() {
        return IntStream.range(0, size())
                .boxed()
                .collect(Collectors.toMap(row -> facts.get(row).key(), row -> row));
    }

    int size() {
        return facts.size();
    }
}
