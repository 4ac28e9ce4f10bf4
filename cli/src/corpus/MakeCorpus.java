// SPDX-License-Identifier: Apache-2.0
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/**
 * Makes the texts of {@code simonides demo} from the noun database of WordNet 3.0; see the README beside this file.
 *
 * <p>{@code java MakeCorpus.java data.noun corpus.tsv.gz}
 */
final class MakeCorpus {
    /** Shorter glosses ("United States suffragist (1820-1905)") tell too little to be asked for. */
    private static final int GLOSS_CHARS_MIN = 50;

    /** What has no place in a demonstration. */
    private static final Pattern UNWANTED = Pattern.compile("terror|genocid|suicid|rape|murder");

    /** The lexicographer files of WordNet that hold proper names, by number (lexnames(5WN)). */
    private static final Map<Integer, String> KINDS = Map.ofEntries(
            Map.entry(4, "act"),
            Map.entry(5, "animal"),
            Map.entry(6, "artifact"),
            Map.entry(9, "cognition"),
            Map.entry(10, "communication"),
            Map.entry(11, "event"),
            Map.entry(14, "group"),
            Map.entry(15, "location"),
            Map.entry(17, "object"),
            Map.entry(18, "person"),
            Map.entry(21, "possession"),
            Map.entry(26, "state"),
            Map.entry(28, "time"));

    private record Fact(String key, String text) {}

    public static void main(String[] arguments) throws IOException {
        List<Fact> facts = Files.readAllLines(Path.of(arguments[0]), StandardCharsets.ISO_8859_1).stream()
                .map(MakeCorpus::fact)
                .flatMap(Optional::stream)
                .toList();
        try (BufferedWriter out = new BufferedWriter(new OutputStreamWriter(
                new GZIPOutputStream(Files.newOutputStream(Path.of(arguments[1]))) {
                    {
                        def.setLevel(9);
                    }
                },
                StandardCharsets.UTF_8))) {
            for (Fact fact : facts) {
                out.write(fact.key() + "\t" + fact.text() + "\n");
            }
        }
        System.out.println(facts.size() + " texts");
    }

    /** A line of data.noun (wndb(5WN)) as a fact, if it is an instance (pointer {@code @i}) with a gloss of some length. */
    private static Optional<Fact> fact(String line) {
        if (line.startsWith("  ") || !line.contains(" @i ")) {
            return Optional.empty();
        }
        String[] halves = line.split(" \\| ", 2);
        String gloss = halves[1].split("; \"", 2)[0].strip().replace('`', '\'');
        if (gloss.length() < GLOSS_CHARS_MIN || UNWANTED.matcher(gloss).find()) {
            return Optional.empty();
        }
        String[] fields = halves[0].split(" ");
        String kind = KINDS.get(Integer.valueOf(fields[1]));
        return Optional.of(new Fact(kind + "/" + fields[0], title(kind, fields) + ": " + gloss));
    }

    /** The first name of the synset; for a person known by one word, the second where it completes the first. */
    private static String title(String kind, String[] fields) {
        String first = fields[4].replace('_', ' ');
        if (kind.equals("person") && !first.contains(" ") && Integer.parseInt(fields[3], 16) > 1) {
            String second = fields[6].replace('_', ' ');
            return second.endsWith(" " + first) ? second : first;
        }
        return first;
    }
}
